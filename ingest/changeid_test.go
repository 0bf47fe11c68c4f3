package ingest

import (
	"strings"
	"testing"
)

func TestChangeID(t *testing.T) {
	const id = "20261103-brush-up-a1b2c3d4e5f6"
	const block = "---\nbase-commit: 0123456789abcdef0123456789abcdef01234567\nchange-id: " + id + "\n"
	for name, c := range map[string]struct{ subject, body, want string }{
		"a cover": {"[PATCH 0/2] brush up", "why\n\nOdo (2):\n  one\n\n" + block + "\nBest regards,\n-- \nOdo\n", id},
		"a patch, below it": {"[PATCH] brush up", "why\n---\n a | 2 +-\n\n" + smallDiff + "\n" + block +
			"\nBest regards,\n-- \nOdo\n", id},
		"a patch, above the diff": {"[PATCH v2] brush up",
			"why\n---\nChanges in v2:\n- one\n\n" + block + "\n" + smallDiff, id},
		"a prerequisite before": {"[PATCH 0/2] x", "why\n\nprerequisite-change-id: 20261001-other-0123456789ab:v3\n" +
			"change-id: " + id + "\n", id},
		"CRLF":             {"[PATCH 0/2] x", strings.ReplaceAll("why\n\n"+block, "\n", "\r\n"), id},
		"of two the first": {"[PATCH 0/2] x", block + "\nchange-id: 20261001-other-0123456789ab\n", id},
		"a reply":          {"Re: [PATCH 0/2] x", block, ""},
		"quoted":           {"[PATCH 0/2] x", "why\n\n> change-id: " + id + "\n", ""},
		"indented":         {"[PATCH 0/2] x", "why\n\n  change-id: " + id + "\n", ""},
		"Gerrit's":         {"[PATCH] x", "why\n\nChange-Id: I0123456789abcdef0123456789abcdef01234567\n" + smallDiff, ""},
		"in a sentence":    {"[PATCH 0/2] x", "as b4 has it with\nchange-id: " + id + "\n", ""},
		"with more behind": {"[PATCH 0/2] x", "change-id: " + id + " or so\n", ""},
		"none":             {"[PATCH 0/2] x", "change-id:\n", ""},
		"longer than any":  {"[PATCH 0/2] x", "change-id: 20261103-" + strings.Repeat("x", 300) + "\n", ""},
		"a name that isn't English": {"[PATCH 0/2] x", "change-id: 20261103-größer-a1b2c3d4e5f6\n",
			"20261103-größer-a1b2c3d4e5f6"},
	} {
		m := mustParse(t, "From: a@x.org\nSubject: "+c.subject+"\nContent-Type: text/plain; charset=utf-8\n\n"+c.body)
		if m.ChangeID != c.want {
			t.Errorf("%s: %q, want %q", name, m.ChangeID, c.want)
		}
	}
}

package ingest

import (
	"strings"
	"testing"
)

// TestFormsOfFrom holds the tracker's name and address of each form of From against what git reads. Git has the address
// in its own letter case, and for a name where there is none.
func TestFormsOfFrom(t *testing.T) {
	git := newGitReader(t)
	for _, c := range []struct{ from, name, email string }{
		{"Dara Dent <Dara.Dent@Example.NET>", "Dara Dent", "dara.dent@example.net"},
		{"Dara.Dent@Example.net (Dara Dent)", "Dara Dent", "dara.dent@example.net"},
		{`"Dent, Dara (Extern)" <dara@example.net>`, "Dent, Dara (Extern)", "dara@example.net"},
		{"Dara (from afar) Dent <dara@example.net>", "Dara (from afar) Dent", "dara@example.net"},
		{`"Dara \"Dee\" Dent" <dara@example.net>`, `Dara "Dee" Dent`, "dara@example.net"},
		{`"Dara \\ Dent \(Org\)" <dara@example.net>`, `Dara \ Dent (Org)`, "dara@example.net"},
		{"dara@example.net", "", "dara@example.net"},
		{"<dara@example.net>", "", "dara@example.net"},
		{`"dara@example.net" <dara@example.net>`, "dara@example.net", "dara@example.net"},
		{"'Dara Dent' <dara@example.net>", "'Dara Dent'", "dara@example.net"},
		{"D. E. Dent <dara@example.net>", "D. E. Dent", "dara@example.net"},
		{"=?utf-8?q?Dent=2C_D=C3=A4ra?= <dara@example.net>", "Dent, Dära", "dara@example.net"},
		{`"=?utf-8?q?Dent=2C_D=C3=A4ra?=" <dara@example.net>`, "Dent, Dära", "dara@example.net"},
		{"Dara Dent <dara+git@mail.example.net>", "Dara Dent", "dara+git@mail.example.net"},
		{"=?utf-8?b?RGFyYSBEZW50IDxkYXJhQGV4YW1wbGUubmV0Pg==?=", "Dara Dent", "dara@example.net"},
		{"Dara Dent\n <dara@example.net>", "Dara Dent", "dara@example.net"},
	} {
		mail := "From: " + c.from + "\nSubject: [PATCH] x\nDate: Mon, 2 Nov 2026 10:00:00 +0000\n\n" +
			"why\n" + faithfulBody("x\n")
		m := mustParse(t, mail)
		if m.From.Name != c.name || m.From.Email != c.email {
			t.Errorf("%s: %q, %q; want %q, %q", c.from, m.From.Name, m.From.Email, c.name, c.email)
		}
		r, ok := git.first([]byte("From x Mon Nov  2 10:00:00 2026\n" + mail))
		name, rest, _ := strings.Cut(strings.TrimPrefix(r.info, "Author: "), "\n")
		email, _, _ := strings.Cut(strings.TrimPrefix(rest, "Email: "), "\n")
		if c.name == "" && name == email {
			name = ""
		}
		if !ok || name != m.From.Name || strings.ToLower(email) != m.From.Email {
			t.Errorf("%s: git reads %q, %q", c.from, name, email)
		}
		if s, _ := git.first(mboxOf(t, []byte(mail), m.From)); s.info != r.info {
			t.Errorf("%s: of the mbox git reads %q", c.from, s.info)
		}
	}
}

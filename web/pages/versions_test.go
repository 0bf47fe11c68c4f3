package pages_test

import (
	"fmt"
	"strings"
	"testing"

	"patchwatch/web/internal/webtest/town"
)

// twelve makes a diff that adds a line and eleven others.
func twelve(line, others string) string {
	var b strings.Builder
	b.WriteString("---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -0,0 +1,12 @@\n+" + line + "\n")
	for i := range 11 {
		fmt.Fprintf(&b, "+%s %d\n", others, i)
	}
	return b.String()
}

// revised is a town with two versions of a series: a patch that stays, one that changes, one that goes, and a new one.
func revised(t *testing.T) (s *server, old, new int64) {
	s = newServer(t)
	send := func(version, cover, number, name, text, line string, day int) town.Mail {
		return town.Mail{ID: cover + "-" + number, From: "Ann <ann@example.org>", List: "demo", Day: day,
			Subject: fmt.Sprintf("[PATCH%s %s/3] %s", version, number, name), Refs: cover + "-0",
			Text: text + "\n" + twelve(line, name)}
	}
	cover := func(version, id string, day int) town.Mail {
		return town.Mail{ID: id + "-0", From: "Ann <ann@example.org>", List: "demo", Subject: "[PATCH" + version +
			" 0/3] widgets",
			Text: "About it.\n", Day: day}
	}
	s.Deliver(
		cover("", "a", 10), send("", "a", "1", "stay", "Stays.", "same", 10),
		send("", "a", "2", "change", "It was <b>so</b>.", "count_bytes(x, y, z)", 10),
		send("", "a", "3", "go away", "Goes.", "gone", 10),
		cover(" v2", "b", 12), send(" v2", "b", "1", "come", "Comes.", "come", 12),
		send(" v2", "b", "2", "change", "It is <b>so</b>.", "count_letters(x, y, z)", 12),
		send(" v2", "b", "3", "stay", "Stays.", "same", 12),
	)
	return s, s.seriesOf("a-1"), s.seriesOf("b-1")
}

func TestVersionsPage(t *testing.T) {
	t.Parallel()
	s, old, new := revised(t)
	at := fmt.Sprintf("/series/%d/diff/%d/", new, old)
	s.has(at, "<title>v1 to v2 of widgets - Demo - patchwatch</title>", "1 changed, 1 new, 1 dropped, 1 unchanged.",
		`<code aria-hidden="true">!</code> changed`, `<a href="/project/demo/patch/a-2/">2</a>`,
		`<tr class="del"><td>-It <b>was</b> &lt;b&gt;so&lt;/b&gt;.</td></tr>`,
		`<tr class="add"><td>++<b>count_letters</b>(x, y, z)</td>`, `id="pair-`,
		"<summary>Interdiff", `<tr class="del"><td>-<b>count_bytes</b>(x, y, z)</td></tr>`,
		`<tr class="add"><td>+<b>count_letters</b>(x, y, z)</td></tr>`)
	// Whichever is named first, the older one is on the left.
	if a, b := s.page(at), s.page(fmt.Sprintf("/series/%d/diff/%d/", old, new)); a != b {
		t.Errorf("%s\nand the other way round\n%s", a, b)
	}
	// The page of a newer patch leads here.
	s.has("/project/demo/patch/b-2/", `href="`+at+`"`, fmt.Sprintf(`<a href="/series/%d/">v1</a>`, old))
	s.lacks("/project/demo/patch/a-2/", "<dt>Before</dt>")
}

func TestVersionsPageOfNone(t *testing.T) {
	t.Parallel()
	s, old, _ := revised(t)
	s.AddPrivate()
	spam, inside := s.seriesOf("spam-member"), s.seriesOf("in-first")
	for url, want := range map[string]int{
		fmt.Sprintf("/series/%d/diff/%d/", old, old): 404, fmt.Sprintf("/series/%d/diff/999999/", old): 404,
		fmt.Sprintf("/series/%d/diff/x/", old): 404, fmt.Sprintf("/series/-1/diff/%d/", old): 404,
		fmt.Sprintf("/series/%d/diff/%s/", old, strings.Repeat("9", 30)): 404,
		fmt.Sprintf("/series/%d/diff/%d/", old, spam):                    410,
		fmt.Sprintf("/series/%d/diff/%d/", old, inside):                  404,
		fmt.Sprintf("/series/%d/diff/%d/", inside, old):                  404,
	} {
		if w := s.do("GET", url, ""); w.Code != want {
			t.Errorf("%s: %d, want %d", url, w.Code, want)
		}
	}
	s.as = "root"
	if w := s.do("GET", fmt.Sprintf("/series/%d/diff/%d/", inside, old), ""); w.Code != 400 {
		t.Errorf("of two projects: %d", w.Code)
	}
}

package web_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"patchwatch/web/internal/webtest/town"
)

var linkOf = regexp.MustCompile(`href="(/demo/[^"]*)"`)

// Whatever a stranger takes for a Message-ID, its page is where links lead, and so is what its page leads to.
func TestLinksOfHostileMessageIDs(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	random := rand.New(rand.NewPCG(rand.Uint64(), 1))
	ids := []string{"3>", "<3", "<<x@y>>", ">", "a>b", "/x", "x/", "/", ".", "..", "T", "m", "new.atom", "raw", "a%2Fb", "%",
		"a+b c", "a\"b'c", "?q=x", "#r", "a/T", "2-x", "x/2-x", "x/raw"}
	const letters = `ab3>"'%+/ .?#&;=~\@()-2FTm`
	for n := range 40 {
		id := make([]byte, 1+random.IntN(8))
		for i := range id {
			id[i] = letters[random.IntN(len(letters))]
		}
		// Each begins as no other does: "<3>>" and "<3>h>" name the same mail, which ends at the first bracket.
		ids = append(ids, fmt.Sprintf("n%02d%sh", n, id))
	}
	shown := map[string]bool{}
	for n, id := range ids {
		s.Deliver(town.Mail{ID: id, From: "a@example.org", List: "demo", Subject: fmt.Sprintf("hostile %d.", n), Day: 7,
			Text: "x"})
		if n%8 != 7 && n < len(ids)-1 {
			continue // the list shows some more
		}
		for _, m := range linkOf.FindAllStringSubmatch(s.get("", "/demo/new.html").Body.String(), -1) {
			at, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
			w := s.get("", at)
			if w.Code != 200 {
				t.Errorf("a link leads to %s: %d", at, w.Code)
			}
			if strings.HasSuffix(at, "/raw") {
				_, subject, _ := strings.Cut(w.Body.String(), "Subject: ")
				subject, _, _ = strings.Cut(subject, "\n")
				shown[subject] = true
			}
		}
	}
	for n, id := range ids {
		if !shown[fmt.Sprintf("hostile %d.", n)] {
			t.Errorf("no link leads to the mail of %q", id)
		}
	}
}

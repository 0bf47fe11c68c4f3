package web_test

import (
	"strings"
	"testing"

	"patchwatch/web/internal/webtest/town"
)

// TestHiddenGivesNoTrailers hides a reply, and a cover letter with what was said about it: the trailers that they gave
// are neither shown nor written into commits.
func TestHiddenGivesNoTrailers(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.Deliver(
		town.Mail{ID: "ack", From: "Eve <eve@example.net>", List: "demo", Subject: "Re: [PATCH v2 1/2] add it",
			Refs: "first", Text: "Acked-by: Eve <eve@example.net>\n", Day: 8},
		town.Mail{ID: "ack-all", From: "Dan <dan@example.net>", List: "demo", Subject: "Re: [PATCH v2 0/2] add it",
			Refs: "cover", Text: "Acked-by: Dan <dan@example.net>\n", Day: 8})
	for _, c := range []struct{ hide, by string }{{"ack", "eve@example.net"}, {"cover", "dan@example.net"}} {
		for _, gone := range []bool{false, true} {
			if gone {
				if err := s.Hide(t.Context(), "admin", []int64{s.Mail("demo", c.hide)}, true); err != nil {
					t.Fatal(err)
				}
			}
			for _, place := range []string{
				"/project/demo/patch/first/", "/project/demo/patch/first/mbox/", "/series/{cover}/mbox/",
				"/bundle/maint/mine%20&%20yours/mbox/",
			} {
				w := s.get("", s.in(place))
				if w.Code != 200 || strings.Contains(w.Body.String(), c.by) == gone {
					t.Errorf("%s, hidden %v: %d %s", place, gone, w.Code, w.Body)
				}
			}
		}
	}
}

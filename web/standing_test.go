package web_test

import (
	"encoding/json"
	"strings"
	"testing"

	"patchwatch/web/internal/webtest/town"
)

// A series is what was sent, and with ?current=1 has the patch that was sent again.
func TestCurrentSeries(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.Deliver(town.Mail{
		ID: "again", From: "Ann <ann@example.org>", List: "demo", Subject: "[PATCH v3 2/2] better", Refs: "second",
		Text: strings.Replace(town.Diff, "+two", "+three", 1), Day: 8,
	})
	for query, want := range map[string]string{"": "second", "?current=1": "again", "?current=0": "second"} {
		w := s.do("", "GET", "/api/series/"+s.in("{cover}")+"/"+query, "")
		var got struct {
			Patches []struct{ MsgID string }
			All     bool `json:"received_all"`
			Total   int  `json:"received_total"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Patches) != 2 || got.Patches[1].MsgID != "<"+want+">" || !got.All || got.Total != 2 {
			t.Errorf("%q: %s", query, w.Body)
		}
		mbox := s.do("", "GET", "/series/"+s.in("{cover}")+"/mbox/"+query, "").Body.String()
		if newer := strings.Contains(mbox, "+three"); newer != (want == "again") || strings.Count(mbox, "Subject: ") != 2 {
			t.Errorf("%q: %s", query, mbox)
		}
	}
	decided := s.do("maint", "PATCH", "/api/1.4/series/"+s.in("{cover}")+"/?current=1", `{"state":"accepted"}`)
	if decided.Code != 200 ||
		strings.Contains(s.do("", "GET", "/api/patches/"+s.in("{again}")+"/", "").Body.String(), "accepted") {
		t.Errorf("a decision about the series is one about what was sent again: %d", decided.Code)
	}
}

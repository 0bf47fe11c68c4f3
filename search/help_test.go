package search

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestHelp: the page names every field, and every example on it is a query.
func TestHelp(t *testing.T) {
	for _, info := range fields() {
		if info.name != "" && !strings.Contains(help, " "+info.name+":") {
			t.Errorf("%s: is not on the page", info.name)
		}
	}
	for _, limit := range []int{MaxLength, MaxWords, MaxDepth, maxWord, MaxSaved, maxWithin, MaxText >> 20} {
		if !strings.Contains(help, fmt.Sprint(limit)) {
			t.Errorf("the limit %d is not on the page", limit)
		}
	}
	for line := range strings.Lines(Help()) {
		if utf8.RuneCountInString(line) > 81 {
			t.Errorf("too long: %s", line)
		}
	}
	opts := Options{Now: now(), Saved: func(string) (string, bool) { return "x", true }}
	examples := regexp.MustCompile(`(?m)^    (\S.*?)(?:  .*)?$`).FindAllStringSubmatch(help, -1)
	if len(examples) < 40 {
		t.Errorf("only %d examples", len(examples))
	}
	for _, example := range examples {
		for query := range strings.SplitSeq(example[1], ", ") {
			if strings.HasSuffix(query, ":") || strings.Contains(query, "ID") {
				continue // a field that is named, a value that is not shown
			}
			if _, notes, err := Parse(strings.TrimSuffix(query, ";"), opts); err != nil || len(notes) > 0 {
				t.Errorf("%s: %v %v", query, notes, err)
			}
		}
	}
}

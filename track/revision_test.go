package track

import (
	"testing"
	"time"
)

func TestRevised(t *testing.T) {
	at := func(hours int) time.Time { return time.Date(2026, 10, 1, hours, 0, 0, 0, time.UTC) }
	v3 := Version{Key: "<v3>", Version: 3, Date: at(100)}
	earlier := func(key string, version, hours int, link Link) Earlier {
		return Earlier{Version{key, version, at(hours)}, link}
	}
	for _, tt := range []struct {
		name       string
		candidates []Earlier
		want       string
	}{
		{"none", nil, ""},
		{"the one before", []Earlier{earlier("<v1>", 1, 1, SameTitle), earlier("<v2>", 2, 2, SameTitle)}, "<v2>"},
		{"a version is missing", []Earlier{earlier("<v1>", 1, 1, SharedTitle)}, "<v1>"},
		{"its own version, sent again", []Earlier{earlier("<again>", 3, 90, SameThread)}, ""},
		{"a later version", []Earlier{earlier("<v4>", 4, 90, SameThread)}, ""},
		{"the higher version on the weaker ground", []Earlier{earlier("<v1>", 1, 1, SameThread),
			earlier("<v2>", 2, 2, SharedTitle)}, "<v2>"},
		{"the stronger ground", []Earlier{earlier("<a>", 2, 2, SameTitle), earlier("<b>", 2, 9, SharedTitle)}, "<a>"},
		{"the thread", []Earlier{earlier("<a>", 2, 2, SameThread), earlier("<b>", 2, 9, SameTitle)}, "<a>"},
		{"sent twice: the newer", []Earlier{earlier("<a>", 2, 2, SameTitle), earlier("<b>", 2, 9, SameTitle)}, "<b>"},
		{"of one date: the smaller id", []Earlier{earlier("<b>", 2, 2, SameTitle), earlier("<a>", 2, 2, SameTitle)}, "<a>"},
		{"a clock that is hours fast", []Earlier{earlier("<v2>", 2, 124, SameTitle)}, "<v2>"},
		{"the same words, later", []Earlier{earlier("<v2>", 2, 125, SameTitle)}, ""},
		{"in the thread, a clock that is days fast", []Earlier{earlier("<v2>", 2, 500, SameThread)}, "<v2>"},
	} {
		for range 2 {
			if got, ok := v3.Revised(tt.candidates); got != tt.want || ok != (tt.want != "") {
				t.Errorf("%s: %q, %v, want %q", tt.name, got, ok, tt.want)
			}
			for i, j := 0, len(tt.candidates)-1; i < j; i, j = i+1, j-1 {
				tt.candidates[i], tt.candidates[j] = tt.candidates[j], tt.candidates[i]
			}
		}
	}
}

func TestTitle(t *testing.T) {
	for name, want := range map[string]string{
		"[v2,1/3] Frob:  count\twell": "frob: count well",
		"frob: count well":            "frob: count well",
		"[RFC] ÄNDERE Räder":          "ändere räder",
		"[0/2]":                       "",
		"[open":                       "[open",
	} {
		if got := Title(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

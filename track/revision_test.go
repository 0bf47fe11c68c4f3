package track

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func hours(n int) time.Time { return time.Date(2026, 10, 1, n, 0, 0, 0, time.UTC) }

// sent is a series of these patches, each "TITLE=DIFF", hashed by being themselves.
func sent(key string, version, hour int, name string, patches ...string) *Sending {
	s := &Sending{Key: key, Version: version, Date: hours(hour),
		Submitter: "ann@x", Name: name, Title: hashed(Title(name))}
	for _, p := range patches {
		title, diff, _ := strings.Cut(p, "=")
		s.Titles = append(s.Titles, hashed(title))
		if diff != "" {
			s.Diffs = append(s.Diffs, diff)
		}
	}
	slices.Sort(s.Titles)
	slices.Sort(s.Diffs)
	return s
}

func hashed(text string) (n int64) {
	for _, c := range []byte(text) {
		n = n*31 + int64(c)
	}
	return n
}

func (s *Sending) with(changes ...int64) *Sending {
	s.Changes = changes
	return s
}

func (s *Sending) by(submitter string) *Sending {
	s.Submitter = submitter
	return s
}

func TestRevised(t *testing.T) {
	v3 := sent("<v3>", 3, 100, "[v3] same")
	earlier := func(key string, version, hour int, link Link) Earlier {
		name := "[x] other"
		if link == SameTitle {
			name, link = "[x] same", NoLink
		}
		s := sent(key, version, hour, name)
		if link == SharedTitle {
			s.Titles, link = []int64{v3.Title}, NoLink
		}
		return Earlier{s, link}
	}
	for _, tt := range []struct {
		name       string
		candidates []Earlier
		want       string
	}{
		{"none", nil, ""},
		{"nothing in common", []Earlier{earlier("<v1>", 1, 1, NoLink)}, ""},
		{"the one before", []Earlier{earlier("<v1>", 1, 1, SameTitle), earlier("<v2>", 2, 2, SameTitle)}, "<v2>"},
		{"a version is missing", []Earlier{earlier("<v1>", 1, 1, SharedTitle)}, "<v1>"},
		{"its own version, in the thread", []Earlier{earlier("<again>", 3, 90, SameThread)}, ""},
		{"a later version", []Earlier{earlier("<v4>", 4, 90, SameThread)}, ""},
		{"the higher version on the weaker ground", []Earlier{earlier("<v1>", 1, 1, SameThread),
			earlier("<v2>", 2, 2, SharedTitle)}, "<v2>"},
		{"the stronger ground", []Earlier{earlier("<a>", 2, 2, SameTitle), earlier("<b>", 2, 9, SharedTitle)}, "<a>"},
		{"the thread", []Earlier{earlier("<a>", 2, 2, SameThread), earlier("<b>", 2, 9, SameTitle)}, "<a>"},
		{"sent twice: the newer", []Earlier{earlier("<a>", 2, 2, SameTitle), earlier("<b>", 2, 9, SameTitle)}, "<b>"},
		{"sent again after it", []Earlier{earlier("<a>", 2, 2, SameTitle), earlier("<b>", 2, 109, SameTitle)}, "<a>"},
		{"of one date: the smaller id", []Earlier{earlier("<b>", 2, 2, SameTitle), earlier("<a>", 2, 2, SameTitle)}, "<a>"},
		{"a clock that is hours fast", []Earlier{earlier("<v2>", 2, 124, SameTitle)}, "<v2>"},
		{"the same words, later", []Earlier{earlier("<v2>", 2, 125, SameTitle)}, ""},
		{"in the thread, a clock that is days fast", []Earlier{earlier("<v2>", 2, 500, SameThread)}, "<v2>"},
	} {
		for range 2 {
			got := ""
			if e := v3.Revised(tt.candidates); e.Sending != nil {
				got = e.Key
			}
			if got != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
			slices.Reverse(tt.candidates)
		}
	}
}

func TestLink(t *testing.T) {
	v1 := func(name string, patches ...string) *Sending { return sent("<a>", 1, 1, name, patches...) }
	v2 := func(name string, patches ...string) *Sending { return sent("<b>", 2, 50, name, patches...) }
	again := func(name string, patches ...string) *Sending { return sent("<b>", 1, 50, name, patches...) }
	for _, tt := range []struct {
		name  string
		later *Sending
		of    *Sending
		found Link
		want  Link
	}{
		{"one change-id, nothing else", v2("[v2] b").with(1), v1("[x] a").with(1), NoLink, SameChange},
		{"one change-id, of another sender", v2("[v2] b").with(1, 2), v1("[x] a").with(2).by("bob@x"), NoLink, SameChange},
		{"two change-ids", v2("[v2] a").with(1), v1("[x] a").with(2), NoLink, NoLink},
		{"two change-ids in a thread", v2("[v2] a").with(1), v1("[x] a").with(2), SameThread, NoLink},
		{"a change-id on one side", v2("[v2] a").with(1), v1("[x] a"), NoLink, SameTitle},
		{"one change-id, sent again", again("[x] a").with(1), v1("[x] b").with(1), NoLink, SameChange},

		{"named", v2("[v2] b").by("bob@x"), v1("[x] a"), NamedEarlier, NamedEarlier},
		{"named by the same version", again("[x] b"), v1("[RFC] a"), NamedEarlier, NamedEarlier},
		{"named by an earlier version", v1("[x] a"), v2("[v2] a"), NamedEarlier, NoLink},
		{"named with another change-id", v2("[v2] b").with(1), v1("[x] a").with(2), NamedEarlier, NoLink},

		{"most diffs", v2("[v2,0/3] f", "x=1", "y=2", "z=9"), v1("[0/3] g", "a=1", "b=2", "c=3"), NoLink, SameDiffs},
		{"half of the diffs", v2("[v2,0/4] f", "x=1", "y=2", "z=8", "u=9"), v1("[0/4] g", "a=1", "b=2", "c=3", "d=4"),
			NoLink, NoLink},
		{"of another submitter", v2("[v2] b", "b=1").by("bob@x"), v1("[x] a", "a=1"), NoLink, NoLink},
		{"carries the patches of another", v2("[v2,0/3] b", "a=1", "y=2", "z=3"), v1("[x] a", "a=1"), NoLink, SharedTitle},
		{"carries them with other titles", v2("[v2,0/3] b", "x=1", "y=2", "z=3"), v1("[x] a", "a=1"), NoLink, NoLink},
		{"a patch becomes a series", v2("[v2,0/2] b", "a=5", "c=2"), v1("[x] a", "a=1"), NoLink, SharedTitle},
		{"a series becomes a patch", v2("[v2] a", "a=5"), v1("[0/2] b", "a=1", "c=2"), NoLink, SharedTitle},
		{"no diffs, no titles", v2("[v2] "), v1("[x] "), NoLink, NoLink},

		{"RESEND", again("[RESEND,0/2] a", "b=8", "c=9"), v1("[0/2] a", "b=1", "c=2"), NoLink, Resent},
		{"RESEND with another title", again("[RESEND] b", "b=1"), v1("[x] a", "a=1"), NoLink, Resent},
		{"RESEND of something else", again("[RESEND] b", "b=2"), v1("[x] a", "a=1"), NoLink, NoLink},
		{"RESEND of another's", again("[RESEND] a", "a=1").by("bob@x"), v1("[x] a", "a=1"), NoLink, NoLink},
		{"posted again", again("[0/2] b", "b=1", "c=2"), v1("[0/2] a", "b=1", "c=2"), NoLink, Resent},
		{"the same words, another patch", again("[x] a", "a=2"), v1("[x] a", "a=1"), NoLink, NoLink},
		{"the same patch, other words", again("[x] b", "b=1"), v1("[x] a", "a=1"), NoLink, NoLink},
		{"the version before", v1("[x] a", "a=1"), v2("[v2] a", "a=1"), SameThread, NoLink},
		{"the sending after", v1("[x] a", "a=1"), again("[x] a", "a=1"), NoLink, NoLink},
		{"RFC no more", again("[x] a", "a=2"), v1("[RFC] a", "a=1"), NoLink, SameTitle},
		{"an RFC after it", again("[RFC] a", "a=2"), v1("[x] a", "a=1"), NoLink, NoLink},

		{"for another release", again("[5.10] a", "a=1"), v1("[5.4] a", "a=1"), NoLink, NoLink},
		{"a version for another release", v2("[v2,5.10] a", "a=1"), v1("[stable-5.4.y] a", "a=1"), NoLink, NoLink},
		{"for the same release", v2("[v2,5.10] a", "a=2"), v1("[5.10,x] a", "a=1"), NoLink, SameTitle},
		{"for another release, in the thread", v2("[v2,5.10] a"), v1("[5.4] a"), SameThread, SameThread},
	} {
		if got := tt.later.Revised([]Earlier{{tt.of, tt.found}}).Link; got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
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

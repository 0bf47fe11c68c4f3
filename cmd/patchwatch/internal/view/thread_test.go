package view

import (
	"fmt"
	"strings"
	"testing"

	"patchwatch/track"
)

func TestByThread(t *testing.T) {
	for name, c := range map[string]struct{ mails, want string }{
		"all answer the patch":           {"a<p b<p c<p", "a0 b0 c0"},
		"one answers another":            {"a<p b<p c<a,p", "a0 c1 b0"},
		"deep":                           {"a<p b<a,p c<b,a,p d<p", "a0 b1 c2 d0"},
		"the one between never came":     {"a<p b<x,a,p", "a0 b1"},
		"refers to nothing that is here": {"a<x", "a0"},
		"later by date than its answer":  {"b<a,p a<p", "a0 b1"},
		"in a circle":                    {"a<b b<a c<p", "c0 a0 b1"},
		"to itself":                      {"a<a,p", "a0"},
		"none":                           {"", ""},
	} {
		var comments []track.MailView
		for _, m := range strings.Fields(c.mails) {
			id, refs, _ := strings.Cut(m, "<")
			comments = append(comments, track.MailView{MsgID: id, Refs: strings.Split(refs, ",")})
		}
		var got []string
		for _, m := range byThread("p", comments) {
			got = append(got, fmt.Sprintf("%s%d", m.MsgID, m.depth))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}

package track

import "testing"

func TestDelegateOf(t *testing.T) {
	rules := []Rule{
		{Pattern: "net/*", Delegate: "net@x"}, {Pattern: "net/wireless/*", Delegate: "wifi@x", Priority: 1},
		{Pattern: "*.rst", Delegate: "doc@x", Priority: -1}, {Pattern: "[!a]?.c", Delegate: "c@x"},
		{Pattern: "x[", Delegate: "odd@x"},
		{Pattern: "b[]a]", Delegate: "odd@x"},
	}
	for _, c := range []struct {
		name  string
		files []string
		want  string
	}{
		{"one file", []string{"net/core.c"}, "net@x"},
		{"a star crosses folders", []string{"net/ipv4/tcp.c"}, "net@x"},
		{"the higher priority first", []string{"net/wireless/a.c"}, "wifi@x"},
		{"the lower last", []string{"net/a.rst"}, "net@x"},
		{"two files of one person", []string{"net/a.c", "net/b.c"}, "net@x"},
		{"two people", []string{"net/a.c", "net/wireless/b.c"}, ""},
		{"a file without a rule", []string{"net/a.c", "mm/b.c"}, ""},
		{"no file", nil, ""},
		{"a set and a question mark", []string{"bz.c"}, "c@x"},
		{"a set that says not", []string{"az.c"}, ""},
		{"an open bracket", []string{"x["}, "odd@x"},
		{"a bracket in a set", []string{"b]"}, "odd@x"},
		{"not a part of the name", []string{"old/net/a.c"}, ""},
	} {
		if got := CompileRules(rules).DelegateOf(c.files); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

package search

import (
	"strings"
	"testing"
)

// TestExcerpt: what was asked for is in brackets.
func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("before ", 50) + "needle" + strings.Repeat(" after", 50)
	for _, c := range []struct{ query, body, want string }{
		{"slab", "Hi,\n\tthe Slab\tis full\nslab\n", "the [Slab] is full"},
		{"walking", "we walked\n", "we [walked]"},
		{"walk", "we walk, they walks\n", "we [walk], they [walks]"},
		{`"walking"`, "we walked\n", ""},
		{"wal*", "a wall\n", "a [wall]"},
		{"alpha beta", "alpha\nbeta\nbeta alpha\n", "[beta] [alpha]"},
		{`"alpha beta"`, "beta alpha\nalpha beta\n", "[alpha] [beta]"},
		{`"alpha beta"`, "so alpha\nbeta\n", "so [alpha]"},
		{"alpha NOT beta", "beta\n", ""},
		{"alpha OR beta", "beta\n", "[beta]"},
		{"s:alpha", "alpha\n", ""},
		{"q:alpha", "alpha\n> alpha\n", "> [alpha]"},
		{"dfb:alpha", "alpha\n---\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-alpha\n+alpha beta\n", "[alpha] beta"},
		{"alpha", "> alpha\nalpha said\n", "[alpha] said"},
		{"state:new", "new\n", ""},
		{"漢字", "前漢字後\n", "[前漢字後]"},
		{"needle", long, "…" + strings.Repeat("before ", 5) + "[needle]" + strings.Repeat(" after", 19) + " afte…"},
		{"alpha", "\x1b alpha\x00\n", "\x1b [alpha]\x00"},
	} {
		n, _, err := Parse(c.query, Options{})
		if err != nil {
			t.Fatal(c.query, err)
		}
		d := &Document{}
		d.Texts[PartSubject] = []string{"alpha"}
		d.addBody(c.body)
		got := ""
		for _, p := range excerptOf(n, d) {
			if p.Asked {
				got += "[" + p.Text + "]"
			} else {
				got += p.Text
			}
		}
		if got != c.want {
			t.Errorf("%s in %.60q: %q, want %q", c.query, c.body, got, c.want)
		}
	}
}

func excerptOf(n Node, d *Document) Excerpt {
	if x := NewExcerpter(n); x != nil {
		return x.Excerpt(d)
	}
	return nil
}

// FuzzExcerpt: whatever is asked of whatever text, the excerpt is a stretch of it.
func FuzzExcerpt(f *testing.F) {
	f.Add("slab", "the slab is full")
	f.Add(`"a b"`, strings.Repeat("a b é漢", 60))
	f.Fuzz(func(t *testing.T, query, body string) {
		n, _, err := Parse(query, Options{})
		if err != nil {
			return
		}
		d := &Document{}
		d.addBody(body)
		got := strings.TrimSuffix(strings.TrimPrefix(excerptOf(n, d).String(), "…"), "…")
		if len(got) > excerptLength {
			t.Errorf("%q", got)
		}
		if !strings.Contains(strings.ReplaceAll(body, "\t", " "), strings.Trim(got, "…")) {
			t.Errorf("%q is not in the text", got)
		}
	})
}

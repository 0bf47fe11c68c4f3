package site

import (
	"fmt"
	"testing"

	"patchwatch/track"
)

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := NewCache[int, string](10_000)
	for i := range 1000 {
		c.Put(i, "x", 100)
		c.Put(i, "y", 100) // again: it takes the place of the first
		c.Get(0)           // what is used stays
	}
	if c.size > 10_000 || len(c.by) != c.used.Len() || len(c.by) < 30 {
		t.Errorf("%d bytes, %d and %d entries", c.size, len(c.by), c.used.Len())
	}
	for key, there := range map[int]bool{0: true, 999: true, 500: false} {
		if v, ok := c.Get(key); ok != there || there && v != "y" {
			t.Errorf("%d: %q %v", key, v, ok)
		}
	}
	if c.Put(5000, "large", 5000); c.by[5000] != nil {
		t.Error("one answer takes half of all")
	}
	if c.Clear(); c.size != 0 || len(c.by) != 0 || c.used.Len() != 0 {
		t.Error("something was not forgotten")
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	l, p := Links{Base: "https://x.org"}, &track.Project{LinkName: "a b", ListArchiveURLFormat: "https://l.org/{}/"}
	for got, want := range map[string]string{
		string(l.Patch(nil, p, "<a+b/c?d#e%@x>")):   "https://x.org/project/a%20b/patch/a+b%252Fc%3Fd%23e%25@x/",
		string(l.Cover(nil, p, "no-brackets>")):     "https://x.org/project/a%20b/cover/no-brackets%3E/",
		string(l.Bundle(nil, "u", "a/ü")):           "https://x.org/bundle/u/a%252F%C3%BC/",
		string(l.Series(nil, p, 7)):                 "https://x.org/project/a%20b/list/?series=7",
		string(l.SeriesMbox(nil, 7)):                "https://x.org/series/7/mbox/",
		string(l.Comment(nil, 7)):                   "https://x.org/comment/7/",
		Archived(p, "<a/b@x>"):                      "https://l.org/a%2Fb@x/",
		Unescape("a%2Fb%2fc"):                       "a/b/c",
		fmt.Sprint(Archived(&track.Project{}, "x")): "",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

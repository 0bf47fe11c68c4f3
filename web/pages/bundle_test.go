package pages_test

import (
	"strings"
	"testing"
)

// order is in which order some texts stand on a page; what is not there is left out.
func order(body string, texts ...string) (out string) {
	type place struct {
		at   int
		text string
	}
	var all []place
	for _, t := range texts {
		if i := strings.Index(body, t); i >= 0 {
			all = append(all, place{i, t})
		}
	}
	for len(all) > 0 {
		least := 0
		for i := range all {
			if all[i].at < all[least].at {
				least = i
			}
		}
		out += all[least].text + " "
		all = append(all[:least], all[least+1:]...)
	}
	return strings.TrimSpace(out)
}

func TestBundlePage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.as = "ann"
	const at = "/bundle/ann/for%20next/"
	w := s.post("/project/demo/list/", "patch_id:{first}=on&patch_id:{second}=on&patch_id:{lone/x@example.org}=on&"+
		"action=create&bundle_name=for next")
	if w.Code != 303 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	s.has("/user/bundles/", `<a href="`+at+`"><bdi>for next</bdi></a>`, `<td class="number">3</td>`, "<td>you</td>")
	s.has("/project/demo/bundles/", "for next")
	s.has(at, "<h1><bdi>for next</bdi></h1>", "private: nobody else", "3 patches",
		"curl -sL 'http://pw.example.org"+at+"mbox/' | git am", `name="place:`)
	names := []string{"[v2,1/2] add", "[v2,2/2] second", "alone"}
	if got := order(s.page(at), names...); got != "[v2,1/2] add [v2,2/2] second alone" {
		t.Errorf("at first the order is %s", got)
	}
	do := func(form string, want int) {
		t.Helper()
		for _, id := range []string{"first", "second"} {
			form = strings.ReplaceAll(form, "place:"+id, "place:{"+id+"}")
		}
		if w := s.post(at, form); w.Code != want {
			t.Errorf("%s: %d %s", form, w.Code, w.Body)
		}
	}
	do("do=order&place:first=9&place:second=1.5", 303)
	if got := order(s.page(at), names...); got != "[v2,2/2] second alone [v2,1/2] add" {
		t.Errorf("then the order is %s", got)
	}
	for _, bad := range []string{
		"do=order&place:first=x", "do=order&place:first=-1", "do=order&place:first=NaN", "do=what",
		"do=name&name=a/b", "do=name&name=",
	} {
		do(bad, 400)
	}
	do("do=remove&patch_id:{second}=on", 303)
	if got := order(s.page(at), names...); got != "alone [v2,1/2] add" {
		t.Errorf("without the second the order is %s", got)
	}
	s.as = ""
	if w := s.do("GET", at, ""); w.Code != 404 {
		t.Errorf("a private bundle: %d", w.Code)
	}
	s.as = "ann"
	do("do=public", 303)
	s.as = ""
	s.has(at, "alone", "public: whoever")
	s.lacks(at, "<form method", "place:")
	do("do=private", 403)
	s.as = "maint"
	do("do=delete", 403)
	s.as = "ann"
	if w := s.post(at, "do=name&name=for later"); w.Header().Get("Location") != "/bundle/ann/for%20later/" {
		t.Errorf("renamed: %d %s", w.Code, w.Header())
	}
	if w := s.post("/bundle/ann/for%20later/", "do=delete"); w.Code != 303 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.lacks("/user/bundles/", "for later", "for next")
	s.as = "strange"
	s.has("/user/bundles/", "You have no bundle yet.")
	s.as = ""
	if w := s.do("GET", "/user/bundles/", ""); w.Code != 303 ||
		w.Header().Get("Location") != "/user/login/?next=%2Fuser%2Fbundles%2F" {
		t.Errorf("nobody: %d %s", w.Code, w.Header())
	}
}

// TestListsBySearch: the search language narrows both lists, together with their filters.
func TestListsBySearch(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const series, list = "/project/demo/series/", "/project/demo/list/"
	for _, c := range []struct{ url, has, lacks string }{
		{series + "?search=f:ann", "add it", "half of it"},
		{series + "?search=f:ann&state=*", "add it", "half of it"},
		{series + "?search=b:%22what+it+is%22&state=*", "add it", "alone"}, // of the cover letter
		{series + "?search=nothing+like+it", "No series is like that.", "add it"},
		{series + "?search=f:carl&incomplete=1", "half of it", "add it"},
		{list + "?search=f:ann", "add &#34;it&#34;", "alone"},
		{list + "?search=nothing+like+it", "No patch is like that.", "alone"},
		{list + "?search=*&state=*", "alone", "No patch"},
	} {
		s.has(c.url, c.has, `name="search"`)
		s.lacks(c.url, `<bdi>`+c.lacks)
	}
	s.has(series+"?search=f:ann", `value="f:ann"`, `?list=search%3Df%253Aann"`)
	for _, at := range []string{series, list} {
		if w := s.do("GET", at+"?search=(", ""); w.Code != 400 || !strings.Contains(w.Body.String(), "column 1") {
			t.Errorf("a query that cannot be read: %d %s", w.Code, w.Body)
		}
	}
}

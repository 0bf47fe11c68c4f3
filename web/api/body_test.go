package api

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestEncodings writes the same in each of the forms that programs send.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const want = `[Maint decides about [2]: under-review mary@example.org true abc -]`
	send := func(kind, body string) (*server, *httptest.ResponseRecorder) {
		s := newServer().by("Maint")
		r := httptest.NewRequest("PATCH", "/api/1.2/patches/2", strings.NewReader(body))
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return s, w
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, f := range [][2]string{
		{"state", "under-review"}, {"delegate", "2"}, {"archived", "True"}, {"commit_ref", "abc"},
	} {
		_ = m.WriteField(f[0], f[1])
	}
	m.Close()
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "state=Under+Review&delegate=2&archived=True&commit_ref=abc&id=7&unknown=1",
		"application/json": `{"state":"under-review","delegate":2,"archived":"yes","commit_ref":"abc","id":7,` +
			`"check":"fail"}`,
		"Application/JSON; charset=utf-8": `{"state":2,"delegate":"2","archived":true,"commit_ref":" abc "}`,
		m.FormDataContentType():           b.String(),
	} {
		s, w := send(kind, body)
		if got := fmt.Sprint(s.store.Wrote); w.Code != 200 || got != want {
			t.Errorf("%s: %d %s %s", kind, w.Code, got, w.Body)
		}
		if !strings.Contains(w.Body.String(), `"state":"under-review"`) {
			t.Errorf("%s answers with what was: %s", kind, w.Body)
		}
	}
	for _, kind := range []string{"text/xml", "", "application/", "multipart/form-data"} {
		if s, w := send(kind, "x"); w.Code != 415 && kind != "multipart/form-data" || w.Code < 400 || len(s.store.Wrote) > 0 {
			t.Errorf("%q: %d %s", kind, w.Code, w.Body)
		}
	}
	if _, w := send("", ""); w.Code != 200 {
		t.Errorf("nothing: %d %s", w.Code, w.Body)
	}
}

// TestWhatIsWrong: the words of Patchwork, by which people find help.
func TestWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, url, body, want string }{
		{"PATCH", "patches/2/", `{"state":"foo","archived":"x","delegate":"bob"}`,
			`{"state":["Invalid state foo. Expected one of: new, under-review, accepted, rejected, rfc, not-applicable, ` +
				`changes-requested, awaiting-upstream, superseded, deferred, queued."],` +
				`"archived":["Must be a valid boolean."],"delegate":["Incorrect type. Expected pk value, received str."]}`},
		{"PATCH", "patches/2/", "delegate=99", `{"delegate":["Invalid pk \"99\" - object does not exist."]}`},
		{"PATCH", "patches/2/", "delegate=5", `{"delegate":["User 'strange' is not a maintainer for project 'Demo'"]}`},
		{"PATCH", "patches/2/", `{"state":""}`, `{"state":["This field may not be null."]}`},
		{"PATCH", "patches/2/", `{"commit_ref":"a\u0000"}`, `{"commit_ref":["Null characters are not allowed."]}`},
		{"PATCH", "patches/2/", `{"commit_ref":true,"pull_url":[]}`,
			`{"commit_ref":["Not a valid string."],"pull_url":["Not a valid string."]}`},
		{"PATCH", "patches/2/", `{"related":"x"}`, `{"related":["Expected a list of items but got type \"str\"."]}`},
		{"PATCH", "patches/2/", `{"related":null}`, `{"related":["This field may not be null."]}`},
		{"PATCH", "patches/2/", `{"related":[{}]}`, `{"related":["Incorrect type. Expected pk value, received dict."]}`},
		{"PATCH", "patches/2/", `{"related":[3,null]}`, `{"related":["This field may not be null."]}`},
		{"PATCH", "patches/2/", `{"related":[""]}`, `{"related":["This field may not be null."]}`},
		{"PATCH", "patches/2/", "related=", `{"related":["This field may not be null."]}`},
		{"PATCH", "patches/2/", "related=3&related=", `{"related":["This field may not be null."]}`},
		{"POST", "bundles/", "name=x&patches=", `{"patches":["This field may not be null."]}`},
		{"PATCH", "patches/2/", `[]`, `{"detail":["Invalid data. Expected a dictionary, but got list."]}`},
		{"PUT", "patches/2/", "", `{"state":["This field is required."],"delegate":["This field is required."]}`},
		{"POST", "patches/2/checks/", "context=a b&target_url=http://host/x",
			`{"state":["A check must have a state."],"target_url":["Enter a valid URL."],` +
				`"context":["Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens."]}`},
		{"POST", "patches/2/checks/", "state=failure", `{"state":["\"failure\" is not a valid choice."]}`},
		{"POST", "patches/2/checks/", `{"state":"fail","context":""}`, `{"context":["This field may not be blank."]}`},
		{"PATCH", "users/2/", `{"last_name":null,"settings":{"items_per_page":"x","show_ids":3}}`,
			`{"last_name":["This field may not be null."],` +
				`"settings":{"items_per_page":["A valid integer is required."],"show_ids":["Must be a valid boolean."]}}`},
		{"PATCH", "users/2/", `{"settings":"x"}`,
			`{"settings":{"detail":["Invalid data. Expected a dictionary, but got str."]}}`},
		{"POST", "bundles/", "", `{"name":["This field is required."],"patches":["This field is required."]}`},
		{"POST", "bundles/", `{"name":"","patches":[2]}`, `{"name":["This field may not be blank."]}`},
	} {
		w := newServer().by("Maint").do(c.method, "/api/"+c.url, c.body)
		if got := w.Body.String(); w.Code != 400 || got != c.want {
			t.Errorf("%s %s %s: %d\n%s\nwant\n%s", c.method, c.url, c.body, w.Code, got, c.want)
		}
	}
}

package results

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"patchwatch/web/internal/layout"
)

// What is made of a row at once is escaped as what the template writes.
func TestRowsAreEscaped(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 1, 31, 23, 5, 6, 0, time.FixedZone("", -3600))
	p := &page{Asked: true, Where: "x", Rows: []*row{{
		Subject: `<b>"it" &`, URL: `/a"b'<c>&d/`, By: "<i>", Sent: layout.MomentOf(sent, sent.Add(50*time.Hour)),
	}}}
	body, err := templates().Render("search", p)
	if err != nil {
		t.Fatal(err)
	}
	want := `<tr><td><time datetime="2026-02-01T00:05:06Z">1 Feb 2026</time> <span class="age">2 days</span></td><td>` +
		`<a href="/a&#34;b&#39;&lt;c&gt;&amp;d/"><bdi>&lt;b&gt;&#34;it&#34; &amp;</bdi></a></td><td><bdi>&lt;i&gt;</bdi></td></tr>`
	if !strings.Contains(string(body), want) {
		t.Errorf("there is no %s in %s", want, body)
	}
}

// BenchmarkPage makes a page of 200 mails.
func BenchmarkPage(b *testing.B) {
	p := &page{Page: layout.Page{Title: "x - Search", Wide: true}, Query: "x", Asked: true, First: 1, Last: 200}
	for i := range 200 {
		p.Rows = append(p.Rows, &row{
			Subject: fmt.Sprintf("[PATCH v2 %d/200] net: do not <frob> what \"has\" been frobbed & more", i), By: "Ann Example",
			URL: fmt.Sprintf("/all/20261127.%d-1-ann@example.org/", i), Sent: layout.MomentOf(time.Unix(1_790_000_000+int64(i)*1000, 0), time.Unix(1_800_000_000, 0)),
			State: "new", Project: "netdev",
		})
	}
	for b.Loop() {
		if _, err := templates().Render("search", p); err != nil {
			b.Fatal(err)
		}
	}
}

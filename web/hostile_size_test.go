package web_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"patchwatch/web/internal/webtest/town"
)

// What pages of mails may take that somebody made as bad as can be. The limits are wide: a page that walked everything
// for each line would not end within an hour.
const (
	hostileTime   = 20 * time.Second
	hostileMemory = 1 << 30 // bytes that are allocated, not kept
	hostilePage   = 30 << 20
)

// TestHostileSizes asks for the pages of patches that are much too large, and of threads that are. It counts what is
// allocated, so no other test runs beside it.
func TestHostileSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	s := newWhole(t)
	send := func(id, subject, refs, text string) {
		s.Deliver(town.Mail{ID: id, From: "Eve <eve@example.org>", List: "demo", Subject: subject, Refs: refs, Text: text, Day: 11})
	}
	head := "Large.\n---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n"
	send("bytes", "[PATCH] bytes", "", head+"@@ -1 +1,400000 @@\n-one\n"+strings.Repeat("+"+strings.Repeat("x", 126)+"\n", 400_000))
	send("lines", "[PATCH] lines", "", head+"@@ -1,50000 +1,50000 @@\n"+strings.Repeat("-a b c\n+a c b\n", 50_000))
	var files strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&files, "diff --git a/%d b/%d\n--- a/%d\n+++ b/%d\n@@ -1 +1 @@\n-one\n+two\n", i, i, i, i)
	}
	send("files", "[PATCH] files", "", "Many.\n---\n"+files.String())
	send("remarks", "[PATCH] remarks", "", "One.\n"+town.Diff)
	send("deep", "[PATCH] deep", "", "One.\n"+town.Diff)
	var mails []town.Mail
	above := "deep"
	for i := range 2000 {
		mails = append(mails, town.Mail{ID: fmt.Sprint("remark", i), From: "Eve <eve@example.org>", List: "demo", Day: 12,
			Subject: "Re: [PATCH] remarks", Refs: "remarks", Text: "> +two\n\nNo.\n"})
	}
	for i := range 5000 {
		id := fmt.Sprint("deep", i)
		mails = append(mails, town.Mail{ID: id, From: "Eve <eve@example.org>", List: "demo", Day: 13,
			Subject: "Re: [PATCH] deep", Refs: above, Text: "> +two\n\nNo.\n"})
		above = id
	}
	s.Deliver(mails...)
	for _, page := range []string{
		"/project/demo/patch/bytes/", "/project/demo/patch/bytes/?file=1", "/project/demo/patch/lines/",
		"/project/demo/patch/lines/?file=1&w=1", "/project/demo/patch/files/", "/project/demo/patch/files/?file=9999",
		"/project/demo/patch/remarks/", "/project/demo/patch/deep/", "/demo/bytes/", "/demo/deep/t/", "/demo/deep/T/",
		"/demo/remarks/t/", "/project/demo/list/?state=*", "/project/demo/series/?state=*",
	} {
		s.wantBounded(page)
	}
}

func (s *whole) wantBounded(page string) {
	s.t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()

	w := s.do("maint", "GET", page, "", "Accept", "text/html")
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	s.t.Logf("%s: %d, %d kB, %v, %d MB allocated", page, w.Code, w.Body.Len()>>10, took.Round(time.Millisecond), allocated>>20)
	if w.Code != 200 || w.Body.Len() > hostilePage || took > hostileTime || allocated > hostileMemory {
		s.t.Errorf("%s: %d, %d bytes, %v, %d bytes allocated", page, w.Code, w.Body.Len(), took, allocated)
	}
}

package browser

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// TestEmptyInstance looks at what a server shows before any mail, project or user is there.
func TestEmptyInstance(t *testing.T) {
	t.Parallel()
	s := newEmpty(t)
	for _, p := range []shown{
		{path: "/"}, {path: "/search/"}, {path: "/all/"}, {path: "/search/?q=word", status: 404}, {path: "/user/login/"},
		{path: "/project/none/", status: 404},
	} {
		t.Run(p.path, func(t *testing.T) { checkPage(t, s, p) })
	}
	if _, body := s.get("", "/"); !strings.Contains(string(body), "No project is tracked yet") {
		t.Errorf("the first page does not say that there is no project: %s", body)
	}
}

// TestPrint sees that paper gets what is read, and nothing that is pressed.
func TestPrint(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	for path, want := range map[string]string{
		"/series/{v2}/": "This series makes it count characters", "/project/frob/series/": "räkna tecken",
		"/project/frob/patch/" + reviewed + "/": "the caller in main.c should look at it too",
	} {
		b.visit(path)
		do(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		b.want("main", want)
		if seen := eval[[]string](b, `Array.from(document.querySelectorAll('header, form.narrow, .acts, button, select, input'))
			.filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 100))`); len(seen) > 0 {
			t.Errorf("%s: paper gets %q", path, seen)
		}
		b.view(1280, "light")
	}
}

// TestHugeDiff opens a patch that is too long to be shown at once, and follows it to the file that is left out.
func TestHugeDiff(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var mail strings.Builder
	mail.WriteString("From: Eve <eve@example.org>\nSubject: [PATCH] huge\nDate: Mon, 9 Nov 2026 09:00:00 +0000\n" +
		"Message-ID: <huge@example.org>\nList-Id: <frob-devel.lists.example.org>\n\nMuch.\n---\n")
	for _, name := range []string{"one.c", "two.c", "three.c"} {
		mail.WriteString("diff --git a/" + name + " b/" + name + "\nnew file mode 100644\n--- /dev/null\n+++ b/" + name + "\n@@ -0,0 +1,9000 @@\n")
		mail.WriteString(strings.Repeat("+a line of "+name+"\n", 9000))
	}
	if err := os.WriteFile(s.dir+"/Maildir/new/1796000000.M2P1.example", []byte(mail.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	b := s.open(t, "")
	b.soon("/project/frob/list/?q=huge", "main", "huge")
	const path = "/project/frob/patch/huge@example.org/"
	checkPage(t, s, shown{path: path, large: true})
	b.visit(path)
	b.want("main", "three.c")
	b.link("details.file p", "show this file")
	b.want("table.code", "a line of")
}

package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestWalkFailed finds a mail that could not be read, mends its file, and has it tried again.
func TestWalkFailed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	maildir := filepath.Join(s.dir, "Maildir")
	const name = "1796000000.M1P1.example"
	if err := os.WriteFile(filepath.Join(maildir, "new", name), []byte("this is no mail\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := s.open(t, admin)
	b.soon("/admin/failed/", "table.list", name)
	b.visit("/")
	b.link("header", "Admin")
	b.visit("/admin/failed/")
	b.want("table.list", name)
	mend(t, filepath.Join(maildir, "failed", name))
	b.link("table.list", name)
	b.want("main", maildir)
	b.click("form button[name=mail]")
	b.soon("/project/frob/list/", "table.list", "frob: a patch that was mended")
	if left, err := filepath.Glob(filepath.Join(maildir, "failed", name+"*")); err != nil || len(left) > 0 {
		t.Errorf("what was tried again and taken is in failed still: %q, %v", left, err)
	}
}

func mend(t *testing.T, file string) {
	t.Helper()
	mail, err := os.ReadFile("../../testdata/sample/01-single-patch.eml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("Subject: [PATCH] frob: check for a failed malloc", "Subject: [PATCH] frob: a patch that was mended",
		reviewed, "mended@example.org").Replace(string(mail))
	if !strings.Contains(text, "mended@example.org") || !strings.Contains(text, "that was mended") {
		t.Fatal("the sample has another first mail")
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWalkUnrouted finds a list whose mail came unasked, and has it tracked: its mail is a project's then.
func TestWalkUnrouted(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, admin)
	b.visit("/admin/")
	b.visit("/admin/lists/")
	b.want("main", "gadget-users.lists.example.com")
	eval[bool](b, `Array.from(document.querySelectorAll('table.list tr')).find((r) => r.innerText.includes('gadget-users'))
		.querySelector('form').classList.add('walked'), true`)
	b.act(chromedp.Clear(chromedp.CSS(".walked input[name=name]")), chromedp.SendKeys(chromedp.CSS(".walked input[name=name]"), "gadgets"))
	b.click(".walked button")
	b.soon("/project/gadgets/list/", "table.list", "gadget: blink less")
	b.visit("/admin/log/")
	b.want("table.list", "gadgets")
}

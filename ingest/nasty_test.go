package ingest

import (
	"path/filepath"
	"strings"
	"testing"
)

// nastySets are the test mails of eleven mail programs: malformed, hostile or odd.
var nastySets = []string{
	"cpython-test-email", "email-mime", "git-t5100-in", "mime-tools", "mimekit", "mox", "notmuch-broken", "patchwork-fuzz",
	"php-mime-mail-parser", "ruby-mail", "stalwart-mail-parser",
}

// TestNastyMailIsKept parses them all: hardly any may be refused, and of those each has to be without any header.
func TestNastyMailIsKept(t *testing.T) {
	mails, refused := 0, 0
	for _, set := range nastySets {
		for _, f := range readArchive(t, "nasty", set+".tar.gz") {
			if filepath.Ext(f.name) != ".eml" {
				continue
			}
			mails++
			m, took, grew, err := measure(f.raw)
			if err != nil {
				refused++
				t.Logf("%s/%s refused: %v: %.60q", set, f.name, err, f.raw)
				if strings.Contains(string(f.raw), "\nSubject:") || strings.HasPrefix(string(f.raw), "Subject:") {
					t.Errorf("%s/%s has a Subject and was refused", set, f.name)
				}
				continue
			}
			checkStrings(t, m)
			if best, bad := tooLong(f.raw, took, timeLimit/20); bad || grew > 64<<20 {
				t.Errorf("%s/%s took %v and %d KiB", set, f.name, best, grew>>10)
			}
		}
	}
	t.Logf("%d mails, %d refused", mails, refused)
	if refused*100 > mails*3 {
		t.Errorf("%d of %d mails were refused, more than 3 %%", refused, mails)
	}
}

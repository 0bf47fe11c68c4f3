package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// patchworkMailboxes are the mailboxes of Patchwork's own series tests, each with the answer that Patchwork
// gives when its mails come in order, and that we give in any order. The mails of a mailbox are a, b, c and
// so on, as they stand in it.
//
// For ten of them Patchwork itself gives more than one answer, by the order of arrival.
var patchworkMailboxes = map[string]string{
	"base-cover-letter":           "series 1/2 complete cover=a patches=1:b,2:c",
	"base-deep-threaded":          "series 1/2 complete cover=a patches=1:b,2:c",
	"base-different-versions":     "series 3/4 complete cover=a patches=1:b,2:c,3:d,4:e",
	"base-extra-patches":          "series 1/2 complete cover=a patches=1:b,2:c,3:d",
	"base-incomplete":             "series 1/2 incomplete cover=a patches=1:b",
	"base-no-cover-letter":        "series 1/2 complete cover=- patches=1:a,2:b",
	"base-no-references":          "series 2/2 complete cover=- patches=1:a,2:b",
	"base-no-references-no-cover": "series 1/2 complete cover=a patches=1:b,2:c",
	"base-out-of-order":           "series 1/2 complete cover=c patches=1:b,2:a",
	"bugs-mixed-versions": "series 1/2 incomplete cover=- patches=1:a; " +
		"series 2/2 incomplete cover=- patches=2:b",
	"bugs-multiple-content-types": "series 1/1 complete cover=- patches=1:a; comment b -> a",
	"bugs-multiple-references":    "series 2/4 complete cover=a patches=1:b,2:c,3:d,4:e",
	"bugs-nocover": "series 1/2 complete cover=- patches=1:a,2:b; " +
		"series 2/2 complete cover=- patches=1:c,2:d",
	"bugs-nocover-noversion": "series 1/2 complete cover=- patches=1:a,2:b; " +
		"series 1/2 complete cover=- patches=1:c,2:d",
	"bugs-spamming": "series 2/4 incomplete cover=- patches=1:a; " +
		"series 2/4 incomplete cover=- patches=1:b; " +
		"series 2/4 incomplete cover=- patches=1:c",
	"bugs-unnumbered": "series 1/2 incomplete cover=a patches=1:b; " +
		"series 1/1 complete cover=- patches=1:c",
	"dependency-base-patch":     "series 1/2 complete cover=a patches=1:b,2:c",
	"mercurial-cover-letter":    "series 1/2 complete cover=a patches=1:b,2:c",
	"mercurial-no-cover-letter": "series 1/2 complete cover=- patches=1:a,2:b",
	"revision-basic": "series 1/2 complete cover=a patches=1:b,2:c; " +
		"series 2/2 complete cover=d patches=1:e,2:f",
	"revision-no-cover-letter": "series 1/2 complete cover=a patches=1:b,2:c; " +
		"series 2/2 complete cover=- patches=1:d,2:e",
	"revision-out-of-order": "series 1/2 complete cover=a patches=1:b,2:c; " +
		"series 2/2 complete cover=f patches=1:e,2:d",
	"revision-threaded-to-cover": "series 1/2 complete cover=a patches=1:b,2:c; " +
		"series 2/2 complete cover=d patches=1:e,2:f",
	"revision-threaded-to-patch": "series 1/2 complete cover=a patches=1:b,2:c; " +
		"series 2/2 complete cover=d patches=1:f,2:e",
	"revision-threaded-to-single-patch": "series 1/1 complete cover=- patches=1:a; " +
		"series 2/1 complete cover=- patches=1:b",
	"revision-unlabeled": "series 1/2 complete cover=a patches=1:b,2:c; " +
		"series 1/2 complete cover=d patches=1:f,2:e",
	"revision-unlabeled-noreferences": "series 2/2 complete cover=- patches=1:a,2:b; " +
		"series 2/2 complete cover=- patches=1:c,2:d",
}

// TestPatchworkMailboxes takes them in every order: each gives one answer, and the right one.
func TestPatchworkMailboxes(t *testing.T) {
	t.Parallel()
	found := readPatchworkMailboxes(t)
	stores := newEmptyStores(t)
	for name, want := range patchworkMailboxes {
		t.Run(name, func(t *testing.T) {
			th := newThread(t, found[name])
			th.called = map[string]string{}
			for i, d := range th.mails {
				th.called[d.Mail.MsgID] = string(rune('a' + i))
			}
			th.holdsInAnyOrder(t, stores, answerIn(strings.ReplaceAll(want, "; ", "\n")).String())
		})
	}
	for name := range found {
		if len(found[name]) > 1 && patchworkMailboxes[name] == "" {
			t.Errorf("%s has %d mails, and it isn't said what they make", name, len(found[name]))
		}
	}
}

// readPatchworkMailboxes gives the mails of each, as one list delivers them.
func readPatchworkMailboxes(t *testing.T) map[string][][]byte {
	t.Helper()
	archive := filepath.Join(corpus, "patchwork-tests.tar.gz")
	if _, err := os.Stat(archive); err != nil {
		t.Skipf("the mail corpus isn't beside this checkout: %v", err)
	}
	raws := map[string][]byte{}
	for name, raw := range archived(t, archive) {
		raws[name] = raw
	}
	found := map[string][][]byte{}
	for line := range strings.Lines(string(raws["origin.tsv"])) { // the heading names no mail
		file, origin, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if !strings.HasSuffix(file, ".eml") {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(origin), ".mbox")
		found[name] = append(found[name], viaList(raws[file]))
	}
	return found
}

// viaList puts the List-Id of one list above whatever a mail has: Patchwork's tests name the project by an option.
func viaList(raw []byte) []byte {
	return append([]byte("List-Id: <t.lists.example.org>\n"), raw...)
}

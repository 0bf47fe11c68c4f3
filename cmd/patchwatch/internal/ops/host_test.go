package ops

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/db"
	"patchwatch/db/postgres/pgtest"
)

// newHost knows a Maildir that has some files in failed.
func newHost(t *testing.T, files map[string]string) (h *Host, dir string) {
	t.Helper()
	s, err := engines.Open(t.Context(), pgtest.Database(t, filepath.Join(t.TempDir(), "p.db")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	dir = t.TempDir()
	for _, folder := range []string{"new", "cur", "tmp", "failed"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, "failed", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Watch(t.Context(), "", []string{dir, "/no/such/maildir"}); err != nil {
		t.Fatal(err)
	}
	search := func(context.Context) (Search, error) { return Search{Missing: 4}, nil }
	return &Host{Store: s, Search: search}, dir
}

func TestHostRetries(t *testing.T) {
	h, dir := newHost(t, map[string]string{
		"1763894400.M1P1.host": "Subject: first\nFrom: Ann <ann@example.org>\n\ntext", "1763894400.M1P1.host.reason": "why\n",
		"1763894500.M1P1.host": "odd",
	})
	outside := filepath.Join(t.TempDir(), "outside")
	if err := errors.Join(os.WriteFile(outside, []byte("precious"), 0o600),
		os.Symlink(outside, filepath.Join(dir, "failed", "1763894600.M1P1.host"))); err != nil {
		t.Fatal(err)
	}
	mails, total, err := h.Failed(t.Context(), 0, 10)
	if err != nil || total != 2 || len(mails) != 2 || mails[0].Name != "1763894500.M1P1.host" ||
		mails[1].Subject != "first" || mails[1].From != "Ann" || mails[1].Reason != "why" {
		t.Fatalf("%d %+v %v", total, mails, err)
	}
	if page, total, err := h.Failed(t.Context(), 1, 1); err != nil || total != 2 || len(page) != 1 || page[0] != mails[1] {
		t.Errorf("the second page: %d %+v %v", total, page, err)
	}
	if page, _, err := h.Failed(t.Context(), 7, 1); err != nil || len(page) != 0 {
		t.Errorf("a page that is not there: %+v %v", page, err)
	}
	m, begin, err := h.FailedMail(t.Context(), mails[1].Key)
	if err != nil || m != mails[1] || !strings.HasPrefix(string(begin), "Subject: first\n") {
		t.Errorf("%+v %q %v", m, begin, err)
	}
	link := failedFile{dir, "1763894600.M1P1.host"}
	for _, key := range []string{"", "../new", mails[1].Name, link.key(), filepath.Join(dir, "failed", mails[1].Name)} {
		if _, _, err := h.FailedMail(t.Context(), key); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%q: %v", key, err)
		}
		if moved, err := h.Retry(t.Context(), []string{key}); moved != 0 || err != nil {
			t.Errorf("%q: %d moved, %v", key, moved, err)
		}
	}
	if moved, err := h.Retry(t.Context(), []string{mails[1].Key, mails[1].Key}); moved != 1 || err != nil {
		t.Errorf("%d moved, %v", moved, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "new", mails[1].Name)); err != nil {
		t.Error(err)
	}
	if moved, err := h.Retry(t.Context(), []string{mails[1].Key}); moved != 0 || err != nil {
		t.Errorf("once more: %d moved, %v", moved, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "new", mails[0].Name), []byte("newer"), 0o600); err != nil {
		t.Fatal(err)
	}
	if moved, err := h.Retry(t.Context(), []string{mails[0].Key}); moved != 0 || err == nil {
		t.Errorf("one whose name is taken: %d moved, %v", moved, err)
	}
}

func TestHostReports(t *testing.T) {
	h, dir := newHost(t, map[string]string{"1763894400.M1P1.host": "odd"})
	r, err := h.Report(t.Context())
	if err != nil || len(r.Maildirs) != 2 || r.NotIndexed != 4 || r.Database != h.Store.Path() {
		t.Fatalf("%+v %v", r, err)
	}
	for _, m := range r.Maildirs {
		if (m.Path == dir) != (m.Error == "") || m.Path == dir && m.Failed != 1 {
			t.Errorf("%+v", m)
		}
	}
}

package ops

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"patchwatch/db"
)

// A Maildir's owner finds nothing overwritten, and nobody waits, whatever stands at the name of the file that says
// why no mail is taken.
func TestPausedFileIsNothingElse(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, PausedFile), filepath.Join(dir, "other")
	for _, kind := range []string{"a link", "a FIFO"} {
		for _, name := range []string{path, path + ".new"} {
			if err := os.WriteFile(other, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			err := unix.Mkfifo(name, 0o600)
			if kind == "a link" {
				os.Remove(name)
				err = os.Symlink(other, name)
			}
			if err != nil {
				t.Fatal(err)
			}
			if name == path && ReadPaused(dir) != "" {
				t.Errorf("%s was read: %q", kind, ReadPaused(dir))
			}
			WritePaused(dir, "the disk is full")
			text, err := os.ReadFile(other)
			if err != nil || string(text) != "precious" || ReadPaused(dir) != "the disk is full" {
				t.Errorf("with %s at %s: the other file has %q, the reason is %q", kind, name, text, ReadPaused(dir))
			}
			WritePaused(dir, "")
			if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("with %s, the reason stays: %v", kind, err)
			}
		}
	}
}

// Why a mail stays in new is in what status says, and a reason for alarm at once.
func TestStuckIsTold(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "new"), 0o700); err != nil {
		t.Fatal(err)
	}
	const why = `"x" cannot be read: permission denied`
	WriteStuck(dir, why)
	r := Report{Maildirs: []MaildirStatus{MaildirStatusOf(db.Maildir{Path: dir})}}
	var text strings.Builder
	if err := r.Print(&text); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), why) || !r.Alarming(time.Hour) {
		t.Errorf("alarming: %v; it is said: %s", r.Alarming(time.Hour), text.String())
	}
	WriteStuck(dir, "")
	if got := MaildirStatusOf(db.Maildir{Path: dir}); got.Stuck != "" || len(got.alarms(time.Hour)) > 0 {
		t.Errorf("when it is taken it is said: %+v", got)
	}
}

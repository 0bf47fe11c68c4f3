package term

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestJournalLines(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(newJournalHandler(&out))
	log.Info("patch", "subject", "a b")
	log.With("dir", "md").Warn("failed")
	log.Error("lost\nmore")
	const want = "<6>msg=patch subject=\"a b\"\n<4>msg=failed dir=md\n<3>msg=\"lost\\nmore\"\n"
	if out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

func TestIsJournal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	s := info.Sys().(*syscall.Stat_t)
	if own := fmt.Sprintf("%d:%d", s.Dev, s.Ino); !isJournal(f, own) || isJournal(f, own+"1") || isJournal(f, "") {
		t.Error("it is the journal where it is not, or the other way round")
	}
	for stream, want := range map[string]string{
		fmt.Sprintf("%d:%d", s.Dev, s.Ino): "<4>msg=failed\n",
		"1:2":                              "level=WARN msg=failed\n",
	} {
		t.Setenv("JOURNAL_STREAM", stream)
		log, err := NewLogger(f, "auto")
		if err != nil {
			t.Fatal(err)
		}
		log.Warn("failed")
		if written, err := os.ReadFile(f.Name()); err != nil || !strings.HasSuffix(string(written), want) {
			t.Errorf("with JOURNAL_STREAM=%s: %q, %v", stream, written, err)
		}
	}
}

func TestLogForATerminal(t *testing.T) {
	var out strings.Builder
	slog.New(newPlainHandler(&out)).With("who", "\x1b[1mmallory").Warn("failed\n", "reason", "\u202etxt", "empty", "")
	_, line, _ := strings.Cut(out.String(), " ") // the time
	if want := "WARN failed   who=\\x1b[1mmallory  reason=\\u202etxt\n"; line != want {
		t.Errorf("logged %q, want %q", line, want)
	}
}

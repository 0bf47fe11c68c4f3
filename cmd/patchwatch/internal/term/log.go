package term

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"syscall"
)

// logFormats are the formats of log lines. By default a person at a terminal gets plain ones, and everything else
// gets logfmt, which both people and programs can read.
var logFormats = map[string]func(to io.Writer) slog.Handler{
	"auto": func(to io.Writer) slog.Handler {
		switch {
		case IsTerminal(to):
			return newPlainHandler(to)
		case isJournal(to, os.Getenv("JOURNAL_STREAM")):
			return newJournalHandler(to)
		}
		return slog.NewTextHandler(to, nil)
	},
	"plain":  func(to io.Writer) slog.Handler { return newPlainHandler(to) },
	"logfmt": func(to io.Writer) slog.Handler { return slog.NewTextHandler(to, nil) },
	"json":   func(to io.Writer) slog.Handler { return slog.NewJSONHandler(&jsonEscaper{to: to}, nil) },
}

// NewLogger gives a log that is written in one of the formats auto, plain, logfmt and json.
func NewLogger(to io.Writer, format string) (*slog.Logger, error) {
	handler, ok := logFormats[format]
	if !ok {
		return nil, fmt.Errorf("there is no log format %q; the formats are auto, plain, logfmt and json", format)
	}
	return slog.New(handler(to)), nil
}

// isJournal reports whether a file is the stream that systemd gave a service for its log. The variable has the device
// and inode of that stream (systemd.exec(5)); a process that the service starts with another stream inherits the
// variable too.
func isJournal(to io.Writer, stream string) bool {
	f, isFile := to.(*os.File)
	if !isFile || stream == "" {
		return false
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && stream == fmt.Sprintf("%d:%d", s.Dev, s.Ino)
}

// journalHandler writes logfmt without the time, which the journal adds itself. Before each line it writes the level,
// which the journal takes off again (sd-daemon(3)).
type journalHandler struct {
	slog.Handler // writes into line
	mu           *sync.Mutex
	line         *bytes.Buffer
	to           io.Writer
}

func newJournalHandler(to io.Writer) *journalHandler {
	line := &bytes.Buffer{}
	lines := slog.NewTextHandler(line, &slog.HandlerOptions{ReplaceAttr: withoutTimeAndLevel})
	return &journalHandler{lines, &sync.Mutex{}, line, to}
}

func withoutTimeAndLevel(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return slog.Attr{}
	}
	return a
}

func (h *journalHandler) Handle(ctx context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.line.Reset()
	fmt.Fprintf(h.line, "<%d>", syslogLevel(r.Level))
	if err := h.Handler.Handle(ctx, r); err != nil {
		return err
	}
	_, err := h.to.Write(h.line.Bytes())
	return err
}

func (h *journalHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &journalHandler{h.Handler.WithAttrs(attrs), h.mu, h.line, h.to}
}

func (h *journalHandler) WithGroup(name string) slog.Handler {
	return &journalHandler{h.Handler.WithGroup(name), h.mu, h.line, h.to}
}

// syslogLevel is a level's number in syslog(3).
func syslogLevel(l slog.Level) int {
	switch {
	case l >= slog.LevelError:
		return 3
	case l >= slog.LevelWarn:
		return 4
	case l >= slog.LevelInfo:
		return 6
	}
	return 7
}

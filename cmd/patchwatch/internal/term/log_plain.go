package term

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// plainHandler writes log lines for a person at a terminal: the time, the message, and the fields that are not empty,
// all harmless.
type plainHandler struct {
	mu    *sync.Mutex
	to    io.Writer
	attrs []slog.Attr
}

func newPlainHandler(to io.Writer) *plainHandler { return &plainHandler{mu: &sync.Mutex{}, to: to} }

func (h *plainHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

func (h *plainHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Time.Format("15:04:05 "))
	if r.Level >= slog.LevelWarn {
		b.WriteString(r.Level.String() + " ")
	}
	b.WriteString(Printable(r.Message))
	write := func(a slog.Attr) bool {
		if v := a.Value.String(); v != "" {
			b.WriteString("  " + a.Key + "=" + Printable(v))
		}
		return true
	}
	for _, a := range h.attrs {
		write(a)
	}
	r.Attrs(write)
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.to, b.String())
	return err
}

func (h *plainHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &plainHandler{h.mu, h.to, append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)}
}

func (h *plainHandler) WithGroup(string) slog.Handler { return h }

package ops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/netutil"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/internal/listen"
)

// ErrAddress is the error for an address that can't be one.
var ErrAddress = errors.New("--metrics takes a PORT, :PORT or HOST:PORT, such as :9464 or [::1]:9464")

// tcpAddress reads PORT, :PORT or HOST:PORT. Without a host it means this machine only.
func tcpAddress(address string) (network, full string, err error) {
	if !strings.Contains(address, ":") {
		address = ":" + address
	}
	network, full, ok := listen.TCP(address)
	if !ok {
		return "", "", ErrAddress
	}
	return network, full, nil
}

// Serve answers until stop is called. An address without a host means this machine only.
func (m *Metrics) Serve(address string) (at net.Addr, stop func(), err error) {
	network, address, err := tcpAddress(address)
	if err != nil {
		return nil, nil, err
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		return nil, nil, fmt.Errorf("metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.write(w)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		ill := m.ill(r.Context())
		if len(ill) > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, strings.Join(ill, "\n"))
			return
		}
		fmt.Fprintln(w, "ok")
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second,
		WriteTimeout: 30 * time.Second, MaxHeaderBytes: 8 << 10, ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelWarn)}
	server.SetKeepAlivesEnabled(false) // idle connections would take the places of those that ask
	go func() {
		if err := server.Serve(netutil.LimitListener(listener, MostConns)); !errors.Is(err, http.ErrServerClosed) {
			m.log.Error("metrics are served no more", "error", err)
		}
	}()
	return listener.Addr(), func() { server.Close() }, nil
}

// MostConns is how many connections are served at once. Others wait before they are accepted: each connection is an
// open file, and with enough of them this process could not open mail.
const MostConns = 16

// patience is how long the database may take to say that it is there.
const patience = 5 * time.Second

// ill returns what a person must look after.
func (m *Metrics) ill(ctx context.Context) (reasons []string) {
	if m.web != nil {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if err := m.web.Current(ctx); err != nil {
			reasons = append(reasons, term.Printable("nothing can be served: "+err.Error()))
		}
	}
	for _, st := range m.maildirs() {
		for _, alarm := range st.alarms(m.maxAge) {
			reasons = append(reasons, term.Printable(st.Path+": "+alarm))
		}
	}
	return reasons
}

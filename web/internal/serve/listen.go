package serve

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"patchwatch/internal/listen"
)

// ErrListen is the error for an address that cannot be one.
var ErrListen = errors.New("--listen takes HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080, or unix:PATH")

// openSockets opens the sockets to serve at: those of the service manager if it passed any, otherwise the one at
// address.
func openSockets(address string) ([]net.Listener, error) {
	passed, err := passedSockets()
	if err != nil || len(passed) > 0 {
		return passed, err
	}
	l, err := listenAt(address)
	if err != nil {
		return nil, err
	}
	return []net.Listener{l}, nil
}

func listenAt(address string) (net.Listener, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return listenUnix(path)
	}
	network, full, ok := listen.TCP(address)
	if !ok {
		return nil, ErrListen
	}
	return net.Listen(network, full)
}

// CheckListen reports whether address can be one to listen at, as far as that can be said without trying.
func CheckListen(address string) error {
	if path, ok := strings.CutPrefix(address, "unix:"); ok && path != "" {
		return nil
	}
	if _, _, ok := listen.TCP(address); !ok {
		return ErrListen
	}
	return nil
}

// urlOf says where a listener is found: by the host that was asked for, and the port that it got.
func urlOf(asked string, l net.Listener) string {
	at := l.Addr().String()
	if l.Addr().Network() == "unix" {
		return "unix:" + at
	}
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return "http://" + at + "/"
	}
	if name, _, err := net.SplitHostPort(asked); err == nil && name != "" && net.ParseIP(name) == nil {
		host = name
	}
	return fmt.Sprintf("http://%s/", net.JoinHostPort(host, port))
}

// passedSockets returns the sockets of systemd's socket activation, see sd_listen_fds(3).
func passedSockets() ([]net.Listener, error) {
	count, pid := os.Getenv("LISTEN_FDS"), os.Getenv("LISTEN_PID")
	if count == "" || pid != fmt.Sprint(os.Getpid()) {
		return nil, nil
	}
	for _, name := range []string{"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"} {
		os.Unsetenv(name) // not for the programs that this one starts
	}
	var n int
	if _, err := fmt.Sscan(count, &n); err != nil || n < 0 || n > 64 {
		return nil, fmt.Errorf("LISTEN_FDS is %q, which is no number of sockets", count)
	}
	var all []net.Listener
	for fd := 3; fd < 3+n; fd++ {
		file := os.NewFile(uintptr(fd), fmt.Sprintf("LISTEN_FD_%d", fd))
		l, err := net.FileListener(file)
		file.Close() // the listener has a copy
		if err != nil {
			return nil, fmt.Errorf("socket %d of the service manager: %w", fd, err)
		}
		all = append(all, l)
	}
	return all, nil
}

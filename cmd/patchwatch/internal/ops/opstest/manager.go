package opstest

import (
	"net"
	"strings"
	"testing"
	"time"
)

// Manager is a service manager that listens as systemd does: it reads all the time, since a datagram is lost where
// ten wait.
type Manager struct {
	t         testing.TB
	Conn      *net.UnixConn
	Address   string
	datagrams chan string
	told      []string // all lines
}

// NewManager listens at an address until the test ends.
func NewManager(t testing.TB, address string) *Manager {
	t.Helper()
	m := &Manager{t: t, Conn: Listen(t, address), Address: address, datagrams: make(chan string, 10_000)}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := m.Conn.Read(buf)
			if err != nil {
				return
			}
			m.datagrams <- string(buf[:n])
		}
	}()
	return m
}

// Listen opens the socket, and reads nothing.
func Listen(t testing.TB, address string) *net.UnixConn {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// Hear gives the lines of one datagram; none if there is none for so long.
func (m *Manager) Hear(most time.Duration) []string {
	m.t.Helper()
	select {
	case datagram := <-m.datagrams:
		lines := strings.Split(datagram, "\n")
		m.told = append(m.told, lines...)
		return lines
	case <-time.After(most):
		return nil
	}
}

// WaitFor hears until a line begins so.
func (m *Manager) WaitFor(start string) string {
	m.t.Helper()
	for end := time.Now().Add(100 * time.Second); time.Now().Before(end); {
		for _, line := range m.Hear(time.Second) {
			if strings.HasPrefix(line, start) {
				return line
			}
		}
	}
	m.t.Fatalf("%s was not heard, only %q", start, m.told)
	return ""
}

// HearsNo says that what is left to hear has no such line.
func (m *Manager) HearsNo(line string) {
	m.t.Helper()
	for lines := m.Hear(100 * time.Millisecond); lines != nil; lines = m.Hear(100 * time.Millisecond) {
		for _, l := range lines {
			if l == line {
				m.t.Errorf("it says %s", line)
			}
		}
	}
}

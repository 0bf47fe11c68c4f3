package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/stress"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db/postgres/pgtest"
	"patchwatch/internal/needs"
)

// TestTenHosts: ten hosts, each with a network and a Maildir of its own, store into one PostgreSQL server, a fifth of
// the mails by two of them. Watchers are killed, and so is the server. The database is that of a serial import into
// SQLite, and each event is told once. PATCHWATCH_LONG has it do so ten times as much, with the generated mail of
// shared/corpus/gen/medium where that is to be had.
func TestTenHosts(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector, ten times slower")
	}
	const hosts = 10
	kills, crashes, copies := 30, 2, 20
	long := os.Getenv("PATCHWATCH_LONG") != ""
	if long {
		kills, crashes, copies = 300, 20, 200
	}
	n := newNetwork(t, hosts)
	server := pgtest.New(t, "listen_addresses="+n.server())
	if err := server.Trust(n.all()); err != nil {
		t.Fatal(err)
	}
	if err := server.Create("patches", "template1"); err != nil {
		t.Fatal(err)
	}
	w := newWorkplace(t)
	archive := ""
	if long {
		archive = w.unpacked("../../../shared/corpus/gen/medium.tar.gz")
	}
	if archive == "" {
		archive = w.path("archive")
		if err := writeMaildir(archive, multiply(samples(t), copies)); err != nil {
			t.Fatal(err)
		}
	}
	archives, err := intake.OpenArchives(t.Context(), nil, []string{archive})
	if err != nil {
		t.Fatal(err)
	}
	stop := crash(t, server, crashes)
	var said bytes.Buffer
	err = stress.Run(t.Context(), archives, stress.Options{
		Writers: 4, Watchers: hosts, Maildirs: hosts, Kills: kills, Freezes: kills / 10, Every: 250 * time.Millisecond,
		Database: "postgres://patchwatch@" + n.server() + "/patches", Dir: w.dir,
		Command: func(host int) []string { return n.on(host, "patchwatch") },
	}, &said, func(what, unit string) *term.Progress { return term.NewProgress(io.Discard, what, unit) })
	done := stop()
	t.Logf("the server crashed %d times\n%s", done, &said)
	if err != nil {
		t.Error(err)
	}
	if log, err := os.ReadFile(filepath.Join(server.Dir, "log")); err != nil || bytes.Contains(log, []byte("deadlock")) {
		t.Errorf("the server's log tells of a deadlock, or can't be read: %v", err)
	}
	if done < crashes {
		t.Errorf("the server should have crashed %d times", crashes)
	}
}

// crash has the server crash now and then, until it is stopped, and then tells how often.
func crash(t *testing.T, server *pgtest.Server, times int) (stop func() int) {
	enough, ended, done := make(chan struct{}), make(chan struct{}), 0
	go func() {
		defer close(ended)
		for done < times {
			select {
			case <-enough:
				return
			case <-time.After(1500 * time.Millisecond):
			}
			server.Stop(syscall.SIGQUIT)
			done++
			if err := server.Start(); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	return func() int { close(enough); <-ended; return done }
}

// network is a bridge of this machine, with hosts in namespaces of their own.
type network struct {
	t    *testing.T
	name string
}

// newNetwork makes a network, which takes root.
func newNetwork(t *testing.T, hosts int) *network {
	t.Helper()
	needs.Networks(t)
	n := &network{t, "pw" + strconv.Itoa(os.Getpid()%100000)}
	t.Cleanup(func() {
		for host := range hosts {
			exec.Command("ip", "netns", "del", n.host(host)).Run()
		}
		exec.Command("ip", "link", "del", n.name).Run()
	})
	n.ip("link", "add", n.name, "type", "bridge")
	n.ip("addr", "add", n.server()+"/24", "dev", n.name)
	n.ip("link", "set", n.name, "up")
	for host := range hosts {
		outside, inside := fmt.Sprintf("%so%d", n.name, host), fmt.Sprintf("%si%d", n.name, host)
		n.ip("netns", "add", n.host(host))
		n.ip("link", "add", outside, "type", "veth", "peer", "name", inside)
		n.ip("link", "set", inside, "netns", n.host(host))
		n.ip("link", "set", outside, "master", n.name, "up")
		n.ip("-n", n.host(host), "addr", "add", n.address(10+host)+"/24", "dev", inside)
		n.ip("-n", n.host(host), "link", "set", inside, "up")
		n.ip("-n", n.host(host), "link", "set", "lo", "up")
	}
	return n
}

func (n *network) server() string       { return n.address(1) }
func (n *network) all() string          { return n.address(0) + "/24" }
func (n *network) host(host int) string { return fmt.Sprintf("%s-%d", n.name, host) }

// address is one of this test's own: a test that was killed may have left its network.
func (n *network) address(host int) string { return fmt.Sprintf("10.77.%d.%d", os.Getpid()%250, host) }

func (n *network) ip(args ...string) {
	n.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		n.t.Fatalf("ip %v: %v: %s", args, err, out)
	}
}

// on is the command that runs a program on a host.
func (n *network) on(host int, program string) []string {
	path, err := exec.LookPath(program)
	if err != nil {
		n.t.Error(err)
	}
	path, err = filepath.Abs(path)
	if err != nil {
		n.t.Error(err)
	}
	return []string{"ip", "netns", "exec", n.host(host), path}
}

package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// listeners are the processes that listen at a URL of this machine: of a server with several processes, all of them. The
// database of another program is not among them.
func listeners(t *testing.T, at string) (pids []string) {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatalf("%s names no port: %v", at, err)
	}
	sockets := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, _ := os.ReadFile(table) // there may be no IPv6
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			const state, inode, listens = 3, 9, "0A"
			if len(f) > inode && f[state] == listens && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				sockets["socket:["+f[inode]+"]"] = true
			}
		}
	}
	seen := map[string]bool{}
	files, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, file := range files {
		pid := strings.Split(file, "/")[2]
		if to, err := os.Readlink(file); err == nil && sockets[to] && !seen[pid] {
			seen[pid] = true
			pids = append(pids, pid)
		}
	}
	if len(pids) == 0 {
		t.Fatalf("no process of this machine listens at %s", at)
	}
	return pids
}

// processorTime is how many seconds processes have computed.
func processorTime(t *testing.T, pids []string) (sum float64) {
	t.Helper()
	const ticks = 100 // a second, on Linux as programs see it
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		f := strings.Fields(rest)
		const user, system = 11, 12
		for _, n := range f[user : system+1] {
			spent, err := strconv.ParseFloat(n, 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += spent / ticks
		}
	}
	return sum
}

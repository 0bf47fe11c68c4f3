package watcher

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The tests with several processes run this same binary again, as a child with a task instead of tests.
func TestMain(m *testing.M) {
	if task := os.Getenv("WATCHER_CHILD"); task != "" {
		if err := runChild(task); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(t testing.TB, task, dir string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(binary, "-test.run=^$")
	// A child under the race detector would sleep for a second before it exits.
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "WATCHER_CHILD="+task, "WATCHER_DIR="+dir)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = os.Stderr
	return cmd
}

var binary = func() string {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return path
}()

func runChild(task string) error {
	dir := os.Getenv("WATCHER_DIR")
	c := config{
		Prepare:    bare,
		Dirs:       []string{dir},
		Handle:     writeDown(filepath.Join(dir, "stored"), os.Getenv("WATCHER_SLOW") != ""),
		LinkMoves:  os.Getenv("WATCHER_LINK") != "",
		BatchMails: 8,
		Readers:    2,
		SettleTime: 300 * time.Millisecond,
		Step:       killer(os.Getenv("WATCHER_KILL")),
	}
	switch task {
	case "deliver":
		_, err := Deliver(dir, strings.NewReader("the mail"))
		return err
	case "run":
		return Run(context.Background(), c)
	case "once":
		sum, err := Once(context.Background(), c)
		json.NewEncoder(os.Stdout).Encode(sum)
		return err
	}
	return fmt.Errorf("no task %q", task)
}

// writeDown is a handler that stores as a database does: it is on record before the verdict is given.
func writeDown(path string, slow bool) Handler[Claim] {
	return func(_ context.Context, batch []Claim) ([]Verdict, error) {
		if slow {
			time.Sleep(time.Millisecond)
		}
		var lines strings.Builder
		verdicts := make([]Verdict, len(batch))
		for i, claim := range batch {
			verdicts[i] = verdictOf(claim)
			fmt.Fprintf(&lines, "%q %q\n", claim.Name, claim.Data)
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		_, err = f.WriteString(lines.String())
		return verdicts, err
	}
}

// killer ends the process, as kill -9 does, at the n-th time of a step: "3 moved to cur".
func killer(spec string) func(string) {
	number, step, _ := strings.Cut(spec, " ")
	n, _ := strconv.Atoi(number)
	var count atomic.Int64
	return func(now string) {
		if now == step && count.Add(1) == int64(n) {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
}

// stored reads what writeDown wrote: name → bytes, and how many times it was told so.
func stored(t testing.TB, dir string) (data map[string]string, times map[string]int) {
	t.Helper()
	data, times = map[string]string{}, map[string]int{}
	text, err := os.ReadFile(filepath.Join(dir, "stored"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var name, bytes string
		if _, err := fmt.Sscanf(line, "%q %q\n", &name, &bytes); err != nil {
			t.Fatal(err)
		}
		data[name] = bytes
		times[name]++
	}
	return data, times
}

package watcher

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Eight processes on one Maildir: each mail is handled once, none is lost, none is empty.
func TestProcesses(t *testing.T) {
	const mails = 3000
	dir := newMaildir(t)
	for i := range mails {
		put(t, dir, fmt.Sprint(i), fmt.Sprint("good ", i))
	}
	var children []*exec.Cmd
	for range 8 {
		cmd := child(t, "once", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, cmd)
	}
	for _, cmd := range children {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	data, times := stored(t, dir)
	if len(data) != mails || len(ls(t, dir, "new")) != 0 || len(ls(t, dir, "cur")) != mails {
		t.Errorf("%d handled, %d in cur", len(data), len(ls(t, dir, "cur")))
	}
	for i := range mails {
		name, want := fmt.Sprint(i), fmt.Sprint("good ", i)
		if times[name] != 1 || data[name] != want || read(t, dir, "cur", name+":2,") != want {
			t.Errorf("%s: handled %d times as %q", name, times[name], data[name])
		}
	}
}

// The process is killed at each step, at the first mail and at a later one; the next one settles everything.
func TestKilledAtEachStep(t *testing.T) {
	bothMoves(t, func(t *testing.T, link bool) {
		for _, step := range Steps() {
			if step == stepLinked && !link {
				continue
			}
			for _, n := range []int{1, 2} {
				t.Run(fmt.Sprintf("%s %d", step, n), func(t *testing.T) {
					killedAt(t, fmt.Sprintf("%d %s", n, step), link)
				})
			}
		}
	})
}

func killedAt(t *testing.T, kill string, link bool) {
	dir, want := mixedMail(t, 24)
	env := []string{"WATCHER_KILL=" + kill}
	if link {
		env = append(env, "WATCHER_LINK=1")
	}
	cmd := child(t, "once", dir, env...)
	cmd.Run()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
		t.Fatalf("the step was not reached: %v", cmd.ProcessState)
	}
	checkNothingLost(t, dir, want)
	if out, err := child(t, "once", dir, env[1:]...).Output(); err != nil {
		t.Errorf("%s: %v", out, err)
	}
	checkSettled(t, dir, want)
}

// Several watchers, killed at random and started again.
func TestKilledAtRandom(t *testing.T) {
	dir, want := mixedMail(t, 600)
	end := time.Now().Add(1500 * time.Millisecond)
	if testing.Short() {
		end = time.Now().Add(300 * time.Millisecond)
	}
	kills := 0
	for time.Now().Before(end) {
		var children []*exec.Cmd
		for range 3 {
			cmd := child(t, "run", dir, "WATCHER_SLOW=1")
			if rand.N(2) == 0 {
				cmd.Env = append(cmd.Env, "WATCHER_LINK=1")
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			children = append(children, cmd)
		}
		for _, cmd := range children {
			time.Sleep(rand.N(ms(30)))
			cmd.Process.Kill()
			cmd.Wait()
			kills++
		}
		checkNothingLost(t, dir, want)
	}
	left := len(ls(t, dir, "new"))
	if out, err := child(t, "once", dir).Output(); err != nil {
		t.Errorf("%s: %v", out, err)
	}
	checkSettled(t, dir, want)
	t.Logf("%d kills, %d mails left for the last run", kills, left)
}

// mixedMail delivers good and bad mails, and says which: name → bytes.
func mixedMail(t *testing.T, n int) (dir string, want map[string]string) {
	dir, want = newMaildir(t), map[string]string{}
	for i := range n {
		name, data := fmt.Sprintf("%04d", i), fmt.Sprint("good ", i)
		if i%3 == 1 {
			data = fmt.Sprint("bad ", i)
		}
		put(t, dir, name, data)
		want[name] = data
	}
	return dir, want
}

// checkNothingLost is the promise that holds at every moment: a mail is in new, or stored and in cur, or in failed with
// a reason.
func checkNothingLost(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	data, _ := stored(t, dir)
	for name, mail := range want {
		in := func(path string) bool {
			got, err := os.ReadFile(filepath.Join(dir, path))
			return err == nil && string(got) == mail
		}
		reason, _ := os.ReadFile(filepath.Join(dir, "failed", name+".reason"))
		switch {
		case in("new/" + name):
		case in("cur/"+name+":2,") && data[name] == mail:
		case in("failed/"+name) && bytes.HasPrefix(reason, []byte("This mail is bad.")):
		default:
			t.Errorf("%s is lost: new %q, cur %q, failed %q",
				name, ls(t, dir, "new"), ls(t, dir, "cur"), ls(t, dir, "failed"))
			return
		}
	}
}

// checkSettled says that each mail is in its place and nowhere else.
func checkSettled(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	checkNothingLost(t, dir, want)
	var cur, failed []string
	for name, mail := range want {
		if strings.HasPrefix(mail, "bad") {
			failed = append(failed, name, name+".reason")
		} else {
			cur = append(cur, name+":2,")
		}
	}
	wantNames(t, ls(t, dir, "new"))
	wantNames(t, ls(t, dir, "cur"), cur...)
	wantNames(t, ls(t, dir, "failed"), failed...)
}

// Once counts what it may not read, and settles the rest; so does a process that is not root for mail of others, where
// the kernel grants no lease.
func TestWithoutRights(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to become somebody else")
	}
	dir := newMaildir(t)
	put(t, dir, "unreadable", "good")
	put(t, dir, "foreign", "good")
	begin := time.Now() // rest is counted from the last change, which the next line is
	os.Chmod(filepath.Join(dir, "new", "foreign"), 0o644)
	for _, path := range []string{filepath.Dir(dir), dir, dir + "/new", dir + "/cur", dir + "/failed"} {
		os.Chmod(path, 0o777)
	}
	cmd := child(t, "once", dir)
	cmd.Path = publicCopy(t)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.Output()
	var sum Summary
	json.Unmarshal(out, &sum)
	if err != nil || sum != (Summary{Stored: 1, Left: 1}) {
		t.Errorf("%s %v", out, err)
	}
	if took := time.Since(begin); took < ms(200) {
		t.Errorf("a foreign mail is taken after %v without having rested", took)
	}
	wantNames(t, ls(t, dir, "new"), "unreadable")
	wantNames(t, ls(t, dir, "cur"), "foreign:2,")
}

// publicCopy is this binary where anybody can run it; the go tool's own folder is closed.
func publicCopy(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "watcher-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "watcher.test")
	if err := os.WriteFile(path, []byte(read(t, binary)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// With few file descriptors fewer mails are taken at once.
func TestFewFiles(t *testing.T) {
	dir, want := mixedMail(t, 200)
	cmd := child(t, "once", dir)
	cmd.Args = append([]string{"sh", "-c", `ulimit -n 24; exec "$0"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	if out, err := cmd.Output(); err != nil {
		t.Errorf("%s: %v", out, err)
	}
	checkSettled(t, dir, want)
}

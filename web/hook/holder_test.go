package hook

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestDeadHolder: a process that runs is not dead, one that was killed is, and so is one whose number another has now.
// Of other machines nothing is known.
func TestDeadHolder(t *testing.T) {
	me := holderName()
	fields := strings.Fields(me)
	if isDead(me) || len(fields) != 5 {
		t.Fatalf("this process is dead: %s", me)
	}
	for holder, want := range map[string]bool{
		"": false, "process X": false, "x " + strings.Join(fields[1:], " "): false,
		strings.Join(append(append([]string{}, fields[:3]...), "1", "x"), " "):                  true,
		strings.Join(append(append([]string{}, fields[:2]...), "4999999", fields[3], "x"), " "): true,
	} {
		if isDead(holder) != want {
			t.Errorf("%q is dead: %v", holder, !want)
		}
	}
	c := exec.Command("sleep", "100")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	child := fmt.Sprintf("%s %d %s x", whereAmI(), c.Process.Pid, startOf(c.Process.Pid))
	if isDead(child) {
		t.Error("a child that runs is dead")
	}
	c.Process.Kill()
	for end := time.Now().Add(10 * time.Second); !isDead(child); time.Sleep(time.Millisecond) { // it is not waited for
		if time.Now().After(end) {
			t.Fatal("a child that was killed is not dead")
		}
	}
	c.Wait()
	if !isDead(child) {
		t.Error("a child that is no more is not dead")
	}
}

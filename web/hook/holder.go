package hook

import (
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// holderName names this process so that others on the machine can see whether it still runs: by the boot, the namespace
// of process ids, the process and when it was started. Where that is not known it has a name all the same.
func holderName() string {
	place, started := whereAmI(), startOf(os.Getpid())
	if place == "" || started == "" {
		return "process " + rand.Text()
	}
	return fmt.Sprintf("%s %d %s %s", place, os.Getpid(), started, rand.Text()) // a process may have several senders
}

func whereAmI() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + namespace
}

// startOf is when a process was started, in ticks since the boot (proc_pid_stat(5)); empty: it does not run.
func startOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	name := max(strings.LastIndexByte(string(text), ')'), 0) // where it ends: it may have brackets itself
	_, rest, ok := strings.Cut(string(text[name:]), ") ")
	fields := strings.Fields(rest)
	const state, start = 0, 19 // counted from the third field
	if !ok || len(fields) <= start || fields[state] == "Z" || fields[state] == "X" {
		return ""
	}
	return fields[start]
}

// isDead tells whether a holder is a process of this machine that does not run any more. Of others it can't be told.
func isDead(holder string) bool {
	fields := strings.Fields(holder)
	if len(fields) != 5 || fields[0]+" "+fields[1] != whereAmI() {
		return false
	}
	pid, err := strconv.Atoi(fields[2])
	return err == nil && startOf(pid) != fields[3]
}

package main

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"patchwatch/cmd/patchwatch/internal/term/termtest"
	"patchwatch/db/postgres/pgtest"
)

// TestMain lets the test binary be patchwatch: under that name it stands in the PATH of scripts and tests.
func TestMain(m *testing.M) {
	// A program built with the race detector sleeps for a second before it exits, unless told otherwise.
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	testscript.Main(sharing{m}, map[string]func(){"patchwatch": runDisturbed})
}

// runDisturbed is main, but for what the test that started it has asked for.
func runDisturbed() {
	a := newApp(os.Stdin, os.Stdout, os.Stderr)
	disturbAsTold(a)
	storeAsTold()
	runProcess(a)
}

// TestScripts tests the command line as a person types it: a script for each promise or command.
func TestScripts(t *testing.T) {
	runScripts(t, testscript.Params{Dir: "testdata/script", Setup: setUpScript})
}

func runScripts(t *testing.T, p testscript.Params) {
	p.RequireExplicitExec, p.RequireUniqueNames = true, true
	if p.Condition == nil {
		p.Condition = func(name string) (bool, error) { return false, nil }
	}
	p.Cmds = map[string]func(*testscript.TestScript, bool, []string){
		"count":    scriptCount,
		"deliver":  scriptDeliver,
		"exits":    scriptExits,
		"harmless": scriptHarmless,
		"holds":    scriptHolds,
		"json":     scriptJSON,
		"mails":    scriptMails,
		"refuses":  scriptRefuses,
		"signal":   scriptSignal,
		"sql":      scriptSQL,
		"until":    scriptUntil,
	}
	testscript.Run(t, p)
}

func setUpScript(env *testscript.Env) error {
	for name, dir := range map[string]string{"SAMPLE": sampleDir, "BASE": "../../testdata/base"} {
		path, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		env.Setenv(name, path)
	}
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		env.Setenv("GIT_"+who+"_NAME", "A Maintainer")
		env.Setenv("GIT_"+who+"_EMAIL", "maintainer@example.org")
		env.Setenv("GIT_"+who+"_DATE", "2026-11-23T12:00:00Z")
	}
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env.Setenv("GORACE", os.Getenv("GORACE"))
	env.Setenv("EVIL", "wa\x1b[31mtch\u202e\u009b2J") // what no terminal should ever get
	return nil
}

// scriptMails: mails maildir|folder|mbox PATH [PATTERN...]: writes the sample mails whose names match.
func scriptMails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mails maildir|folder|mbox PATH [PATTERN...]")
	}
	write, ok := map[string]func(string, []sampleMail) error{
		"maildir": writeMaildir, "folder": writeFolder, "mbox": writeMboxFile,
	}[args[0]]
	if !ok {
		ts.Fatalf("mails writes a maildir, a folder or an mbox, no %s", args[0])
	}
	mails, err := readSamples(args[2:]...)
	ts.Check(err)
	ts.Check(write(ts.MkAbs(args[1]), mails))
}

// scriptDeliver: deliver MAILDIR: gives all sample mails to patchwatch deliver, one after the other.
func scriptDeliver(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: deliver MAILDIR")
	}
	mails, err := readSamples("*")
	ts.Check(err)
	for _, m := range mails {
		in, err := os.Open(filepath.Join(sampleDir, m.file))
		ts.Check(err)
		c := exec.Command("patchwatch", "deliver", ts.MkAbs(args[0]))
		c.Stdin = in
		out, err := c.CombinedOutput()
		in.Close()
		if err != nil || len(out) > 0 {
			ts.Fatalf("deliver %s: %v, %s", m.file, err, out)
		}
	}
}

// scriptCount: count N PATTERN...: so many files match.
func scriptCount(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if found := glob(ts, args[1:]); len(found) != want {
		ts.Fatalf("%d files match %q, want %d: %q", len(found), args[1:], want, found)
	}
}

func glob(ts *testscript.TestScript, patterns []string) []string {
	var out []string
	for _, p := range patterns {
		found, err := filepath.Glob(ts.MkAbs(p))
		ts.Check(err)
		out = append(out, found...)
	}
	return out
}

// scriptHolds: holds DIR [NAME...]: a folder holds these and no others, but for names that begin with a dot.
func scriptHolds(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	if got, want := strings.Join(names, " "), strings.Join(args[1:], " "); got != want {
		ts.Fatalf("%s holds %q, want %q", args[0], got, want)
	}
}

// scriptExits: exits CODE PROGRAM ARGS...
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := exitCodeOf(ts, ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// exitCodeOf: Exec of a script hides the process's own error behind its words.
func exitCodeOf(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	ts.Fatalf("%v", err)
	return -1
}

// scriptRefuses: refuses CODE REGEXP PROGRAM ARGS...: it exits so, with one clear sentence on standard error, which
// matches, and with nothing on standard output.
func scriptRefuses(ts *testscript.TestScript, neg bool, args []string) {
	scriptExits(ts, neg, append([]string{args[0]}, args[2:]...))
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	if stdout != "" {
		ts.Fatalf("it wrote to standard output")
	}
	sentence, rest, ended := strings.Cut(stderr, "\n")
	if !strings.HasPrefix(sentence, "patchwatch: ") || !ended || rest != "" {
		ts.Fatalf("what it wrote to standard error is not one sentence of patchwatch: %q", stderr)
	}
	if at := termtest.Harmful(stderr); at != "" {
		ts.Fatalf("standard error has %s", at)
	}
	if !regexp.MustCompile(args[1]).MatchString(sentence) {
		ts.Fatalf("%q does not match %q", sentence, args[1])
	}
}

// scriptUntil: until REGEXP PROGRAM ARGS...: runs it again and again until its output matches.
func scriptUntil(ts *testscript.TestScript, neg bool, args []string) {
	want := regexp.MustCompile(args[0])
	for end := time.Now().Add(longEnough); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ts.Exec(args[1], args[2:]...) == nil && want.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("%q never wrote what matches %q", args[1:], args[0])
}

// scriptSignal: signal TERM|INT: sends it to the programs in the background.
func scriptSignal(ts *testscript.TestScript, neg bool, args []string) {
	sig, ok := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT}[args[0]]
	if !ok {
		ts.Fatalf("no signal %s", args[0])
	}
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(sig))
	}
}

// scriptSQL: sql DATABASE STATEMENT: changes a database behind patchwatch's back.
func scriptSQL(ts *testscript.TestScript, neg bool, args []string) {
	if dir := ts.Getenv(testServer); dir != "" {
		ts.Check((&pgtest.Server{Dir: dir}).Exec(databaseFor(ts.MkAbs(args[0])), args[1]))
		return
	}
	d, err := openSQL(ts.MkAbs(args[0]))
	ts.Check(err)
	defer d.Close()
	_, err = d.Exec(args[1])
	ts.Check(err)
}

func openSQL(path string) (*sql.DB, error) { return sql.Open("sqlite3", "file:"+path) }

// scriptJSON: json FILE...: each is one JSON value.
func scriptJSON(ts *testscript.TestScript, neg bool, args []string) {
	for _, file := range args {
		if text := ts.ReadFile(file); !json.Valid([]byte(text)) {
			ts.Fatalf("%s is no JSON: %s", file, text)
		}
	}
}

// scriptHarmless: harmless FILE...: none holds anything that moves a terminal's cursor, colours it, or turns the
// direction of its text.
func scriptHarmless(ts *testscript.TestScript, neg bool, args []string) {
	for _, file := range args {
		at := termtest.Harmful(ts.ReadFile(file))
		if (at != "") != neg {
			ts.Fatalf("%s has %s", file, cmp.Or(at, "nothing harmful in it"))
		}
	}
}

package main

import (
	"bytes"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a patchwatch that runs in the background.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	said *saying
	done chan struct{}
}

// saying collects what a process writes while it is read.
type saying struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *saying) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *saying) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.done
}

func (p *process) exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *process) waitExit(want int) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(longEnough):
		p.t.Fatalf("%s has not ended:\n%s", p.cmd, clip(p.said.String()))
	}
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		p.t.Fatalf("%s: exit code %d, want %d:\n%s", p.cmd, got, want, clip(p.said.String()))
	}
}

func (p *process) waitFor(text string) {
	p.t.Helper()
	for end := time.Now().Add(longEnough); !strings.Contains(p.said.String(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(end) || p.exited() {
			p.t.Fatalf("%s did not say %q:\n%s", p.cmd, text, clip(p.said.String()))
		}
	}
}

func (p *process) count(text string) int { return strings.Count(p.said.String(), text) }

// waitForMore waits until the process says a text so many times more.
func (p *process) waitForMore(times int, text string) {
	p.t.Helper()
	p.waitForCount(p.count(text)+times, text)
}

func (p *process) waitForCount(times int, text string) {
	p.t.Helper()
	for end := time.Now().Add(longEnough); p.count(text) < times; time.Sleep(time.Millisecond) {
		if time.Now().After(end) || p.exited() {
			p.t.Fatalf("%s said %q %d times, not %d:\n%s", p.cmd, text, p.count(text), times, clip(p.said.String()))
		}
	}
}

func (p *process) wants(text string) {
	p.t.Helper()
	if !strings.Contains(p.said.String(), text) {
		p.t.Errorf("%s did not say %q:\n%s", p.cmd, text, clip(p.said.String()))
	}
}

package stress

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/watcher"
)

// child is a watcher in a process of its own.
type child struct {
	*exec.Cmd
	ended  chan struct{}
	thawAt time.Time // zero: it is not frozen
}

// killer runs the watchers and does them harm.
type killer struct {
	*run
	r              *rand.Rand
	children       []*child
	kills, freezes atomic.Int64
	delivered      atomic.Int64
}

// deliverAndKill delivers everything and lets watchers settle it, whatever happens to them.
func (s *run) deliverAndKill(ctx context.Context) (*killer, error) {
	k := &killer{run: s, r: rand.New(rand.NewPCG(s.Seed, 2))}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer k.end()
	for range s.Watchers {
		if err := k.start(len(k.children)); err != nil {
			return nil, err
		}
	}
	posted := make(chan error, 1)
	go func() { posted <- s.deliver(ctx, &k.delivered, k.allowed) }()
	if err := k.harm(ctx, posted); err != nil {
		return nil, err
	}
	return k, k.stop()
}

// allowed is how many mails may have been delivered by now. The kills are spread so that a tenth of them is left
// after the last delivery, and each hits watchers that have something to do.
func (k *killer) allowed() int64 {
	n := int64(len(k.letters))
	if k.Kills <= 0 {
		return n
	}
	return n * (k.kills.Load() + 1) * 10 / (int64(k.Kills) * 9)
}

// start starts a watcher in a slot; slot len(children) is a new one.
func (k *killer) start(slot int) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(k.log(slot), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c := &child{Cmd: k.watch(exe, slot%k.Maildirs), ended: make(chan struct{})}
	c.Stderr = log
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // they are not to outlive this process
	if err := c.Start(); err != nil {
		return fmt.Errorf("start a watcher: %w", err)
	}
	go func() { c.Wait(); close(c.ended) }()
	if slot == len(k.children) {
		k.children = append(k.children, c)
	} else {
		k.children[slot] = c
	}
	return nil
}

// watch is the command that watches a Maildir on its host.
func (k *killer) watch(exe string, maildir int) *exec.Cmd {
	args := []string{"--db", k.stressed(), "watch", k.maildir(maildir)}
	if k.Command != nil {
		command := k.Command(maildir)
		return exec.Command(command[0], append(command[1:], args...)...)
	}
	c := exec.Command(exe, args...)
	c.Args[0] = "patchwatch"
	return c
}

func (k *killer) log(slot int) string {
	return filepath.Join(k.work, fmt.Sprintf("watcher-%d.log", slot+1))
}

// stuck is how long nothing may be settled before the run gives up.
const stuck = 2 * time.Minute

// harm kills and freezes watchers until all mail is settled and all kills are done.
func (k *killer) harm(ctx context.Context, posted <-chan error) error {
	p := k.progress("stress", "mails delivered")
	defer p.Clear()
	allPosted, moved, before := false, time.Now(), -1
	for {
		select {
		case err := <-posted:
			if err != nil {
				return err
			}
			allPosted = true
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration((0.5 + k.r.Float64()) * float64(k.Every))):
		}
		p.Tell(int(k.delivered.Load()), len(k.letters))
		waiting, err := k.waiting()
		if err != nil {
			return err
		}
		if waiting != before || !allPosted {
			before, moved = waiting, time.Now()
		}
		enough := k.Kills < 0 || k.kills.Load() >= int64(k.Kills)
		switch {
		case allPosted && waiting == 0 && enough:
			return nil
		case time.Since(moved) > stuck:
			return fmt.Errorf("%s for %v though %d watchers run; their logs are in %s",
				term.Count(waiting, "mail")+" waited", stuck, k.Watchers, k.work)
		}
		if err := k.hurt(enough && k.Kills >= 0); err != nil {
			return err
		}
	}
}

// waiting is how many mails are in new, of all Maildirs.
func (k *killer) waiting() (mails int, err error) {
	for n := range k.Maildirs {
		in, err := watcher.Waiting(k.maildir(n))
		if err != nil {
			return 0, err
		}
		mails += in.Mails
	}
	return mails, nil
}

// hurt kills one watcher, unless that is enough. It also lets frozen ones go on, and finds those that ended by
// themselves.
func (k *killer) hurt(enough bool) error {
	for slot, c := range k.children {
		if !c.thawAt.IsZero() && time.Now().After(c.thawAt) {
			c.Process.Signal(syscall.SIGCONT)
			c.thawAt = time.Time{}
		}
		select {
		case <-c.ended:
			return fmt.Errorf("watcher %d ended by itself: %v; the last line of its log, %s: %s", slot+1, c.ProcessState,
				k.log(slot), lastLine(k.log(slot)))
		default:
		}
	}
	if enough {
		return nil
	}
	slot := k.r.IntN(len(k.children))
	c := k.children[slot]
	if k.freezes.Load() < int64(k.Freezes) && k.r.IntN(10) == 0 && c.thawAt.IsZero() {
		k.freezes.Add(1)
		c.thawAt = time.Now().Add(time.Duration(100+k.r.IntN(500)) * time.Millisecond)
		return c.Process.Signal(syscall.SIGSTOP)
	}
	c.Process.Kill()
	<-c.ended
	k.kills.Add(1)
	return k.start(slot)
}

// stop ends the watchers as an operator does.
func (k *killer) stop() error {
	for _, c := range k.children {
		c.Process.Signal(syscall.SIGCONT)
		c.Process.Signal(syscall.SIGTERM)
	}
	for slot, c := range k.children {
		select {
		case <-c.ended:
			if !endedWell(c.ProcessState) {
				return fmt.Errorf("watcher %d did not end well: %v; the last line of its log, %s: %s", slot+1, c.ProcessState,
					k.log(slot), lastLine(k.log(slot)))
			}
		case <-time.After(time.Minute):
			return errors.New("a watcher did not end within a minute of SIGTERM")
		}
	}
	return nil
}

// endedWell reports whether a watcher ended as SIGTERM asks it to: by itself, or by the signal, which may reach a
// watcher that was started a moment ago before its program has begun.
func endedWell(p *os.ProcessState) bool {
	status, ok := p.Sys().(syscall.WaitStatus)
	return p.Success() || ok && status.Signaled() && status.Signal() == syscall.SIGTERM
}

// end leaves no process behind, whatever went wrong.
func (k *killer) end() {
	for _, c := range k.children {
		c.Process.Kill()
		<-c.ended
	}
}

// lastLine of a file, empty if there is none.
func lastLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return term.Printable(lines[len(lines)-1])
}

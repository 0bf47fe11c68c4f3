// Package stress tries whether this machine loses mail. It delivers an archive, from several writers at once, to
// watchers that it kills and freezes at random, and compares what they stored with a serial import.
package stress

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
)

// Options says how hard it is tried.
type Options struct {
	Writers  int // how many deliver at once
	Watchers int
	Maildirs int // among which the watchers are divided; some mails come into two of them, as where a list has two MXs
	Kills    int // how many watchers are killed; -1: until all mail is settled
	Freezes  int // how many are stopped for a while
	Every    time.Duration
	Seed     uint64 // of the random choices; 0: any
	Database string // that is made; empty: a file in the folder to work in
	Dir      string // where the folder to work in is made
	Keep     bool   // leave that folder there

	// Command runs patchwatch on the host that has this Maildir. nil: they are on this one.
	Command func(maildir int) []string
}

// run is one run.
type run struct {
	Options
	out      io.Writer
	progress Progress
	work     string // the folder of this run
	letters  []letter
	known    map[string]int // index of a letter by its file name
	reader   reader
}

// Valid returns what is wrong with the options, in terms of the flags that set them.
func (s *Options) Valid() error {
	switch {
	case s.Writers < 1 || s.Watchers < 1:
		return fmt.Errorf("--writers and --watchers take a number from 1")
	case s.Maildirs < 1 || s.Maildirs > s.Watchers:
		return fmt.Errorf("--maildirs takes a number from 1 to that of the watchers")
	case s.Kills < -1 || s.Freezes < 0:
		return fmt.Errorf("--kills takes a number from -1, --freezes one from 0")
	case s.Every < time.Millisecond:
		return fmt.Errorf("--every takes a duration from 1ms")
	}
	return nil
}

// The files of a run.
func (s *run) maildir(n int) string      { return filepath.Join(s.work, fmt.Sprintf("Maildir-%d", n+1)) }
func (s *run) outbox(name string) string { return filepath.Join(s.work, "outbox", name) }
func (s *run) serial() string            { return filepath.Join(s.work, "serial.db") }

// stressed is the database that the watchers store into.
func (s *run) stressed() string {
	return cmp.Or(s.Database, filepath.Join(s.work, "stressed.db"))
}

// Progress makes a line that shows how far a job is.
type Progress func(what, unit string) *term.Progress

// ErrWrong is Run's error when the verdict is bad.
var ErrWrong = errors.New("mail or events are lost, twice or different")

// Run delivers the mails of archives and prints the verdict.
func Run(ctx context.Context, archives []intake.Archive, o Options, out io.Writer, progress Progress) (err error) {
	s := &run{Options: o, out: out, progress: progress}
	for s.Seed == 0 {
		s.Seed = rand.Uint64N(1_000_000)
	}
	if s.work, err = os.MkdirTemp(s.Dir, "patchwatch-stress-"); err != nil {
		return fmt.Errorf("make a folder to work in: %w", err)
	}
	wrong := true
	defer func() {
		if !wrong && !s.Keep {
			os.RemoveAll(s.work)
		} else {
			fmt.Fprintf(s.out, "all of it is left in %s\n", s.work)
		}
	}()
	if err := s.prepare(ctx, archives); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s, %d writers, %d watchers, seed %d\n", term.Count(len(s.letters), "mail"), s.Writers, s.Watchers,
		s.Seed)
	started := time.Now()
	s.reader.path = s.stressed()
	finish := s.reader.start(ctx)
	done, err := s.deliverAndKill(ctx)
	if err := errors.Join(err, finish()); err != nil {
		return err
	}
	v, err := s.judge(ctx, done)
	if err != nil {
		return err
	}
	v.print(s.out, time.Since(started))
	if v.wrong() {
		return ErrWrong
	}
	wrong = false
	return nil
}

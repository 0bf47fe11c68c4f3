package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
)

func (a *app) stressCommand() *cobra.Command {
	s := stress{app: a}
	c := &cobra.Command{
		Use:   "stress ARCHIVE...",
		Short: "Try on this machine whether any mail is lost",
		Long: `Delivers the mails of archives (as import takes them) in random order into a Maildir of its own, from several writers at
once, while watchers work on it in processes of their own that are killed with SIGKILL and frozen with SIGSTOP at random
moments. Then it compares what they stored with a serial import of the same mails.

  taken twice   two watchers settled one delivery, or met at one, or one mail is stored twice
  lost          it was delivered, and is neither stored byte for byte and in cur, nor in failed with a reason
  differences   lines of the dump that are not those of the serial import

All of it happens in a folder of its own under --dir: put that on the file system that you want to trust. The folder is
removed in the end, unless something was wrong. Exit 1 if anything is lost, twice or different.`,
		Example: `  patchwatch stress lore.mbox.gz
  patchwatch stress --dir /var/mail --watchers 3 --kills 1000 ~/Maildir`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.valid(); err != nil {
				return err
			}
			archives, err := openArchives(cmd.Context(), a.in, args)
			if err != nil {
				return err
			}
			return s.run(cmd.Context(), archives)
		},
	}
	c.Flags().IntVar(&s.writers, "writers", 4, "how many deliver at once")
	c.Flags().IntVar(&s.watchers, "watchers", 8, "how many watch at once")
	c.Flags().IntVar(&s.kills, "kills", 200, "how many watchers are killed, each with another in its place; -1: until all mail is settled")
	c.Flags().IntVar(&s.freezes, "freezes", 20, "how many are stopped for a while")
	c.Flags().DurationVar(&s.every, "every", 25*time.Millisecond, "about how long between two kills")
	c.Flags().Uint64Var(&s.seed, "seed", 0, "of the random choices, to make them again; 0: any")
	c.Flags().StringVar(&s.dir, "dir", os.TempDir(), "work in a new folder in this `FOLDER`")
	c.Flags().BoolVar(&s.keep, "keep", false, "leave the folder there")
	return c
}

// stress is one run of the stress command.
type stress struct {
	*app
	writers, watchers, kills, freezes int
	every                             time.Duration
	seed                              uint64
	dir                               string
	keep                              bool

	work    string // the folder of this run
	letters []letter
	known   map[string]int // index of a letter by its file name
}

func (s *stress) valid() error {
	switch {
	case s.writers < 1 || s.watchers < 1:
		return usagef("--writers and --watchers take a number from 1")
	case s.kills < -1 || s.freezes < 0:
		return usagef("--kills takes a number from -1, --freezes one from 0")
	case s.every < time.Millisecond:
		return usagef("--every takes a duration from 1ms")
	}
	return nil
}

// The files of a run.
func (s *stress) maildir() string           { return filepath.Join(s.work, "Maildir") }
func (s *stress) outbox(name string) string { return filepath.Join(s.work, "outbox", name) }
func (s *stress) stressed() string          { return filepath.Join(s.work, "stressed.db") }
func (s *stress) serial() string            { return filepath.Join(s.work, "serial.db") }

func (s *stress) run(ctx context.Context, archives []archive) (err error) {
	for s.seed == 0 {
		s.seed = rand.Uint64N(1_000_000)
	}
	if s.work, err = os.MkdirTemp(s.dir, "patchwatch-stress-"); err != nil {
		return fmt.Errorf("make a folder to work in: %w", err)
	}
	wrong := true
	defer func() {
		if !wrong && !s.keep {
			os.RemoveAll(s.work)
		} else {
			fmt.Fprintf(s.out, "all of it is left in %s\n", s.work)
		}
	}()
	if err := s.prepare(ctx, archives); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s, %d writers, %d watchers, seed %d\n", term.Count(len(s.letters), "mail"), s.writers, s.watchers, s.seed)
	started := time.Now()
	done, err := s.deliverAndKill(ctx)
	if err != nil {
		return err
	}
	v, err := s.judge(ctx, done)
	if err != nil {
		return err
	}
	v.print(s.out, time.Since(started))
	if v.wrong() {
		return exitCode(exitFailed)
	}
	wrong = false
	return nil
}

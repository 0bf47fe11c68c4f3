package main

import (
	"errors"
	"os"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/stress"

	"github.com/spf13/cobra"
)

func (a *app) stressCommand() *cobra.Command {
	var o stress.Options
	c := &cobra.Command{
		Use:   "stress ARCHIVE...",
		Short: "Try on this machine whether any mail is lost",
		Long: `Delivers the mails of archives (as import takes them) in random order into a Maildir of its own, from several
writers at once, while watchers work on it in processes of their own that are killed with SIGKILL and frozen with
SIGSTOP at random moments. Then it compares what they stored with a serial import of the same mails, and what they told
with what they stored. A reader asks for new events all the time.

  taken twice     two watchers settled one delivery, or met at one, or one mail is stored twice
  lost            it was delivered, and is neither stored byte for byte and in cur, nor in failed with a reason
  differences     lines of the dump that are not those of the serial import
  faulty events   something that was not told, or told twice; numbers or dates that do not ascend; or the reader was
                  shown other events than there are
  series alone    those that nothing else can touch, whatever came first: all about them is told just once
  completed once  those of them that are complete

All of it happens in a folder of its own under --dir: put that on the file system that you want to trust. The folder is
removed in the end, unless something was wrong. Exit 1 if anything is lost, twice, different or faulty.`,
		Example: `  patchwatch stress lore.mbox.gz
  patchwatch stress --dir /var/mail --watchers 3 --kills 1000 ~/Maildir`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Valid(); err != nil {
				return usageError{err}
			}
			archives, err := intake.OpenArchives(cmd.Context(), a.in, args)
			if err != nil {
				return err
			}
			err = stress.Run(cmd.Context(), archives, o, a.out, a.newProgress)
			if errors.Is(err, stress.ErrWrong) {
				return exitCode(exitFailed) // the verdict has said so
			}
			return err
		},
	}
	c.Flags().IntVar(&o.Writers, "writers", 4, "how many deliver at once")
	c.Flags().IntVar(&o.Watchers, "watchers", 8, "how many watch at once")
	c.Flags().IntVar(&o.Maildirs, "maildirs", 1, "divide them among so many Maildirs; a fifth of the mails comes into two")
	c.Flags().IntVar(&o.Kills, "kills", 200,
		"how many watchers are killed, each with another in its place; -1: until all mail is settled")
	c.Flags().IntVar(&o.Freezes, "freezes", 20, "how many are stopped for a while")
	c.Flags().DurationVar(&o.Every, "every", 25*time.Millisecond, "about how long between two kills")
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "of the random choices, to make them again; 0: any")
	c.Flags().StringVar(&o.Dir, "dir", os.TempDir(), "work in a new folder in this `FOLDER`")
	c.Flags().BoolVar(&o.Keep, "keep", false, "leave the folder there")
	return c
}

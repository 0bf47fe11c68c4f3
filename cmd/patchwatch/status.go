package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/cmd/patchwatch/internal/lookup"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) statusCommand() *cobra.Command {
	var asJSON, check bool
	var maxAge time.Duration
	c := &cobra.Command{
		Use:   "status [MAILDIR...]",
		Short: "Show what waits, what is stored, and what is wrong",
		Long: `Shows the queue of each Maildir (without any named: those that were last watched into this database), how long
its oldest mail has waited, what is in failed, and what the database holds.

For monitoring, --check makes the exit code 1 when a watcher takes no mail, when a mail has waited in new for longer
than --max-age, or when a Maildir or the database can't be read.`,
		Example: `  patchwatch status
  patchwatch status --json ~/Maildir
  patchwatch status --check --max-age 5m /var/mail/netdev`,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := a.status(cmd.Context(), args)
			if err != nil {
				return err
			}
			if asJSON {
				err = term.JSON(a.out, r)
			} else {
				err = r.Print(a.out)
			}
			if err == nil && (r.Database.Error != "" || check && r.Alarming(maxAge)) {
				return exitCode(exitFailed)
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	c.Flags().BoolVar(&check, "check", false, "exit 1 if something needs a person")
	c.Flags().DurationVar(&maxAge, "max-age", 10*time.Minute, "with --check, how long a mail may wait in new")
	return c
}

// status looks at the named Maildirs even if the database can't be read: that is when people want to know.
func (a *app) status(ctx context.Context, dirs []string) (r ops.Report, err error) {
	err = a.reading(ctx, func(s *db.Store) error {
		if r, err = ops.ReportOf(ctx, s, a.hostName(), dirs); err != nil {
			return err
		}
		index, last, err := lookup.StateOf(ctx, s)
		if err == nil {
			r.Database.NotIndexed, r.Database.IndexBytes = max(last-index.Watermark, 0), index.Bytes
		}
		return nil // an index that cannot be read is made anew by whoever searches
	})
	if err == nil || len(dirs) == 0 {
		return r, err
	}
	return ops.ReportWithout(engines.Shown(a.db), engines.Kind(a.db), err, dirs)
}

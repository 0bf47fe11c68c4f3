package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/watcher"
)

func (a *app) failedCommand() *cobra.Command {
	return group("failed", "List what could not be read, show why, try again",
		`Mail that can't be read is kept in failed, with the reason beside it. Moving a file from failed to new by hand does
the same as "failed retry".`,
		"  patchwatch failed list\n  patchwatch failed retry --all",
		a.failedListCommand(), a.failedShowCommand(), a.failedRetryCommand(), a.failedDropCommand())
}

func (a *app) failedListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list [MAILDIR...]",
		Short:   "List the mails in failed, with the reasons",
		Example: "  patchwatch failed list\n  patchwatch failed list ~/Maildir",
		RunE: func(cmd *cobra.Command, args []string) error {
			mails, err := a.failedMails(cmd.Context(), args)
			if err != nil {
				return err
			}
			return a.paged(func(out io.Writer) error { return a.listFailed(out, mails, asJSON) })
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

func (a *app) failedShowCommand() *cobra.Command {
	var dirs []string
	c := &cobra.Command{
		Use:     "show NAME",
		Short:   "Show one failed mail: the whole reason, and how it begins",
		Example: "  patchwatch failed show 1763894400.M1P2.host",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := a.oneFailed(cmd.Context(), dirs, args[0])
			if err != nil {
				return err
			}
			return a.paged(func(out io.Writer) error { return showFailed(out, m) })
		},
	}
	c.Flags().StringSliceVar(&dirs, "maildir", nil, "look in this `MAILDIR` only")
	return c
}

func (a *app) listFailed(out io.Writer, mails []ops.FailedMail, asJSON bool) error {
	for i := range mails {
		mails[i].ReadHeader()
	}
	if asJSON {
		if mails == nil {
			mails = []ops.FailedMail{}
		}
		return term.JSON(out, mails)
	}
	t := term.Table{Headings: []string{"FAILED", "SIZE", "NAME", "FROM", "SUBJECT", "REASON"}, Flexible: 5, Whole: 2}
	for _, m := range mails {
		t.Row(m.Time.Local().Format("2006-01-02 15:04"), fmt.Sprint(m.Size), m.Name, term.Shorten(term.Printable(m.From), 20),
			term.Shorten(term.Printable(m.Subject), 40), term.FirstLine(m.Reason))
	}
	return t.Print(out, a.screen)
}

func showFailed(out io.Writer, m ops.FailedMail) error {
	fmt.Fprintf(out, "File    %s\nSize    %d\nFailed  %s\nReason  %s\n\n", term.Printable(m.Path()), m.Size,
		m.Time.Local().Format(time.DateTime), term.PrintableText(m.Reason))
	const shown = 4 << 10
	start, _, err := watcher.ReadFile(m.Path(), shown)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, term.PrintableText(string(start)))
	if m.Size > shown {
		fmt.Fprintf(out, "... and %d bytes more\n", m.Size-shown)
	}
	return nil
}

func (a *app) oneFailed(ctx context.Context, dirs []string, name string) (ops.FailedMail, error) {
	mails, err := a.failedMails(ctx, dirs)
	if err != nil {
		return ops.FailedMail{}, err
	}
	return ops.PickOneFailed(mails, name)
}

// failedMails lists the failed mails of the named Maildirs, or of all that are watched into the database.
func (a *app) failedMails(ctx context.Context, dirs []string) ([]ops.FailedMail, error) {
	paths, err := a.maildirs(ctx, dirs)
	if err != nil {
		return nil, err
	}
	return ops.FailedMails(paths)
}

// maildirs returns the named ones or, without any, those that watch last fed into the database.
func (a *app) maildirs(ctx context.Context, named []string) (paths []string, err error) {
	if len(named) > 0 {
		for _, dir := range named {
			path, err := ops.MaildirPath(dir)
			if err != nil {
				return nil, err
			}
			paths = append(paths, path)
		}
		return paths, nil
	}
	err = a.reading(ctx, func(s *db.Store) error {
		known, err := s.Maildirs(ctx)
		known, _ = ops.OwnDirs(known, a.hostName())
		for _, m := range known {
			paths = append(paths, m.Path)
		}
		return err
	})
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("no Maildir is watched into %s; name one", engines.Shown(a.db))
	}
	return paths, err
}

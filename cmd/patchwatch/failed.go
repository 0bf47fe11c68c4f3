package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/db"
	"patchwatch/watcher"
)

func (a *app) failedCommand() *cobra.Command {
	return group("failed", "List what could not be read, show why, try again",
		`Mail that can't be read is kept in failed, with the reason beside it. Moving a file from failed to new by hand does
the same as "failed retry".`,
		"  patchwatch failed list\n  patchwatch failed retry --all",
		a.failedListCommand(), a.failedShowCommand(), a.failedRetryCommand())
}

// failedMail is a mail in failed, and where.
type failedMail struct {
	Dir    string    `json:"maildir"`
	Name   string    `json:"name"`
	Size   int64     `json:"size"`
	Time   time.Time `json:"time"`
	Reason string    `json:"reason"`
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
			if asJSON {
				if mails == nil {
					mails = []failedMail{}
				}
				return printJSON(os.Stdout, mails)
			}
			t := table{headings: []string{"FAILED", "SIZE", "NAME", "REASON"}, flexible: 3}
			for _, m := range mails {
				t.row(m.Time.Local().Format("2006-01-02 15:04"), fmt.Sprint(m.Size), m.Name, firstLine(m.Reason))
			}
			return t.print(os.Stdout)
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
			return showFailed(m)
		},
	}
	c.Flags().StringSliceVar(&dirs, "maildir", nil, "look in this `MAILDIR` only")
	return c
}

func showFailed(m failedMail) error {
	fmt.Printf("File    %s\nSize    %d\nFailed  %s\nReason  %s\n\n", printable(filepath.Join(m.Dir, "failed", m.Name)), m.Size,
		m.Time.Local().Format(time.DateTime), printableText(m.Reason))
	const shown = 4 << 10
	f, err := os.Open(filepath.Join(m.Dir, "failed", m.Name))
	if err != nil {
		return err
	}
	defer f.Close()
	start := make([]byte, shown)
	n, _ := f.Read(start)
	fmt.Println(printableText(string(start[:n])))
	if m.Size > shown {
		fmt.Printf("... and %d bytes more\n", m.Size-shown)
	}
	return nil
}

func (a *app) failedRetryCommand() *cobra.Command {
	var dirs []string
	var all bool
	c := &cobra.Command{
		Use:   "retry [NAME... | --all]",
		Short: "Move failed mails back to new, where a watcher takes them",
		Long: `Moves failed mails back to new, as moving them by hand does. The reason stays until the mail is stored, or is
replaced when it fails again.`,
		Example: "  patchwatch failed retry --all\n  patchwatch failed retry 1763894400.M1P2.host",
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return usagef("name the mails to try again, or say --all")
			}
			mails, err := a.failedMails(cmd.Context(), dirs)
			if err != nil {
				return err
			}
			if !all {
				if mails, err = pick(mails, args); err != nil {
					return err
				}
			}
			return retryFailed(mails)
		},
	}
	c.Flags().StringSliceVar(&dirs, "maildir", nil, "of this `MAILDIR` only")
	c.Flags().BoolVar(&all, "all", false, "all of them")
	return c
}

func retryFailed(mails []failedMail) error {
	var errs []error
	moved := 0
	for _, m := range mails {
		if err := watcher.Retry(m.Dir, m.Name); err != nil {
			errs = append(errs, err)
			continue
		}
		moved++
	}
	fmt.Printf("%s moved to new\n", count(moved, "mail"))
	return errors.Join(errs...)
}

func pick(mails []failedMail, names []string) ([]failedMail, error) {
	var out []failedMail
	for _, name := range names {
		m, err := pickOne(mails, name)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func pickOne(mails []failedMail, name string) (failedMail, error) {
	var found []failedMail
	for _, m := range mails {
		if m.Name == name {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 0:
		return failedMail{}, fmt.Errorf("there is no failed mail %q; patchwatch failed list lists them", name)
	case 1:
		return found[0], nil
	}
	return failedMail{}, fmt.Errorf("%q is in failed of %d Maildirs; say which with --maildir", name, len(found))
}

func (a *app) oneFailed(ctx context.Context, dirs []string, name string) (failedMail, error) {
	mails, err := a.failedMails(ctx, dirs)
	if err != nil {
		return failedMail{}, err
	}
	return pickOne(mails, name)
}

// failedMails lists those of the named Maildirs, or of all that are watched into the database.
func (a *app) failedMails(ctx context.Context, dirs []string) ([]failedMail, error) {
	paths, err := a.maildirs(ctx, dirs)
	if err != nil {
		return nil, err
	}
	var out []failedMail
	for _, dir := range paths {
		mails, err := watcher.Failed(dir)
		if err != nil {
			return nil, err
		}
		for _, m := range mails {
			out = append(out, failedMail{Dir: dir, Name: m.Name, Size: m.Size, Time: m.Time.UTC(), Reason: m.Reason})
		}
	}
	return out, nil
}

// maildirs are the named ones, else those that watch last fed into the database.
func (a *app) maildirs(ctx context.Context, named []string) (paths []string, err error) {
	if len(named) > 0 {
		for _, dir := range named {
			path, err := maildirPath(dir)
			if err != nil {
				return nil, err
			}
			paths = append(paths, path)
		}
		return paths, nil
	}
	err = a.reading(ctx, func(s *db.Store) error {
		known, err := s.Maildirs(ctx)
		for _, m := range known {
			paths = append(paths, m.Path)
		}
		return err
	})
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("no Maildir is watched into %s; name one", a.db)
	}
	return paths, err
}

// maildirPath checks that a folder which a person named is a Maildir.
func maildirPath(dir string) (string, error) {
	switch {
	case !exists(dir):
		return "", fmt.Errorf("there is no folder %s", dir)
	case !isFolder(dir):
		return "", fmt.Errorf("%s is a file, not a Maildir", dir)
	case !isFolder(filepath.Join(dir, "new")) || !isFolder(filepath.Join(dir, "cur")):
		return "", fmt.Errorf("%s is not a Maildir: it has no new and cur", dir)
	}
	return filepath.Abs(dir)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

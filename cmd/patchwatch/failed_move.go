package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/watcher"
)

func (a *app) failedRetryCommand() *cobra.Command {
	var which chosenFailed
	c := &cobra.Command{
		Use:   "retry [NAME... | --all | --reason TEXT]",
		Short: "Move failed mails back to new, where a watcher takes them",
		Long: `Moves failed mails back to new, as moving them by hand does. The reason stays until the mail is stored, or is
replaced when it fails again.`,
		Example: `  patchwatch failed retry --all
  patchwatch failed retry 1763894400.M1P2.host
  patchwatch failed retry --reason 'more than the limit'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			mails, err := which.of(cmd.Context(), a, "to try again", args)
			if err != nil {
				return err
			}
			return a.moveFailed(mails, watcher.Retry, "moved to new")
		},
	}
	which.addTo(c)
	return c
}

func (a *app) failedDropCommand() *cobra.Command {
	var which chosenFailed
	var yes bool
	c := &cobra.Command{
		Use:   "drop [NAME... | --all | --reason TEXT]",
		Short: "Put failed mails away, into the folder dropped",
		Long: `Moves failed mails and their reasons into the Maildir's folder dropped, where nothing looks at them any more;
check counts them. Nothing is deleted: that is for a person to do.`,
		Example: "  patchwatch failed drop 1763894400.M1P2.host\n  patchwatch failed drop --reason 'no header' --yes",
		RunE: func(cmd *cobra.Command, args []string) error {
			mails, err := which.of(cmd.Context(), a, "to drop", args)
			if err != nil {
				return err
			}
			if len(mails) > 0 && !yes && !a.agreed(cmd.Context(), fmt.Sprintf("Drop %s?", term.Count(len(mails), "mail"))) {
				return errors.New("nothing is changed; --yes does not ask")
			}
			return a.moveFailed(mails, watcher.Drop, "dropped")
		},
	}
	which.addTo(c)
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// agreed asks a person a question. Where nobody can answer, the answer is no.
func (a *app) agreed(ctx context.Context, question string) bool {
	fmt.Fprintf(a.err, "%s [y/N] ", question)
	answer, _ := bufio.NewReader(intake.UntilDone(ctx, a.in)).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// chosenFailed are the flags that say which failed mails are meant.
type chosenFailed struct {
	dirs   []string
	all    bool
	reason string
}

func (f *chosenFailed) addTo(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.dirs, "maildir", nil, "of this `MAILDIR` only")
	c.Flags().BoolVar(&f.all, "all", false, "all of them")
	c.Flags().StringVar(&f.reason, "reason", "", "those with this `TEXT` in the reason")
}

func (f *chosenFailed) of(ctx context.Context, a *app, to string, names []string) ([]ops.FailedMail, error) {
	ways := 0
	for _, said := range []bool{len(names) > 0, f.all, f.reason != ""} {
		if said {
			ways++
		}
	}
	if ways != 1 {
		return nil, usagef("name the mails %s, or say --all or --reason TEXT", to)
	}
	mails, err := a.failedMails(ctx, f.dirs)
	switch {
	case err != nil:
		return nil, err
	case len(names) > 0:
		return ops.PickFailed(mails, names)
	}
	return slices.DeleteFunc(mails, func(m ops.FailedMail) bool { return !strings.Contains(m.Reason, f.reason) }), nil
}

func (a *app) moveFailed(mails []ops.FailedMail, move func(dir, name string) error, moved string) error {
	var errs []error
	n := 0
	for _, m := range mails {
		if err := move(m.Dir, m.Name); err != nil {
			errs = append(errs, err)
			continue
		}
		n++
	}
	fmt.Fprintf(a.out, "%s %s\n", term.Count(n, "mail"), moved)
	return errors.Join(errs...)
}

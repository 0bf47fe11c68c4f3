package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the database, also while mail is taken in",
		Long: `Copies the database to a new file: all of one moment, whatever is written meanwhile, and
on disk when the command ends.

To restore it, stop the watchers, move the copy to the database's place, remove the old -wal and -shm files beside it,
and start again. What came since is in cur: patchwatch import MAILDIR stores it again.`,
		Example: "  patchwatch backup /backup/patches-$(date +%F).db",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.readingWith(cmd.Context(), tidiedUp, func(s *db.Store) error {
				if err := s.Backup(cmd.Context(), args[0]); err != nil {
					return err
				}
				info, err := os.Stat(args[0])
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%s: %s\n", term.Printable(args[0]), term.Bytes(info.Size()))
				return nil
			})
		},
	}
}

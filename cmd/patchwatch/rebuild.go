package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) rebuildCommand() *cobra.Command {
	var reparse bool
	c := &cobra.Command{
		Use:   "rebuild",
		Short: "Make patches, series and comments anew from the stored mails",
		Long: `Drops all that was derived from the mails, and makes it anew. What people decided stays. With --reparse every
mail is read anew from its bytes first, as is worth while after an upgrade with a better parser.`,
		Example: "  patchwatch rebuild --reparse",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changing(cmd.Context(), func(s *db.Store) error {
				p := a.newProgress("rebuild", "mails")
				defer p.Clear()
				if !reparse {
					_, err := s.Finish(cmd.Context(), intake.Reread, p.Tell)
					if err == nil {
						err = s.Rebuild(cmd.Context(), p.Tell)
					}
					p.Clear()
					if err == nil {
						fmt.Fprintln(a.out, "rebuilt")
					}
					return err
				}
				changed, unread, err := s.Reread(cmd.Context(), intake.Reread, p.Tell)
				p.Clear()
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "rebuilt; %s now read otherwise than before\n", term.Count(changed, "mail"))
				if unread > 0 {
					return fmt.Errorf("%s could not be read anew, and stayed as before; patchwatch check says what is wrong",
						term.Count(unread, "mail"))
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&reparse, "reparse", false, "read every stored mail anew first")
	return c
}

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/lookup"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) rebuildCommand() *cobra.Command {
	var reparse, searchToo bool
	c := &cobra.Command{
		Use:   "rebuild",
		Short: "Make patches, series and comments anew from the stored mails",
		Long: `Drops all that was derived from the mails, and makes it anew. What people decided stays. With --reparse every
mail is read anew from its bytes first, as is worth while after an upgrade with a better parser.`,
		Example: `  patchwatch rebuild --reparse
  patchwatch rebuild --search                the search index, and nothing else`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if searchToo {
				if reparse {
					return usagef("--search and --reparse make different things anew: choose one")
				}
				return a.rebuildIndex(cmd.Context())
			}
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
	c.Flags().BoolVar(&searchToo, "search", false, "throw the search index away and make it anew")
	c.Flags().BoolVar(&reparse, "reparse", false, "read every stored mail anew first")
	return c
}

// rebuildIndex makes the search index anew. The database is only read.
func (a *app) rebuildIndex(ctx context.Context) error {
	return a.reading(ctx, func(s *db.Store) error {
		p := a.newProgress("index", "mails")
		defer p.Clear()
		x := lookup.Open(s)
		defer x.Close()
		if err := lookup.Rebuild(ctx, s, x, p.Tell); err != nil {
			return err
		}
		state, _, err := lookup.StateOf(ctx, s)
		p.Clear()
		if err == nil {
			fmt.Fprintf(a.out, "indexed up to mail %d, in %s\n", state.Watermark, term.Bytes(state.Bytes))
		}
		return err
	})
}

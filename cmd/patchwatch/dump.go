package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) dumpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "dump",
		Short: "Write the canonical dump: the same for the same mails",
		Long: `Writes all that is known as JSON Lines, a record a line, sorted. It holds no row numbers and no time of the
clock: two databases that were given the same mails, in whatever order, dump the same bytes.`,
		Example: "  patchwatch dump > today.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error { return dump(cmd.Context(), s, a.out) })
		},
	}
}

// dump collects all lines before it writes the first. They come from one view of the database, and the log beside the
// database can't be cut back while the view is open. How long it is open must not depend on how slowly our output is
// read.
func dump(ctx context.Context, s *db.Store, out io.Writer) error {
	lines, err := s.DumpLines(ctx, term.CleanJSON)
	if err != nil {
		return err
	}
	defer lines.Close()
	return lines.Write(out)
}

package main

import (
	"io"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) diffCommand() *cobra.Command {
	var project string
	var as view.DiffAs
	c := &cobra.Command{
		Use:   "diff ID [ID]",
		Short: "Show what changed between two versions of a series",
		Long: `Shows what changed between two versions of a series: of one series since the version that it revises, or of two
series since the older one. Patches are paired as git range-diff pairs them, by what they change: = is the same in
both, ! has changed, < was dropped and > is new. Of a changed patch, a diff of its author, title and message follows,
and a diff between its two diffs, without line numbers. No git repository is needed.

Where single patches were sent again in reply to a series, the series is taken as it now stands, and such a part stands
for all of it: compared with nothing else, it shows what it has replaced. --as-sent takes all as they were sent.

--interdiff shows instead one diff from the files as the older version leaves them to the files as the newer one does,
as far as the patches show these. Files for which it can't be made are named on standard error.

` + view.IDsHelp,
		Example: `  patchwatch diff s12
  patchwatch diff s3 s12
  patchwatch diff --interdiff s12`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.paged(func(out io.Writer) error {
				return a.reading(cmd.Context(), func(s *db.Store) error {
					return view.NewDiffer(cmd.Context(), s, out, a.err, a.screen, as).Diff(project, args)
				})
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().BoolVar(&as.Interdiff, "interdiff", false, "one diff between what both versions make of the files")
	c.Flags().BoolVar(&as.AsSent, "as-sent", false, "the patches that each series was sent with")
	c.Flags().BoolVar(&as.JSON, "json", false, "for programs")
	return c
}

package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) logCommand() *cobra.Command {
	var project string
	var most int
	var asJSON bool
	c := &cobra.Command{
		Use:   "log [ID]",
		Short: "Show who decided what, and when",
		Long: `Lists decisions, newest first: who made them, when, about what, from what to what. With an ID, those about that
patch, or about the patches of that series.

Who decides at a shell is known by their user name. Decisions from before there was a log are "unknown".`,
		Example: `  patchwatch log
  patchwatch log 12
  patchwatch log --project netdev --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.paged(func(out io.Writer) error {
				return a.reading(cmd.Context(), func(s *db.Store) error {
					entries, err := decisions(cmd.Context(), s, project, args, most)
					if err != nil {
						return err
					}
					return a.printLog(out, entries, asJSON)
				})
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().IntVarP(&most, "limit", "n", 0, "at most `N` decisions; 0: all")
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

// decisions finds those about what is named, otherwise about all.
func decisions(ctx context.Context, s *db.Store, project string, ids []string, most int) ([]db.LogEntry, error) {
	if most < 0 {
		return nil, usagef("--limit is how many to show; %d makes no sense", most)
	}
	if err := knownProject(ctx, s, project); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return s.Log(ctx, db.LogQuery{Project: project, Most: most})
	}
	mails, err := view.FindSet(ctx, s, project, ids[0])
	if err != nil {
		return nil, err
	}
	var names []db.LogQuery
	for _, m := range mails {
		names = append(names, db.LogQuery{Project: m.Project, MsgID: m.MsgID})
	}
	return s.LogOf(ctx, names, most)
}

type logJSON struct {
	Time    time.Time `json:"time"`
	Actor   string    `json:"actor"`
	What    string    `json:"what"`
	Project string    `json:"project"`
	MsgID   string    `json:"msgid"`
	Before  string    `json:"before"`
	After   string    `json:"after"`
}

func (a *app) printLog(out io.Writer, entries []db.LogEntry, asJSON bool) error {
	if asJSON {
		all := []logJSON{}
		for _, e := range entries {
			all = append(all, logJSON{e.Time, string(e.Actor), e.What, e.Project, e.MsgID, e.Before, e.After})
		}
		return term.JSON(out, all)
	}
	if len(entries) == 0 {
		fmt.Fprintln(a.err, "nothing was decided yet")
		return nil
	}
	t := term.Table{Headings: []string{"TIME", "WHO", "WHAT", "FROM", "TO", "PROJECT", "OF"}, Flexible: 6}
	for _, e := range entries {
		t.Row(e.Time.Local().Format("2006-01-02 15:04"), string(e.Actor), e.What, orDash(e.Before), orDash(e.After),
			e.Project, e.MsgID)
	}
	return t.Print(out, a.screen)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

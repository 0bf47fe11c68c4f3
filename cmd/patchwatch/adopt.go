package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/adopt"
	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

// adoptToken is the variable of the environment that may have the token.
const adoptToken = "PATCHWATCH_ADOPT_TOKEN"

// adoptFlags are what can be said of a move.
type adoptFlags struct {
	token, tokenFile string
	projects         []string
	untold           bool
	noComments       bool
	all              bool
}

func (a *app) adoptCommand() *cobra.Command {
	var f adoptFlags
	c := &cobra.Command{
		Use:   "adopt URL",
		Short: "Take over what was decided on a Patchwork server",
		Long: `Reads the REST API of a Patchwork server and takes over what people and programs decided there: states,
delegates, what is archived, commits, checks, bundles, which patches are related, the accounts of those who did so, and
the numbers of patches, covers, series, comments and bundles, so that old links lead where they led. Projects that are
not tracked here are added with their settings. The mail itself comes by patchwatch import, before or after; better
after, since the numbers of mail that comes later begin above those that are taken over.

It can be broken off at any time, and goes on where it was. Run again, it takes what is new there. What somebody decided
here stays if it was decided later than there. docs/adopt.md says more.

The token of an account there also shows private bundles of that account. It is better off in the variable
` + adoptToken + ` or a file than in the arguments, which other users of the machine see.`,
		Example: `  patchwatch adopt https://patchwork.example.org --project netdev
  patchwatch import netdev.mbox.gz`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			token, err := f.readToken()
			if err != nil {
				return err
			}
			client, err := adopt.NewClient(args[0], token)
			if err != nil {
				return usageError{err}
			}
			if err := client.Dial(cmd.Context()); err != nil {
				return err
			}
			return a.writing(cmd.Context(), func(s *db.Store) error { return a.adoptFrom(cmd.Context(), s, client, &f) })
		},
	}
	c.Flags().StringVar(&f.token, "token", "", "the `TOKEN` of an account there; $"+adoptToken+" sets the default")
	c.Flags().StringVar(&f.tokenFile, "token-file", "", "a `FILE` whose first line is the token")
	c.Flags().StringSliceVarP(&f.projects, "project", "p", nil,
		"only this project (`LINK_NAME` there); may be given again")
	c.Flags().BoolVar(&f.noComments, "no-comments", false,
		"leave out the numbers of comments, which take a request for each patch")
	c.Flags().BoolVar(&f.untold, "no-events", false,
		"tell readers of events nothing: for old decisions that should start no CI")
	c.Flags().BoolVar(&f.all, "all", false, "name everything that could not be taken over, and not only the first ones")
	return c
}

// readToken finds the token: in the arguments, else in a file, else in the environment.
func (f *adoptFlags) readToken() (string, error) {
	if f.token != "" {
		return f.token, nil
	}
	if f.tokenFile == "" {
		return os.Getenv(adoptToken), nil
	}
	text, err := os.ReadFile(f.tokenFile)
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(first), nil
}

// named is how many things that were left are named of each project, unless all are asked for.
const named = 20

// examples is how many of each kind are named that wait for their mail.
const examples = 3

// adoptFrom takes over from a server that answers.
func (a *app) adoptFrom(ctx context.Context, s *db.Store, client *adopt.Client, f *adoptFlags) error {
	progress := a.newProgress("adopt", "rows")
	done, left := 0, map[string]int{}
	r := &adopt.Run{Client: client, Store: s, By: a.actor(), Untold: f.untold, NoComments: f.noComments,
		AddProject: func(ctx context.Context, p track.Project) error { return a.addAdopted(ctx, s, p) },
		Tell: func(_ string, rows int) {
			done += rows
			progress.Tell(done, 0)
		},
		Left: func(project, sentence string) {
			if left[project]++; f.all || left[project] <= named {
				progress.Clear()
				fmt.Fprintf(a.err, "%s: not taken over: %s\n", term.Printable(project), term.Printable(sentence))
			}
		},
	}
	if err := r.Open(ctx); err != nil {
		return err
	}
	projects, err := r.Projects(ctx, f.projects)
	if err != nil {
		return err
	}
	for _, p := range projects {
		result, err := r.Project(ctx, p)
		progress.Clear()
		if n := left[result.Project] - named; n > 0 && !f.all {
			fmt.Fprintf(a.err, "%s: and %d more; --all names them\n", result.Project, n)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s: %s\n", result.Project, adoptedWords(result.Taken))
	}
	return a.sayMissing(ctx, s, r.Source(), f.all)
}

// addAdopted adds a project as patchwatch project add does.
func (a *app) addAdopted(ctx context.Context, s *db.Store, p track.Project) error {
	switch {
	case !track.IsLinkName(p.LinkName):
		return fmt.Errorf("%q can't be a link name", p.LinkName)
	case !track.IsListID(p.ListID):
		return fmt.Errorf("%q can't be the id of a list", p.ListID)
	}
	if err := track.CheckLinkName(p.LinkName); err != nil {
		return err
	}
	return a.withProgress("project add", func(tell db.Progress) error {
		_, err := s.AddProject(ctx, a.actor(), p, intake.Reread, tell)
		return err
	})
}

// adoptedWords says what was read, and what of it was new.
func adoptedWords(taken map[string]int) string {
	lists := []string{"patches", "covers", "series", "comments", "bundles"}
	var read, took []string
	for _, what := range lists {
		read = append(read, fmt.Sprintf("%d %s", taken[what], what))
	}
	for _, what := range slices.Sorted(maps.Keys(taken)) {
		if !slices.Contains(lists, what) && taken[what] > 0 {
			took = append(took, fmt.Sprintf("%s %d", what, taken[what]))
		}
	}
	if took == nil {
		took = []string{"nothing"}
	}
	return strings.Join(read, ", ") + " read; taken over: " + strings.Join(took, ", ")
}

// sayMissing says what waits for its mail. Its decisions and numbers are stored, and mail that comes finds them.
func (a *app) sayMissing(ctx context.Context, s *db.Store, source int64, all bool) error {
	total, missing := map[string]int{}, map[string]int{}
	var lines []string
	if err := s.EachAdopted(ctx, source, func(row db.Adopted, m *db.Missing) error {
		kind := row.Kind.String()
		total[kind]++
		if m == nil {
			return nil
		}
		if missing[kind]++; all || missing[kind] <= examples {
			lines = append(lines, fmt.Sprintf("  %s %d %s: %s", kind, m.Number, m.MsgID, m.Why))
		}
		return nil
	}); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(missing)) {
		fmt.Fprintf(a.out, "%s: %d of %d can't be shown yet\n", kind, missing[kind], total[kind])
	}
	for _, line := range lines {
		fmt.Fprintln(a.out, term.Printable(line))
	}
	if len(lines) > 0 {
		fmt.Fprintln(a.out, "what was decided about them is kept: mail that patchwatch import brings later finds it")
	}
	return nil
}

package main

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) checkResultCommand() *cobra.Command {
	var project, user string
	check := track.Check{}
	c := &cobra.Command{
		Use:   "check-result ID... STATE",
		Short: "Report what was found out about patches",
		Long: `Notes what a program, or a person, found out about patches; of a series, about all its patches. STATE is
pending, success, warning or fail. Of one user and context the newest counts.

It belongs to an account: the one that has your name, or the one of --user.

` + view.IDsHelp,
		Example: `  patchwatch check-result 12 success --context build --user ci
  patchwatch check-result s12 fail --context tests --url https://ci.example.org/4711 --description '3 of 200 failed'`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, state := args[:len(args)-1], args[len(args)-1]
			var ok bool
			if check.State, ok = track.ParseCheckState(state); !ok {
				return usagef("there is no state %q of checks; they are pending, success, warning, fail", state)
			}
			if !isTargetURL(check.TargetURL) {
				return usagef("--url takes a URL such as https://ci.example.org/4711, and %q is none", check.TargetURL)
			}
			if user == "" {
				user = string(a.actor())
			}
			return a.changing(cmd.Context(), func(s *db.Store) error {
				u, err := findUser(cmd.Context(), s, user)
				if err != nil {
					return fmt.Errorf("%w; --user names another", err)
				}
				check.User = u.ID
				patches, err := view.FindPatches(cmd.Context(), s, project, ids)
				if err != nil {
					return err
				}
				for _, p := range patches {
					if _, err := s.AddCheck(cmd.Context(), u.Actor(), check, p.ID); err != nil {
						return err
					}
					fmt.Fprintf(a.out, "%d  %s %s  %s\n", p.ID, check.Context, check.State, term.Printable(p.Name))
				}
				return nil
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().StringVar(&check.Context, "context", "default", "a short `NAME` of what was checked")
	c.Flags().StringVar(&check.TargetURL, "url", "", "where more is told (`URL`)")
	c.Flags().StringVar(&check.Description, "description", "", "what was found out (`TEXT`)")
	c.Flags().StringVar(&user, "user", "", "whose check it is (`NAME` of an account)")
	return c
}

// isTargetURL tells whether a browser may go there; none at all will do.
func isTargetURL(text string) bool {
	u, err := url.Parse(text)
	return text == "" || err == nil && u.Host != "" && slices.Contains([]string{"http", "https", "ftp", "ftps"}, u.Scheme)
}

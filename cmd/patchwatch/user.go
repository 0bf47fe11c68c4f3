package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) userCommand() *cobra.Command {
	return group("user", "Say who may log in",
		`Accounts are for people who decide in a browser or by the API, and for their programs. There is no registration: who
may use this command makes accounts, and helps those who have lost a password.

Everybody may change what they themselves submitted, by their addresses, and what is delegated to them; the
maintainers of a project all in it; administrators everything.`,
		`  patchwatch user add ann --email ann@example.org --maintainer netdev
  patchwatch user token ann --label ci
  patchwatch user list`,
		a.userAddCommand(), a.userListCommand(), a.userSetCommand(), a.userPasswordCommand(),
		a.userDisableCommand(), a.userEnableCommand(), a.userTokenCommand(), a.userTokensCommand(), a.userRevokeCommand())
}

// findUser looks up an account by its name.
func findUser(ctx context.Context, s *db.Store, name string) (track.User, error) {
	users, err := s.Users(ctx)
	if err != nil {
		return track.User{}, err
	}
	at := slices.IndexFunc(users, func(u track.User) bool { return strings.EqualFold(u.Name, name) })
	if at < 0 {
		return track.User{}, fmt.Errorf("there is no user %q; patchwatch user list lists them", name)
	}
	return users[at], nil
}

type userJSON struct {
	Name       string    `json:"name"`
	FirstName  string    `json:"first_name"`
	LastName   string    `json:"last_name"`
	Emails     []string  `json:"emails"`
	Admin      bool      `json:"admin"`
	Disabled   bool      `json:"disabled"`
	Maintainer []string  `json:"maintainer"` // link names of projects
	Made       time.Time `json:"made"`
}

func (a *app) userListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the accounts",
		Example: "  patchwatch user list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				users, err := s.Users(cmd.Context())
				if err != nil {
					return err
				}
				links, err := linkNames(cmd.Context(), s)
				if err != nil {
					return err
				}
				return a.printUsers(users, links, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

// linkNames are those of the tracked projects, by number.
func linkNames(ctx context.Context, s *db.Store) (map[int64]string, error) {
	projects, err := s.Projects(ctx)
	out := map[int64]string{}
	for _, p := range projects {
		out[p.ID] = p.LinkName
	}
	return out, err
}

func (a *app) printUsers(users []track.User, links map[int64]string, asJSON bool) error {
	all := []userJSON{}
	t := term.Table{Headings: []string{"NAME", "ROLE", "MADE", "ADDRESSES", "PERSON"}, Flexible: 4}
	for _, u := range users {
		emails := append([]string{}, u.Emails...) // never null
		row := userJSON{u.Name, u.FirstName, u.LastName, emails, u.Admin, u.Disabled, []string{}, u.Made}
		for _, id := range u.Maintains {
			if links[id] != "" { // it may have been removed
				row.Maintainer = append(row.Maintainer, links[id])
			}
		}
		all = append(all, row)
		t.Row(u.Name, role(row), u.Made.Format("2006-01-02"), strings.Join(u.Emails, " "),
			strings.TrimSpace(u.FirstName+" "+u.LastName))
	}
	if asJSON {
		return term.JSON(a.out, all)
	}
	if len(users) == 0 {
		fmt.Fprintln(a.err, "there are no accounts; patchwatch user add makes one")
		return nil
	}
	return t.Print(a.out, a.screen)
}

func role(u userJSON) string {
	var is []string
	if u.Disabled {
		is = append(is, "disabled")
	}
	if u.Admin {
		is = append(is, "admin")
	}
	if len(u.Maintainer) > 0 {
		is = append(is, "maintainer of "+strings.Join(u.Maintainer, ", "))
	}
	return orDash(strings.Join(is, ", "))
}

func (a *app) userDisableCommand() *cobra.Command {
	return a.disabledCommand(true, &cobra.Command{
		Use:   "disable NAME...",
		Short: "Keep people from logging in",
		Long: `Keeps people from logging in, and ends their sessions. Their tokens open nothing meanwhile. What they decided
stays, and so does the account: enable takes it back.`,
		Example: "  patchwatch user disable ann",
	})
}

func (a *app) userEnableCommand() *cobra.Command {
	return a.disabledCommand(false, &cobra.Command{
		Use:     "enable NAME...",
		Short:   "Let people log in again",
		Long:    "Takes back what disable did. Tokens are good again; sessions begin anew.",
		Example: "  patchwatch user enable ann",
	})
}

func (a *app) disabledCommand(disabled bool, c *cobra.Command) *cobra.Command {
	c.Args = cobra.MinimumNArgs(1)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return a.changing(cmd.Context(), func(s *db.Store) error {
			var users []track.User
			for _, name := range args {
				u, err := findUser(cmd.Context(), s, name)
				if err != nil {
					return err
				}
				users = append(users, u)
			}
			for _, u := range users {
				u.Disabled = disabled
				if err := s.SetUser(cmd.Context(), a.actor(), u); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return c
}

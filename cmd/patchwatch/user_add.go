package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/db"
	"patchwatch/track"
	"patchwatch/web/auth"
)

// userFlags are what can be said of an account.
type userFlags struct {
	emails, maintains   []string
	firstName, lastName string
	admin               bool
}

func (f *userFlags) addTo(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.emails, "email", nil,
		"an `ADDRESS` of theirs: they may change what was sent from it; may be repeated")
	c.Flags().StringArrayVar(&f.maintains, "maintainer", nil, "they maintain this `PROJECT`; may be repeated")
	c.Flags().StringVar(&f.firstName, "first-name", "", "their first `NAME`")
	c.Flags().StringVar(&f.lastName, "last-name", "", "their last `NAME`")
	c.Flags().BoolVar(&f.admin, "admin", false, "they may change everything")
}

// apply copies the flags that were given into an account.
func (f *userFlags) apply(c *cobra.Command, s *db.Store, u *track.User) error {
	given := c.Flags().Changed
	if given("email") {
		u.Emails = nil
		for _, text := range f.emails {
			if text == "" {
				continue
			}
			address, err := parseAddress(text)
			if err != nil {
				return err
			}
			u.Emails = append(u.Emails, address)
		}
	}
	if given("maintainer") {
		u.Maintains = nil
		for _, name := range f.maintains {
			if name == "" {
				continue
			}
			p, err := findProject(c, s, name)
			if err != nil {
				return err
			}
			u.Maintains = append(u.Maintains, p.ID)
		}
	}
	if given("first-name") {
		u.FirstName = f.firstName
	}
	if given("last-name") {
		u.LastName = f.lastName
	}
	if given("admin") {
		u.Admin = f.admin
	}
	return nil
}

func (a *app) userAddCommand() *cobra.Command {
	var f userFlags
	var password bool
	var base string
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Make an account",
		Long: `Makes an account. Without --password-stdin it prints a link, good for seven days, by
which the person sets a password.

The addresses count as confirmed: what was sent from them is theirs.`,
		Example: `  patchwatch user add ann --email ann@example.org --maintainer netdev
  patchwatch user add root --admin --password-stdin < password`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			secret, err := a.passwordIf(password, args[0])
			if err != nil {
				return err
			}
			return a.writing(cmd.Context(), func(s *db.Store) error {
				u := track.User{Name: args[0], PerPage: 100} // as Patchwork makes them
				if err := f.apply(cmd, s, &u); err != nil {
					return err
				}
				u, err := s.AddUser(cmd.Context(), a.actor(), u)
				if err != nil {
					return err
				}
				return a.letIn(cmd.Context(), s, u, secret, base)
			})
		},
	}
	f.addTo(c)
	passwordFlags(c, &password, &base)
	return c
}

func passwordFlags(c *cobra.Command, password *bool, base *string) {
	c.Flags().BoolVar(password, "password-stdin", false, "read the password from the first line of standard input")
	c.Flags().StringVar(base, "url", defaultURL(),
		"the `URL` of the server, for the link; $PATCHWATCH_URL sets the default")
}

func defaultURL() string {
	if url := os.Getenv("PATCHWATCH_URL"); url != "" {
		return url
	}
	return "http://127.0.0.1:8080/"
}

// passwordIf reads a password, if one is to be read.
func (a *app) passwordIf(read bool, name string) (string, error) {
	if !read {
		return "", nil
	}
	line, err := bufio.NewReader(a.in).ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if line == "" && err != nil {
		return "", errors.New("there is no password on standard input")
	}
	return line, auth.CheckPassword(name, line)
}

// letIn sets a password; without one it prints a link by which the person does it.
func (a *app) letIn(ctx context.Context, s *db.Store, u track.User, password, base string) error {
	if password != "" {
		return s.SetPassword(ctx, a.actor(), u.ID, auth.HashPassword(password), 0)
	}
	path, err := auth.Invite(ctx, s, a.actor(), u.ID, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, strings.TrimRight(base, "/")+path)
	return nil
}

func (a *app) userSetCommand() *cobra.Command {
	var f userFlags
	c := &cobra.Command{
		Use:   "set NAME",
		Short: "Change an account",
		Long: `Changes an account. --email and --maintainer stand for all that there are from then on:
--maintainer '' takes the role away.`,
		Example: `  patchwatch user set ann --email ann@example.org --email ann@example.com
  patchwatch user set ann --admin=false --maintainer ''`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changing(cmd.Context(), func(s *db.Store) error {
				u, err := findUser(cmd.Context(), s, args[0])
				if err != nil {
					return err
				}
				if err := f.apply(cmd, s, &u); err != nil {
					return err
				}
				return s.SetUser(cmd.Context(), a.actor(), u)
			})
		},
	}
	f.addTo(c)
	return c
}

func (a *app) userPasswordCommand() *cobra.Command {
	var password bool
	var base string
	c := &cobra.Command{
		Use:   "password NAME",
		Short: "Let somebody set a new password",
		Long: `Prints a link, good for seven days, by which the person sets a password. The old one is good until then; after
that all their sessions end.`,
		Example: `  patchwatch user password ann
  patchwatch user password ann --password-stdin < password`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			secret, err := a.passwordIf(password, args[0])
			if err != nil {
				return err
			}
			return a.changing(cmd.Context(), func(s *db.Store) error {
				u, err := findUser(cmd.Context(), s, args[0])
				if err != nil {
					return err
				}
				if u.Disabled {
					return fmt.Errorf("%s is disabled; patchwatch user enable %s comes first", u.Name, u.Name)
				}
				return a.letIn(cmd.Context(), s, u, secret, base)
			})
		},
	}
	passwordFlags(c, &password, &base)
	return c
}

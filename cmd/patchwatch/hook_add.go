package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/db"
	"patchwatch/track"
	"patchwatch/web/hook"
)

// hookSecretVariable names the secret without showing it to other users of the machine.
const hookSecretVariable = "PATCHWATCH_HOOK_SECRET"

// hookFlags are what hook add is told.
type hookFlags struct {
	project      string
	categories   []string
	secret       string
	secretStdin  bool
	allowPrivate bool
	since        int64
}

func (a *app) hookAddCommand() *cobra.Command {
	var f hookFlags
	c := &cobra.Command{
		Use:   "add URL",
		Short: "Send events to a URL",
		Long: `Has patchwatch serve send events to a URL from now on: what happens in one project, or in all that are
not private.

With a secret, each request is signed by it, so that the receiver knows that it is from here. It is shown nowhere. Other
users of the machine may see a command line: ` + hookSecretVariable + ` or --secret-stdin hide it from them.

Addresses of private networks, and of this machine, are not called, whatever name leads there, unless --allow-private
says so.`,
		Example: `  patchwatch hook add https://ci.example.org/new --project netdev --category series-completed --secret-stdin
  patchwatch hook add http://127.0.0.1:9000/ --allow-private`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := a.hookOf(args[0], &f)
			if err != nil {
				return err
			}
			var since *int64
			if cmd.Flags().Changed("since") {
				since = &f.since
			}
			return a.changing(cmd.Context(), func(s *db.Store) error {
				if h.Project, err = hookProject(cmd, s, f.project); err != nil {
					return err
				}
				added, err := s.AddHook(cmd.Context(), a.actor(), h, since)
				if err == nil {
					fmt.Fprintf(a.out, "hook %d\n", added.ID)
				}
				return err
			})
		},
	}
	c.Flags().StringVarP(&f.project, "project", "p", "", "only of this project (`LINK_NAME`)")
	c.Flags().StringArrayVar(&f.categories, "category", nil, "only events of this `CATEGORY`; may be given several times")
	c.Flags().StringVar(&f.secret, "secret", "", "the `SECRET` by which requests are signed")
	c.Flags().BoolVar(&f.secretStdin, "secret-stdin", false, "read the secret from standard input")
	c.Flags().BoolVar(&f.allowPrivate, "allow-private", false, "call private networks and this machine too")
	c.Flags().Int64Var(&f.since, "since", 0, "begin with the events after number `N`; 0: with the first")
	return c
}

// hookOf is the hook that the command line describes, without its project.
func (a *app) hookOf(url string, f *hookFlags) (h track.Hook, err error) {
	h = track.Hook{URL: url, AllowPrivate: f.allowPrivate, Made: time.Now()}
	if err := hook.CheckURL(url, f.allowPrivate); err != nil {
		return h, usageError{err}
	}
	for _, name := range f.categories {
		k := track.Category(strings.TrimSpace(name))
		if !slices.Contains(track.Categories(), k) {
			return h, usagef("there is no category %q; there are %v", name, track.Categories())
		}
		if !slices.Contains(h.Categories, k) {
			h.Categories = append(h.Categories, k)
		}
	}
	if f.since < 0 {
		return h, usagef("--since takes the number of an event")
	}
	h.Secret, err = a.hookSecret(f)
	return h, err
}

// hookSecret reads the secret from where it is: the command line, standard input or the environment.
func (a *app) hookSecret(f *hookFlags) (string, error) {
	const most = 1 << 10
	secret := f.secret
	switch {
	case f.secret != "" && f.secretStdin:
		return "", usagef("--secret and --secret-stdin both say what the secret is")
	case f.secretStdin:
		text, err := io.ReadAll(io.LimitReader(a.in, most+2))
		if err != nil {
			return "", err
		}
		if secret = strings.TrimRight(string(text), "\r\n"); secret == "" {
			return "", usagef("standard input has no secret")
		}
	case f.secret == "":
		secret = os.Getenv(hookSecretVariable)
	}
	if len(secret) > most {
		return "", usagef("a secret has at most %d bytes", most)
	}
	return secret, nil
}

// hookProject is the number of a project that is named; 0: none is.
func hookProject(cmd *cobra.Command, s *db.Store, name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	all, err := s.Projects(cmd.Context())
	if err != nil {
		return 0, err
	}
	for _, p := range all {
		if strings.EqualFold(p.LinkName, name) {
			return p.ID, nil
		}
	}
	return 0, fmt.Errorf("there is no project %q; patchwatch project list has them", name)
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) projectSetCommand() *cobra.Command {
	var f projectFlags
	c := &cobra.Command{
		Use:     "set LINK_NAME",
		Short:   "Change a project",
		Example: "  patchwatch project set netdev --name 'Linux networking' --list-email netdev@vger.kernel.org",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changing(cmd.Context(), func(s *db.Store) error {
				p, err := findProject(cmd, s, args[0])
				if err != nil {
					return err
				}
				if err := f.apply(cmd, &p); err != nil {
					return err
				}
				var moved int
				err = a.withProgress("project set", func(tell db.Progress) (err error) {
					moved, err = s.SetProject(cmd.Context(), a.actor(), p, intake.Reread, tell)
					return err
				})
				if err == nil {
					fmt.Fprintf(a.out, "project %s is changed; %s now read otherwise\n", p.LinkName, term.Count(moved, "mail"))
				}
				return err
			})
		},
	}
	f.addTo(c)
	return c
}

func findProject(cmd *cobra.Command, s *db.Store, linkName string) (track.Project, error) {
	projects, err := s.Projects(cmd.Context())
	if err != nil {
		return track.Project{}, err
	}
	for _, p := range projects {
		if p.LinkName == linkName {
			return p, nil
		}
	}
	return track.Project{}, noProject(linkName)
}

func noProject(linkName string) error {
	return fmt.Errorf("there is no project %q; patchwatch project list lists them", linkName)
}

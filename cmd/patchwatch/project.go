package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) projectCommand() *cobra.Command {
	return group("project", "Say which lists are tracked",
		`A project is a mailing list whose patches are tracked. As long as none is added, every list whose mail comes makes
one by itself, under its list id.`,
		"  patchwatch project list\n  patchwatch project add netdev --list-id netdev.vger.kernel.org",
		a.projectAddCommand(), a.projectListCommand(), a.projectSetCommand(), a.projectRemoveCommand(), a.ruleCommand(),
		a.projectStateCommand())
}

func (a *app) projectRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove LINK_NAME",
		Short: "Stop tracking a list; its mail stays stored",
		Long: `Stops tracking a list. Its mail stays stored, and what was decided about its patches comes back when a project
of this link name is added again.`,
		Example: "  patchwatch project remove netdev",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changing(cmd.Context(), func(s *db.Store) error {
				var moved int
				err := a.withProgress("project remove", func(tell db.Progress) (err error) {
					moved, err = s.RemoveProject(cmd.Context(), a.actor(), args[0], intake.Reread, tell)
					return err
				})
				if errors.Is(err, db.ErrNotFound) {
					return noProject(args[0])
				}
				if err == nil {
					fmt.Fprintf(a.out, "project %s is no longer tracked; %s of it stay stored\n", args[0], term.Count(moved, "mail"))
				}
				return err
			})
		},
	}
}

type projectJSON struct {
	LinkName     string `json:"link_name"`
	ListID       string `json:"list_id"`
	ListEmail    string `json:"list_email"`
	Name         string `json:"name"`
	SubjectMatch string `json:"subject_match"`
	OnSight      bool   `json:"on_sight"` // made when its first mail came

	MailStates    bool       `json:"mail_states"`
	MailDelegates bool       `json:"mail_delegates"`
	Rules         []ruleJSON `json:"rules"`

	WebURL               string `json:"web_url"`
	ScmURL               string `json:"scm_url"`
	WebScmURL            string `json:"webscm_url"`
	ListArchiveURL       string `json:"list_archive_url"`
	ListArchiveURLFormat string `json:"list_archive_url_format"`
	CommitURLFormat      string `json:"commit_url_format"`
	Private              bool   `json:"private"`
	ShowDependencies     bool   `json:"show_dependencies"`
	Supersede            bool   `json:"supersede"`
}

func (a *app) projectListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the tracked lists",
		Example: "  patchwatch project list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				projects, err := s.Projects(cmd.Context())
				if err != nil {
					return err
				}
				return a.printProjects(projects, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

func (a *app) printProjects(projects []track.Project, asJSON bool) error {
	if asJSON {
		out := []projectJSON{}
		for _, p := range projects {
			out = append(out, projectJSON{p.LinkName, p.ListID, p.ListEmail, p.Name, p.SubjectMatch, p.OnSight,
				p.MailStates, p.MailDelegates, toRulesJSON(p.Rules), p.WebURL, p.ScmURL, p.WebScmURL, p.ListArchiveURL,
				p.ListArchiveURLFormat, p.CommitURLFormat, p.Private, p.ShowDependencies, p.Supersede})
		}
		return term.JSON(a.out, out)
	}
	t := term.Table{Headings: []string{"LINK NAME", "LIST ID", "ADDRESS", "SUBJECT MATCH", "NAME"}, Flexible: 4}
	for _, p := range projects {
		name := p.Name
		if p.OnSight {
			name += " (made on sight)"
		}
		if p.Private {
			name += " (private)"
		}
		t.Row(p.LinkName, p.ListID, p.ListEmail, p.SubjectMatch, name)
	}
	return t.Print(a.out, a.screen)
}

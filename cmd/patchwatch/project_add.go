package main

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

// projectFlags are what can be said of a project.
type projectFlags struct {
	listID, listEmail, name, match string
	mailStates, mailDelegates      bool
	private, showDependencies      bool
	supersede                      string

	webURL, scmURL, webScmURL, archiveURL, archiveFormat, commitFormat string
}

func (f *projectFlags) addTo(c *cobra.Command) {
	c.Flags().StringVar(&f.listID, "list-id", "", "the list's `ID`, as in its List-Id header, without <>")
	c.Flags().StringVar(&f.listEmail, "list-email", "",
		"the list's `ADDRESS`: for mail without List-Id, and for senders that the list hides")
	c.Flags().StringVar(&f.name, "name", "", "a `NAME` for people")
	c.Flags().StringVar(&f.match, "subject-match", "",
		"only mail whose subject matches this `REGEXP`, of several projects on one list")
	c.Flags().BoolVar(&f.mailStates, "mail-states", false,
		"let the header X-Patchwork-State set a patch's first state; anyone can write it")
	c.Flags().BoolVar(&f.mailDelegates, "mail-delegates", false,
		"let the header X-Patchwork-Delegate set its first delegate")
	c.Flags().BoolVar(&f.private, "private", false,
		"only its maintainers and administrators see anything of it on the web")
	c.Flags().StringVar(&f.supersede, "supersede", "off",
		"`on`: where a newer version is complete, open patches of older ones show as superseded; off: as they are")
	c.Flags().BoolVar(&f.showDependencies, "show-dependencies", false, "the API tells which series depend on which")
	c.Flags().StringVar(&f.webURL, "web-url", "", "the project's site (`URL`)")
	c.Flags().StringVar(&f.scmURL, "scm-url", "", "its repository (`URL`)")
	c.Flags().StringVar(&f.webScmURL, "webscm-url", "", "where its repository is looked at (`URL`)")
	c.Flags().StringVar(&f.archiveURL, "list-archive-url", "", "the list's archive (`URL`)")
	c.Flags().StringVar(&f.archiveFormat, "list-archive-url-format", "",
		"a mail there: a `URL` with {} for its Message-ID")
	c.Flags().StringVar(&f.commitFormat, "commit-url-format", "", "a commit: a `URL` with {} for its name")
}

// apply copies the flags that were given into a project, and checks the project.
func (f *projectFlags) apply(c *cobra.Command, p *track.Project) error {
	given := c.Flags().Changed
	if given("list-id") {
		p.ListID = track.CleanListID(f.listID)
	}
	if given("list-email") {
		p.ListEmail = strings.ToLower(strings.TrimSpace(f.listEmail))
	}
	if given("name") {
		p.Name = f.name
	}
	if given("subject-match") {
		p.SubjectMatch = f.match
	}
	if given("mail-states") {
		p.MailStates = f.mailStates
	}
	if given("mail-delegates") {
		p.MailDelegates = f.mailDelegates
	}
	if given("private") {
		p.Private = f.private
	}
	if given("show-dependencies") {
		p.ShowDependencies = f.showDependencies
	}
	if given("supersede") {
		if f.supersede != "on" && f.supersede != "off" {
			return usagef("--supersede is on or off, and not %q", f.supersede)
		}
		p.Supersede = f.supersede == "on"
	}
	if err := f.applyURLs(given, p); err != nil {
		return err
	}
	switch {
	case !track.IsLinkName(p.LinkName):
		return usagef("%q can't be a link name: letters, digits and . _ + - only, beginning with a letter or digit",
			p.LinkName)
	case !track.IsListID(p.ListID):
		return usagef("--list-id is needed, such as --list-id netdev.vger.kernel.org")
	case p.ListEmail != "" && !strings.Contains(p.ListEmail, "@"):
		return usagef("%q is not an address", f.listEmail)
	}
	if _, err := track.CompileSubjectMatch(p.SubjectMatch); err != nil {
		return usageError{err}
	}
	return nil
}

// applyURLs copies the URLs that were given.
func (f *projectFlags) applyURLs(given func(string) bool, p *track.Project) error {
	for _, u := range []struct {
		flag, value string
		into        *string
	}{
		{"web-url", f.webURL, &p.WebURL}, {"scm-url", f.scmURL, &p.ScmURL}, {"webscm-url", f.webScmURL, &p.WebScmURL},
		{"list-archive-url", f.archiveURL, &p.ListArchiveURL},
		{"list-archive-url-format", f.archiveFormat, &p.ListArchiveURLFormat},
		{"commit-url-format", f.commitFormat, &p.CommitURLFormat},
	} {
		if !given(u.flag) {
			continue
		}
		parsed, err := url.Parse(u.value)
		if err != nil || u.value != "" && (parsed.Scheme == "" || len(u.value) > 2000) {
			return usagef("--%s takes a URL, and %q is none", u.flag, u.value)
		}
		if strings.HasSuffix(u.flag, "-format") && u.value != "" && !strings.Contains(u.value, "{}") {
			return usagef("--%s needs a {} where the name comes", u.flag)
		}
		*u.into = u.value
	}
	return nil
}

func (a *app) projectAddCommand() *cobra.Command {
	var f projectFlags
	c := &cobra.Command{
		Use:   "add LINK_NAME --list-id ID",
		Short: "Track a list",
		Long: `Tracks a list. Mail of it that is stored already becomes part of the project. A project that was made by itself
for this list becomes this one, and keeps what was decided in it.

Watchers go on meanwhile, and new mail is taken in as decided at once. If this is broken off, the same command, a
watcher or patchwatch rebuild does the rest.`,
		Example: `  patchwatch project add netdev --list-id netdev.vger.kernel.org --list-email netdev@vger.kernel.org
  patchwatch project add iproute2 --list-id netdev.vger.kernel.org --subject-match 'iproute'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p := track.Project{LinkName: args[0]}
			if err := f.apply(cmd, &p); err != nil {
				return err
			}
			if err := track.CheckLinkName(p.LinkName); err != nil {
				return err
			}
			return a.writing(cmd.Context(), func(s *db.Store) error {
				var moved int
				err := a.withProgress("project add", func(tell db.Progress) (err error) {
					moved, err = s.AddProject(cmd.Context(), a.actor(), p, intake.Reread, tell)
					return err
				})
				if err == nil {
					fmt.Fprintf(a.out, "project %s is tracked; %s stored before now read otherwise\n", p.LinkName,
						term.Count(moved, "mail"))
				}
				return err
			})
		},
	}
	f.addTo(c)
	return c
}

package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) bundleCommand() *cobra.Command {
	return group("bundle", "Gather patches under a name",
		`A bundle is an ordered selection of patches of one project, such as those that are to be tested together. It belongs
to an account: the one that has your name, or the one of --owner.`,
		`  patchwatch bundle create for-next 12 s14 --public
  patchwatch bundle show for-next --mbox | git am`,
		a.bundleListCommand(), a.bundleShowCommand(), a.bundleCreateCommand(), a.bundleAddCommand(), a.bundleRemoveCommand(),
		a.bundleDeleteCommand())
}

// ownerFlag adds the flag that says whose bundles are meant.
func ownerFlag(c *cobra.Command, owner *string) {
	c.Flags().StringVar(owner, "owner", "", "whose bundle it is (`NAME` of an account)")
}

// ownerOf is the account that bundles are of.
func (a *app) ownerOf(ctx context.Context, s *db.Store, name string) (track.User, error) {
	if name == "" {
		name = string(a.actor())
	}
	u, err := findUser(ctx, s, name)
	if err != nil {
		err = fmt.Errorf("%w; --owner names another", err)
	}
	return u, err
}

// findBundle looks up a bundle by its name.
func (a *app) findBundle(ctx context.Context, s *db.Store, owner, name string) (track.Bundle, error) {
	u, err := a.ownerOf(ctx, s, owner)
	if err != nil {
		return track.Bundle{}, err
	}
	all, err := s.Bundles(ctx, u.ID)
	if err != nil {
		return track.Bundle{}, err
	}
	at := slices.IndexFunc(all, func(b track.Bundle) bool { return b.Name == name })
	if at < 0 {
		return track.Bundle{}, fmt.Errorf("%s has no bundle %q; patchwatch bundle list lists all", u.Name, name)
	}
	return all[at], nil
}

type bundleJSON struct {
	Name    string   `json:"name"`
	Owner   string   `json:"owner"`
	Project string   `json:"project"`
	Public  bool     `json:"public"`
	Patches []string `json:"patches"` // Message-IDs, in order
}

func (a *app) bundleListCommand() *cobra.Command {
	var asJSON bool
	var owner string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List bundles, of everybody or of one owner",
		Example: "  patchwatch bundle list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				of := int64(0)
				if owner != "" {
					u, err := findUser(cmd.Context(), s, owner)
					if err != nil {
						return err
					}
					of = u.ID
				}
				all, err := s.Bundles(cmd.Context(), of)
				if err != nil {
					return err
				}
				return a.printBundles(cmd.Context(), s, all, asJSON)
			})
		},
	}
	ownerFlag(c, &owner)
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

func (a *app) printBundles(ctx context.Context, s *db.Store, all []track.Bundle, asJSON bool) error {
	links, err := linkNames(ctx, s)
	if err != nil {
		return err
	}
	names, err := view.UserNames(ctx, s)
	if err != nil {
		return err
	}
	rows := []bundleJSON{}
	t := term.Table{Headings: []string{"NAME", "OWNER", "PROJECT", "PATCHES", ""}, Flexible: 2}
	for _, b := range all {
		row := bundleJSON{b.Name, names[b.Owner], links[b.Project], b.Public, append([]string{}, b.Patches...)}
		rows = append(rows, row)
		public := ""
		if b.Public {
			public = "public"
		}
		t.Row(row.Name, row.Owner, row.Project, fmt.Sprint(len(b.Patches)), public)
	}
	if asJSON {
		return term.JSON(a.out, rows)
	}
	if len(all) == 0 {
		fmt.Fprintln(a.err, "no bundles yet")
		return nil
	}
	return t.Print(a.out, a.screen)
}

func (a *app) bundleShowCommand() *cobra.Command {
	var mbox bool
	var owner string
	c := &cobra.Command{
		Use:     "show NAME",
		Short:   "Show the patches of a bundle, in order",
		Example: "  patchwatch bundle show for-next\n  patchwatch bundle show for-next --mbox | git am",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.paged(func(out io.Writer) error {
				return a.reading(cmd.Context(), func(s *db.Store) error {
					patches, err := a.bundled(cmd.Context(), s, owner, args[0])
					if err != nil {
						return err
					}
					if mbox {
						w := &mboxWriter{app: a, store: s}
						if w.trailers, err = s.Trailers(cmd.Context(), view.Numbers(patches)); err != nil {
							return err
						}
						return w.write(cmd.Context(), patches)
					}
					for _, p := range patches {
						fmt.Fprintf(out, "%d  %s\n", p.ID, term.Printable(p.Name))
					}
					return nil
				})
			})
		},
	}
	ownerFlag(c, &owner)
	c.Flags().BoolVar(&mbox, "mbox", false, "as a file for git am")
	return c
}

// bundled are the patches of a bundle, in order, without those that are hidden.
func (a *app) bundled(ctx context.Context, s *db.Store, owner, name string) (out []track.MailView, err error) {
	b, err := a.findBundle(ctx, s, owner, name)
	if err != nil {
		return nil, err
	}
	links, err := linkNames(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, id := range b.Patches {
		found, err := s.Find(ctx, links[b.Project], id)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return slices.DeleteFunc(out, func(m track.MailView) bool { return m.Hidden }), nil
}

func (a *app) bundleCreateCommand() *cobra.Command {
	var project, owner string
	var public bool
	c := &cobra.Command{
		Use:     "create NAME ID...",
		Short:   "Make a bundle",
		Long:    "Makes a bundle of patches, all of one project; of a series, all its patches.\n\n" + view.IDsHelp,
		Example: "  patchwatch bundle create for-next s12 17 --public",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changing(cmd.Context(), func(s *db.Store) error {
				u, err := a.ownerOf(cmd.Context(), s, owner)
				if err != nil {
					return err
				}
				b := track.Bundle{Owner: u.ID, Name: args[0], Public: public}
				if err := addPatches(cmd.Context(), s, &b, project, args[1:]); err != nil {
					return err
				}
				_, err = s.AddBundle(cmd.Context(), a.actor(), b)
				return err
			})
		},
	}
	projectFlag(c, &project)
	ownerFlag(c, &owner)
	c.Flags().BoolVar(&public, "public", false, "everybody sees it")
	return c
}

// addPatches puts patches at the end of a bundle.
func addPatches(ctx context.Context, s *db.Store, b *track.Bundle, project string, ids []string) error {
	patches, err := view.FindPatches(ctx, s, project, ids)
	if err != nil {
		return err
	}
	for _, p := range patches {
		of, err := projectNumber(ctx, s, p.Project)
		if err != nil {
			return err
		}
		if b.Project == 0 {
			b.Project = of
		}
		if of != b.Project {
			return fmt.Errorf("%d is of project %s, and a bundle has patches of one project", p.ID, p.Project)
		}
		b.Patches = append(b.Patches, p.MsgID)
	}
	return nil
}

func projectNumber(ctx context.Context, s *db.Store, linkName string) (int64, error) {
	links, err := linkNames(ctx, s)
	for id, name := range links {
		if name == linkName {
			return id, nil
		}
	}
	return 0, err
}

func (a *app) bundleAddCommand() *cobra.Command {
	return a.bundleChangeCommand(addPatches, &cobra.Command{
		Use: "add NAME ID...", Short: "Put patches at the end of a bundle", Example: "  patchwatch bundle add for-next 18",
	})
}

func (a *app) bundleRemoveCommand() *cobra.Command {
	return a.bundleChangeCommand(removePatches, &cobra.Command{
		Use: "remove NAME ID...", Short: "Take patches out of a bundle", Example: "  patchwatch bundle remove for-next 18",
	})
}

func removePatches(ctx context.Context, s *db.Store, b *track.Bundle, project string, ids []string) error {
	patches, err := view.FindPatches(ctx, s, project, ids)
	if err != nil {
		return err
	}
	for _, p := range patches {
		if !slices.Contains(b.Patches, p.MsgID) {
			return fmt.Errorf("%d is not in the bundle %s", p.ID, strings.TrimSpace(b.Name))
		}
		b.Patches = slices.DeleteFunc(b.Patches, func(id string) bool { return id == p.MsgID })
	}
	return nil
}

// bundleChangeCommand completes a command that changes a bundle's patches.
func (a *app) bundleChangeCommand(
	change func(ctx context.Context, s *db.Store, b *track.Bundle, project string, ids []string) error, c *cobra.Command,
) *cobra.Command {
	var project, owner string
	c.Long = c.Short + "; of a series, all its patches.\n\n" + view.IDsHelp
	c.Args = cobra.MinimumNArgs(2)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return a.changing(cmd.Context(), func(s *db.Store) error {
			b, err := a.findBundle(cmd.Context(), s, owner, args[0])
			if err != nil {
				return err
			}
			if err := change(cmd.Context(), s, &b, project, args[1:]); err != nil {
				return err
			}
			return s.SetBundle(cmd.Context(), a.actor(), b)
		})
	}
	projectFlag(c, &project)
	ownerFlag(c, &owner)
	return c
}

func (a *app) bundleDeleteCommand() *cobra.Command {
	var owner string
	c := &cobra.Command{
		Use:     "delete NAME",
		Short:   "Delete a bundle; its patches stay",
		Example: "  patchwatch bundle delete for-next",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changing(cmd.Context(), func(s *db.Store) error {
				b, err := a.findBundle(cmd.Context(), s, owner, args[0])
				if err != nil {
					return err
				}
				return s.RemoveBundle(cmd.Context(), a.actor(), b.ID)
			})
		},
	}
	ownerFlag(c, &owner)
	return c
}

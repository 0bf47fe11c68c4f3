package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) importCommand() *cobra.Command {
	var quiet, untold, again bool
	var list string
	c := &cobra.Command{
		Use:   "import PATH...",
		Short: "Store the mails of an archive, moving nothing",
		Long: `Reads an mbox (also compressed with gzip, or from a pipe), a Maildir (new and cur), or a folder of mails, a
file each, in order of names; "-" is an mbox on standard input. Nothing is moved or changed there. In a folder with
files that end in .eml, only these are mails. What is stored already is passed over.

Also the folder of a public-inbox, or one of its git repositories, of either format: these are read by git, and the
next import of the same folder reads only what has come since, or with --again all of it. Mails that were deleted there
are left out; those that were imported before stay, and are named.

Archives of Mailman 2, and some others, have mail without a List-Id. --list-id says which list they are of: mail that
names no list itself is then that list's, also when its project is added later, or all is read anew.`,
		Example: `  patchwatch import lore.mbox.gz
  patchwatch import ~/Maildir
  patchwatch import /srv/lore/linux-man
  patchwatch import --list-id dev.lists.example.org 2026-November.txt.gz
  curl -s https://lore.example.org/list/all.mbox.gz | gunzip | patchwatch import -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			as := track.CleanListID(list)
			if cmd.Flags().Changed("list-id") && !track.IsListID(as) {
				return usagef("%q can't be a list's id, such as dev.lists.example.org", list)
			}
			archives, err := intake.OpenArchives(cmd.Context(), a.in, args) // before a database is made for nothing
			if err != nil {
				return err
			}
			return a.writing(cmd.Context(), func(s *db.Store) error {
				im := &importing{app: a, store: s, as: as, quiet: quiet, untold: untold, again: again,
					progress: a.newProgress("import", "mails")}
				return im.run(cmd.Context(), archives)
			})
		},
	}
	c.Flags().StringVar(&list, "list-id", "", "the `ID` of the list that the archive is of, as in List-Id, without <>")
	c.Flags().BoolVar(&untold, "no-events", false, "tell readers of events nothing: for old mail that should start no CI")
	c.Flags().BoolVar(&again, "again", false, "read git repositories from their beginning, not only what is new in them")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "do not name the mails that could not be read, or were deleted")
	return c
}

// importing is one run of the import command.
type importing struct {
	*app
	store    *db.Store
	as       string // see intake.Intake
	quiet    bool
	untold   bool
	again    bool // see intake.Inbox
	progress *term.Progress

	done, stored, known, failed int
	deleted, kept               int // in an inbox: not read, and stored before
}

func (im *importing) run(ctx context.Context, archives []intake.Archive) error {
	intake.KeepMemorySmall()
	for i, archive := range archives {
		if err := im.one(ctx, archive, i, len(archives)); err != nil {
			im.progress.Clear()
			return err
		}
	}
	im.progress.Clear()
	fmt.Fprintf(im.out, "%d mails read: %d stored, %d known already, %d could not be read\n", im.done, im.stored, im.known,
		im.failed)
	im.sayDeleted()
	return nil
}

func (im *importing) one(ctx context.Context, a intake.Archive, index, of int) error {
	in := &intake.Intake{Store: im.store, As: im.as, Untold: im.untold}
	inbox, isInbox := a.(*intake.Inbox)
	if isInbox {
		if err := im.begin(ctx, inbox, in); err != nil {
			return err
		}
	}
	err := in.Import(ctx, a, func(b intake.Stored) {
		im.count(b)
		im.progress.TellShare(im.done, (float64(index)+b.Share)/float64(of))
	})
	if err == nil && isInbox {
		err = im.tellDeleted(ctx, inbox)
	}
	return err
}

func (im *importing) begin(ctx context.Context, inbox *intake.Inbox, in *intake.Intake) error {
	rewritten, err := inbox.Begin(ctx, in, im.again)
	if err != nil {
		inbox.Close()
		return fmt.Errorf("import %s: %w", inbox.Path(), err)
	}
	for _, path := range rewritten {
		im.progress.Clear()
		fmt.Fprintf(im.err, "%s is not what was imported before: its history was rewritten, and is read where it differs\n",
			term.Printable(path))
	}
	return nil
}

// tellDeleted names the mails that are stored, and that the archive has deleted since.
func (im *importing) tellDeleted(ctx context.Context, inbox *intake.Inbox) error {
	im.deleted += inbox.LeftOut()
	kept, err := inbox.Kept(ctx, im.store)
	if err != nil {
		return fmt.Errorf("import %s: %w", inbox.Path(), err)
	}
	im.kept += len(kept)
	for _, msgid := range kept {
		if !im.quiet {
			im.progress.Clear()
			fmt.Fprintf(im.err, "deleted there, and kept here: %s\n", term.Printable(msgid))
		}
	}
	return nil
}

// sayDeleted sums up.
func (im *importing) sayDeleted() {
	if im.deleted > 0 {
		fmt.Fprintf(im.out, "%s left out, since deleted there\n", term.Count(im.deleted, "mail"))
	}
	if im.kept > 0 {
		fmt.Fprintf(im.out, "%s kept that was stored before it was deleted there: patchwatch hide ID puts it out of sight\n",
			term.Count(im.kept, "mail"))
	}
}

func (im *importing) count(b intake.Stored) {
	for i, m := range b.Mails {
		im.done++
		switch {
		case m.Refused != nil:
			im.failed++
			if !im.quiet {
				im.progress.Clear()
				fmt.Fprintf(im.err, "could not read %s: %s\n", term.Printable(b.Names[i]),
					term.Printable(term.FirstLine(m.Refused.Error())))
			}
		case m.Known:
			im.known++
		default:
			im.stored++
		}
	}
}

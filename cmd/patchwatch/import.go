package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
)

func (a *app) importCommand() *cobra.Command {
	var quiet bool
	var list string
	c := &cobra.Command{
		Use:   "import PATH...",
		Short: "Store the mails of an archive, moving nothing",
		Long: `Reads an mbox (also compressed with gzip, or from a pipe), a Maildir (new and cur), or a folder of mails, a file each,
in order of names; "-" is an mbox on standard input. Nothing is moved or changed there. In a folder with files that end
in .eml, only these are mails. What is stored already is passed over.

Archives of Mailman 2, and some others, have mail without a List-Id. --list-id says which list they are of: mail that
names no list itself is then that list's, also when its project is added later, or all is read anew.`,
		Example: `  patchwatch import lore.mbox.gz
  patchwatch import ~/Maildir
  patchwatch import --list-id dev.lists.example.org 2026-November.txt.gz
  curl -s https://lore.example.org/list/all.mbox.gz | gunzip | patchwatch import -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			as := cleanListID(list)
			if cmd.Flags().Changed("list-id") && !isListID(as) {
				return usagef("%q can't be a list's id, such as dev.lists.example.org", list)
			}
			archives, err := openArchives(cmd.Context(), a.in, args) // before a database is made for nothing
			if err != nil {
				return err
			}
			return a.writing(cmd.Context(), func(s *db.Store) error {
				im := &importing{app: a, store: s, as: as, quiet: quiet, progress: a.newProgress("import", "mails")}
				return im.run(cmd.Context(), archives)
			})
		},
	}
	c.Flags().StringVar(&list, "list-id", "", "the `ID` of the list that the archive is of, as in List-Id, without <>")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "do not name the mails that could not be read")
	return c
}

// importing is one run of the import command.
type importing struct {
	*app
	store    *db.Store
	as       string // see intake
	quiet    bool
	progress *term.Progress

	done, stored, known, failed int
}

// Batches as the watcher has them: one fsync for many mails, and a bound on memory.
const (
	batchMails = 256
	batchBytes = 32 << 20
)

func (im *importing) run(ctx context.Context, archives []archive) error {
	keepMemorySmall()
	for i, archive := range archives {
		if err := im.one(ctx, archive, i, len(archives)); err != nil {
			im.progress.Clear()
			return err
		}
	}
	im.progress.Clear()
	fmt.Fprintf(im.out, "%d mails read: %d stored, %d known already, %d could not be read\n", im.done, im.stored, im.known, im.failed)
	return nil
}

// batchOfMails is parsed by one goroutine while the one before is stored by another.
type batchOfMails struct {
	names  []string
	mails  []parsed
	at     float64 // how much of the archive has been read by then
	failed error   // reading the archive ended here
}

func (im *importing) one(ctx context.Context, a archive, index, of int) error {
	in := &intake{store: im.store, as: im.as}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for b := range in.readBatches(ctx, a) {
		outcomes, err := in.add(ctx, b.mails)
		if err != nil {
			return fmt.Errorf("import %s: %w", a.path(), err)
		}
		im.count(b, outcomes)
		if b.failed != nil {
			return fmt.Errorf("import %s: %w", a.path(), b.failed)
		}
		im.progress.TellShare(im.done, (float64(index)+b.at)/float64(of))
	}
	return ctx.Err()
}

func (im *importing) count(b batchOfMails, outcomes []outcome) {
	for i, o := range outcomes {
		im.done++
		switch {
		case o.refuse != nil:
			im.failed++
			if !im.quiet {
				im.progress.Clear()
				fmt.Fprintf(im.err, "could not read %s: %s\n", term.Printable(b.names[i]), term.Printable(term.FirstLine(o.refuse.Error())))
			}
		case o.Known:
			im.known++
		default:
			im.stored++
		}
	}
}

// readBatches reads and parses one batch in advance, while the one before is stored.
func (in *intake) readBatches(ctx context.Context, a archive) <-chan batchOfMails {
	out := make(chan batchOfMails, 1)
	go func() {
		defer close(out)
		defer a.close()
		for more := true; more; {
			var b batchOfMails
			b, more = in.nextBatch(a)
			select {
			case out <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func (in *intake) nextBatch(a archive) (b batchOfMails, more bool) {
	var mails []bytesOfMail
	size := 0
	for len(mails) < batchMails && size < batchBytes {
		name, m, err := a.next()
		if errors.Is(err, errEnd) {
			b.mails = in.parseAll(mails)
			b.at = 1
			return b, false
		}
		if err != nil {
			b.mails, b.failed = in.parseAll(mails), err
			return b, false
		}
		b.names = append(b.names, name)
		mails = append(mails, m)
		size += len(m.raw)
	}
	b.mails, b.at = in.parseAll(mails), a.share()
	return b, true
}

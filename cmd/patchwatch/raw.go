package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) rawCommand() *cobra.Command {
	var project string
	var all, force bool
	c := &cobra.Command{
		Use:   "raw ID",
		Short: "Write a mail as it was delivered",
		Long: `Writes the bytes of a mail as they were delivered, of whatever kind it is. To a terminal only with --force,
since they may hold sequences that a terminal obeys.

With --all every mail that came with its Message-ID and other bytes, as an mbox (mboxrd: a ">" is put before lines
that begin with "From ", and taken off by who reads it, as patchwatch import does), that which stands for the
Message-ID first.

` + view.IDsHelp,
		Example: `  patchwatch raw 12 > mail.eml
  patchwatch raw --all 20261102.1@example.org | less`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.screen.There && !force {
				return errors.New("a terminal obeys some bytes that a mail may have; send them to a file or a pipe, or say --force")
			}
			return a.reading(cmd.Context(), func(s *db.Store) error {
				if _, isSeries := view.SeriesNumber(args[0]); isSeries {
					return fmt.Errorf("%s is a series; raw writes one mail, and patchwatch show %s names those of a series", args[0],
						args[0])
				}
				m, err := view.FindMail(cmd.Context(), s, project, args[0])
				if err != nil {
					return err
				}
				if all {
					return writeCopies(cmd.Context(), a.out, s, m.ID)
				}
				raw, err := s.Raw(cmd.Context(), m.Mail)
				if err == nil {
					_, err = a.out.Write(raw)
				}
				return err
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().BoolVar(&all, "all", false, "every copy with other bytes, as an mbox")
	c.Flags().BoolVar(&force, "force", false, "to a terminal too")
	return c
}

func writeCopies(ctx context.Context, to io.Writer, s *db.Store, mail int64) error {
	copies, err := s.Copies(ctx, mail)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(to)
	for _, c := range copies {
		raw, err := s.Raw(ctx, c.ID)
		if err != nil {
			return err
		}
		if err := writeMboxrd(out, raw, c.Delivered); err != nil {
			return err
		}
	}
	return out.Flush()
}

// writeMboxrd writes a mail so that whoever reads the mbox gets its bytes back.
func writeMboxrd(out io.Writer, raw []byte, delivered time.Time) error {
	if _, err := fmt.Fprintf(out, "From patchwatch %s\n", delivered.UTC().Format(time.ANSIC)); err != nil {
		return err
	}
	for line := range bytes.Lines(raw) {
		if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
			line = append([]byte{'>'}, line...)
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	end := "\n"
	if !bytes.HasSuffix(raw, []byte("\n")) {
		end = "\n\n"
	}
	_, err := io.WriteString(out, end)
	return err
}

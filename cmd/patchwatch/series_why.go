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

func (a *app) seriesWhyCommand() *cobra.Command {
	var project string
	var asJSON bool
	c := &cobra.Command{
		Use:   "why ID",
		Short: "Say what put each mail into its series",
		Long:  "Says of each mail of a series which rule put it there, and which header. Of a reply, how it came to its patch.\n\n" + idsHelp,
		Example: `  patchwatch series why s12
  patchwatch series why 20261123.4711-1-ann@example.org`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				e := explainer{a.shower(cmd.Context(), s, a.out, asJSON)}
				if err := e.explain(project, args[0]); err != nil {
					return err
				}
				return e.out.Flush()
			})
		},
	}
	projectFlag(c, &project)
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

// explainer says why things hang together.
type explainer struct{ shower }

type reasonJSON struct {
	ID     int64  `json:"id"`
	MsgID  string `json:"msgid"`
	Name   string `json:"name"`
	Ground string `json:"ground"`
	Header string `json:"header,omitempty"` // that held the deciding reference
	Ref    string `json:"ref,omitempty"`
	With   string `json:"with,omitempty"`          // the mail of the series that it was put to
	Apart  int64  `json:"apart_seconds,omitempty"` // between the dates of the two
	Words  string `json:"words"`
}

func (e *explainer) explain(project, id string) error {
	m, err := firstOf(e.ctx, e.store, project, id)
	if err != nil {
		return err
	}
	why, err := e.store.Why(e.ctx, m.ID)
	if err != nil {
		return err
	}
	var reasons []reasonJSON
	if len(why.Series) == 0 {
		reasons, err = e.alone(m, why)
	} else {
		reasons, err = e.together(m.Project, why.Series)
	}
	if err != nil {
		return err
	}
	if e.json {
		return term.JSON(e.out, reasons)
	}
	for _, r := range reasons {
		fmt.Fprintf(e.out, "%d  %s\n    %s\n    %s\n", r.ID, term.Printable(r.Name), term.Printable(r.MsgID),
			term.Printable(r.Words))
	}
	return nil
}

// firstOf is the mail that an id means, of a series its leading one.
func firstOf(ctx context.Context, s *db.Store, project, id string) (track.MailView, error) {
	v, isSeries, err := findSeries(ctx, s, id)
	if err != nil {
		return track.MailView{}, err
	}
	if !isSeries {
		return findMail(ctx, s, project, id)
	}
	members, err := s.Members(ctx, v.ID)
	if err != nil || len(members) == 0 {
		return track.MailView{}, err
	}
	return members[0], nil
}

// together explains the mails of a series.
func (e *explainer) together(project string, reasons []track.Reason) (out []reasonJSON, err error) {
	mails, number := map[string]track.MailView{}, map[string]int64{}
	for _, r := range reasons {
		m, err := findMail(e.ctx, e.store, project, r.ID)
		if err != nil {
			return nil, err
		}
		mails[r.ID], number[r.ID] = m, m.ID
	}
	for _, r := range reasons {
		m := mails[r.ID]
		j := reasonJSON{ID: m.ID, MsgID: m.MsgID, Name: m.Name, Ground: string(r.Ground), Ref: r.Ref, With: r.With,
			Apart: int64(r.Apart.Seconds())}
		if r.Ref != "" {
			holder := m.ID
			if r.Back {
				holder = number[r.With]
			}
			if j.Header, err = e.header(holder, r.Ref); err != nil {
				return nil, err
			}
		}
		j.Words = groundInWords(r, number[r.With], j.Header)
		if len(reasons) == 1 {
			j.Words = "a series of its own"
		}
		out = append(out, j)
	}
	return out, nil
}

// header names the header of a mail that holds a reference. It is read anew: only the references are stored.
func (e *explainer) header(mail int64, ref string) (string, error) {
	read, err := e.read(mail)
	if err != nil {
		return "", err
	}
	if i := slices.Index(read.Refs, ref); i >= 0 && i < read.Answers {
		return "In-Reply-To", nil
	}
	return "References", nil
}

func groundInWords(r track.Reason, with int64, header string) string {
	subject, object := "it refers", fmt.Sprint("to ", with)
	if r.Back {
		subject, object = fmt.Sprint(with, " refers"), "to it"
	}
	in := ""
	if header != "" {
		in = " (" + header + ")"
	}
	switch r.Ground {
	case track.GroundStart:
		return "leads the series: its cover, else its lowest number"
	case track.GroundVersion:
		return fmt.Sprintf("%s %s%s, of the same version", subject, object, in)
	case track.GroundNear:
		return fmt.Sprintf("%s %s%s, sent %s apart; one of the two does not name the version", subject, object, in,
			apartInWords(r.Apart))
	case track.GroundExtra:
		return fmt.Sprintf("%s %s%s, with a number above the total, by the same sender", subject, object, in)
	case track.GroundPlace:
		return fmt.Sprintf("refers to %s%s, and so does %d of the same sender and version", r.Ref, in, with)
	case track.GroundPlaceNear:
		return fmt.Sprintf("refers to %s%s, and so does %d of the same sender, sent %s apart", r.Ref, in, with,
			apartInWords(r.Apart))
	case track.GroundDealt:
		return fmt.Sprintf("its number occurs twice in the thread; %d is of the sending nearest to it, %s apart", with,
			apartInWords(r.Apart))
	case track.GroundLostThread:
		return fmt.Sprintf("no references lead to or from it; %d has the same sender, version and total and was sent %s apart", with, apartInWords(r.Apart))
	case track.GroundBrokenOff:
		return fmt.Sprintf("both lack numbers; %d has the same sender, version and total and was sent %s apart", with,
			apartInWords(r.Apart))
	}
	return fmt.Sprintf("in one thread with %d, which was divided by version", with)
}

func apartInWords(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d seconds", int(d.Seconds()))
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s") // "1h20m"
}

// alone explains a mail that shares its place with no other.
func (e *explainer) alone(m track.MailView, why db.Why) ([]reasonJSON, error) {
	out := reasonJSON{ID: m.ID, MsgID: m.MsgID, Name: m.Name, Ground: string(m.Kind)}
	var err error
	switch {
	case m.Kind == track.RoleComment:
		out.Ref, out.With = why.Through, m.Parent
		if out.Header, err = e.header(m.ID, why.Through); err != nil {
			return nil, err
		}
		out.Words = fmt.Sprintf("a comment on %s: ", m.Parent)
		if why.Through == m.Parent {
			out.Words += "it refers to it (" + out.Header + ")"
		} else {
			out.Words += fmt.Sprintf("it refers to %s (%s), which leads there", why.Through, out.Header)
		}
	case m.Kind == track.RolePending:
		out.Words = "in no series and on no patch: " + waitsInWords(m, why)
	case m.Kind == track.RolePatch:
		out.Words = "a pull request with the number of a cover: in no series"
	default:
		out.Words = "in no series: " + kindInWords(m)
	}
	return []reasonJSON{out}, nil
}

// waitsInWords says what a reply that hangs on nothing waits for.
func waitsInWords(m track.MailView, why db.Why) string {
	const most = 3
	switch {
	case len(m.Refs) == 0:
		return "it refers to nothing"
	case len(why.Missing) == 0:
		return "all that it refers to is there, and leads to no patch"
	case len(why.Missing) > most:
		return fmt.Sprintf("it waits for %s, or one of %d more", strings.Join(why.Missing[:most], ", or "),
			len(why.Missing)-most)
	}
	return "it waits for " + strings.Join(why.Missing, ", or ")
}

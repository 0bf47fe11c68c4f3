package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

// Reason says, for programs, why a mail is where it is.
type Reason struct {
	ID     int64  `json:"id"`
	MsgID  string `json:"msgid"`
	Name   string `json:"name"`
	Ground string `json:"ground"`
	Header string `json:"header,omitempty"` // that held the deciding reference
	Ref    string `json:"ref,omitempty"`
	With   string `json:"with,omitempty"`          // the mail of the series that it was put to
	Apart  int64  `json:"apart_seconds,omitempty"` // between the dates of the two
	Actor  string `json:"actor,omitempty"`         // who put it there
	Time   string `json:"time,omitempty"`          // when they did
	Words  string `json:"words"`

	Revises string `json:"revises,omitempty"` // of the mail that leads a series: the ID of the series before
	Link    string `json:"link,omitempty"`    // and why it is taken for that
}

// Why writes for each mail of a series why it is in it, or for a single mail why it is where it is.
func (sh *Shower) Why(project, id string) error {
	if err := sh.explain(project, id); err != nil {
		return err
	}
	return sh.out.Flush()
}

func (sh *Shower) explain(project, id string) error {
	m, err := firstOf(sh.ctx, sh.store, project, id)
	if err != nil {
		return err
	}
	why, err := sh.store.Why(sh.ctx, m.ID)
	if err != nil {
		return err
	}
	var reasons []Reason
	if len(why.Series) == 0 {
		reasons, err = sh.alone(m, why)
	} else {
		reasons, err = sh.together(m.Project, why.Series)
	}
	if err != nil {
		return err
	}
	v, err := sh.seriesOf(m)
	if err != nil {
		return err
	}
	if v != nil {
		reasons[0].Revises, reasons[0].Link = SeriesID(v.Revises), v.Link.String()
	}
	if sh.json {
		return term.JSON(sh.out, reasons)
	}
	if v != nil && v.Revises != 0 {
		how, err := sh.linkInWords(v)
		if err != nil {
			return err
		}
		fmt.Fprintf(sh.out, "%s revises %s: %s\n", SeriesID(v.ID), SeriesID(v.Revises), term.Printable(how))
	}
	for _, r := range reasons {
		fmt.Fprintf(sh.out, "%d  %s\n    %s\n    %s\n", r.ID, term.Printable(r.Name), term.Printable(r.MsgID),
			term.Printable(r.Words))
	}
	return nil
}

// together explains the mails of a series.
func (sh *Shower) together(project string, reasons []track.Reason) (out []Reason, err error) {
	mails, number := map[string]track.MailView{}, map[string]int64{}
	for _, r := range reasons {
		m, err := FindMail(sh.ctx, sh.store, project, r.ID)
		if err != nil {
			return nil, err
		}
		mails[r.ID], number[r.ID] = m, m.ID
	}
	for _, r := range reasons {
		m := mails[r.ID]
		j := Reason{ID: m.ID, MsgID: m.MsgID, Name: m.Name, Ground: string(r.Ground), Ref: r.Ref, With: r.With,
			Apart: int64(r.Apart.Seconds())}
		if r.Ref != "" {
			holder := m.Mail
			if r.Back {
				holder = mails[r.With].Mail
			}
			if j.Header, err = sh.holderOf(holder, r.Ref); err != nil {
				return nil, err
			}
		}
		j.Words = r.Words(fmt.Sprint(number[r.With]), j.Header)
		if len(reasons) == 1 {
			j.Words = "a series of its own"
		}
		if r.Ground == track.GroundByHand {
			if err := sh.whoPut(m, &j); err != nil {
				return nil, err
			}
		}
		out = append(out, j)
	}
	return out, nil
}

// linkInWords says why a series is taken for a version of the one that it revises; if a person said so, who and when.
func (sh *Shower) linkInWords(v *track.SeriesView) (string, error) {
	if v.Link != track.LinkedByHand {
		return v.Link.Words(), nil
	}
	revised, err := sh.store.Members(sh.ctx, v.Revises)
	if err != nil {
		return "", err
	}
	var about []db.LogQuery
	for _, m := range revised {
		about = append(about, db.LogQuery{Project: m.Project, MsgID: m.MsgID})
	}
	members, err := sh.store.Members(sh.ctx, v.ID)
	if err != nil {
		return "", err
	}
	log, err := sh.store.LogOf(sh.ctx, about, 0)
	for _, e := range log { // newest first
		about := func(m track.MailView) bool { return strings.HasSuffix(e.After, " "+m.MsgID) }
		if e.What == "versions" && slices.ContainsFunc(members, about) {
			return fmt.Sprintf("%s linked them on %s", e.Actor, e.Time.UTC().Format("2006-01-02")), err
		}
	}
	return v.Link.Words(), err
}

// whoPut says who put a mail where it is, and when. The log may have been pruned since.
func (sh *Shower) whoPut(m track.MailView, j *Reason) error {
	log, err := sh.store.LogOf(sh.ctx, []db.LogQuery{{Project: m.Project, MsgID: m.MsgID}}, 0)
	if err != nil {
		return err
	}
	j.Words = "a person put it here"
	for _, e := range log { // newest first
		if e.What == "series" {
			j.Actor, j.Time = string(e.Actor), e.Time.UTC().Format(time.RFC3339)
			j.Words = fmt.Sprintf("%s put it here on %s", e.Actor, e.Time.UTC().Format("2006-01-02"))
			break
		}
	}
	return nil
}

// holderOf names the header of a mail that holds a reference. It reads the mail anew, since only the references are
// stored.
func (sh *Shower) holderOf(mail int64, ref string) (string, error) {
	read, err := sh.read(mail)
	if err != nil {
		return "", err
	}
	if i := slices.Index(read.Refs, ref); i >= 0 && i < read.Answers {
		return "In-Reply-To", nil
	}
	return "References", nil
}

// alone explains a mail that shares its place with no other.
func (sh *Shower) alone(m track.MailView, why db.Why) ([]Reason, error) {
	out := Reason{ID: m.ID, MsgID: m.MsgID, Name: m.Name, Ground: string(m.Kind)}
	var err error
	switch {
	case m.Kind == track.RoleComment:
		out.Ref, out.With = why.Through, m.Parent
		if out.Header, err = sh.holderOf(m.Mail, why.Through); err != nil {
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
	return []Reason{out}, nil
}

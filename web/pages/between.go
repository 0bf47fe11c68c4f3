package pages

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/track/rangediff"
	"patchwatch/web/internal/visit"
)

// between is two versions of a series and the texts of their patches, the older version first.
type between struct {
	sides [2]side
	pairs []rangediff.Pair
	cut   bool // there were too many patches to compare each with each
}

type side struct {
	series track.SeriesRow
	asSent bool
	rows   []track.PatchRow // in order
	texts  []rangediff.Patch
}

// maxBetween is how many bytes of mails are compared.
const maxBetween = 32 << 20

var (
	errOneProject = &visit.Refusal{Status: http.StatusBadRequest, Detail: "Only series of one project are compared."}
	errSameSeries = &visit.Refusal{Status: http.StatusNotFound,
		Detail: "These are the same series, and nothing of it was " +
			"sent again."}
	errTooMuch = &visit.Refusal{Status: http.StatusNotFound, Detail: "These versions are too large to be compared here: " +
		"patchwatch diff compares them."}
)

// between finds the two versions in the URL and pairs their patches, by a fixed number of questions.
func (c *call) between() (*between, error) {
	b := &between{}
	for i, name := range [...]string{"other", "id"} {
		row, err := c.seriesInURL(name)
		if err != nil {
			return nil, err
		}
		b.sides[i].series = row
	}
	old, new := &b.sides[0], &b.sides[1]
	switch {
	case old.series.Project != new.series.Project:
		return nil, errOneProject
	case old.series.ID == new.series.ID:
		old.asSent = true
	case sentBefore(&new.series, &old.series):
		*old, *new = *new, *old
	}
	if err := c.stand(old, new); err != nil {
		return nil, err
	}
	if err := c.texts(old, new); err != nil {
		return nil, err
	}
	m := rangediff.NewMatcher()
	for _, p := range old.texts {
		m.AddOld(p)
	}
	for _, p := range new.texts {
		m.AddNew(p)
	}
	b.pairs = m.Pairs()
	b.cut = m.Cut()
	return b, nil
}

// seriesInURL is the series whose number the URL has at a place.
func (c *call) seriesInURL(name string) (row track.SeriesRow, err error) {
	id, err := strconv.ParseInt(c.R.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return row, visit.ErrNotFound
	}
	row, err = c.Store.SeriesRow(c.Ctx(), id, c.Scope())
	if err == nil {
		return row, nil
	}
	if all, err := c.Store.SeriesRow(c.Ctx(), id, c.Whole()); err == nil && all.Hidden {
		return row, visit.ErrGone
	}
	return row, err
}

// sentBefore tells whether a is the older version.
func sentBefore(a, b *track.SeriesRow) bool {
	return cmp.Or(cmp.Compare(a.Version, b.Version), a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID)) < 0
}

// stand finds the patches of both versions as they now stand, with those that were sent again. Of one series, the
// older version is how it was sent.
func (c *call) stand(old, new *side) error {
	for _, s := range []*side{old, new} {
		if s.asSent {
			continue
		}
		row, err := c.Store.SeriesRowNow(c.Ctx(), s.series.ID, c.Scope())
		if err != nil {
			return err
		}
		s.series.Patches = row.Patches
	}
	same := func(a, b track.MailBrief) bool { return a.ID == b.ID }
	if old.asSent && slices.EqualFunc(old.series.Patches, new.series.Patches, same) {
		return errSameSeries
	}
	for _, s := range []*side{old, new} {
		var ids []string
		for _, m := range s.series.Patches {
			ids = append(ids, m.MsgID)
		}
		rows, err := c.Listed(s.series.Project, ids)
		if err != nil {
			return err
		}
		s.rows = rows
	}
	return nil
}

// texts reads the patches of both versions as git am does.
func (c *call) texts(sides ...*side) error {
	type place struct {
		of *side
		at int
	}
	places := map[int64][]place{}
	var mails []int64
	for _, s := range sides {
		s.texts = make([]rangediff.Patch, len(s.rows))
		for i := range s.rows {
			m := s.rows[i].Mail
			if places[m] == nil {
				mails = append(mails, m)
			}
			places[m] = append(places[m], place{s, i})
		}
	}
	size := 0
	return c.Store.Raws(c.Ctx(), mails, func(mail int64, raw []byte) error {
		if size += len(raw); size > maxBetween {
			return errTooMuch
		}
		for _, p := range places[mail] {
			row := &p.of.rows[p.at]
			text, err := patchText(raw, &row.Submitter)
			if err != nil {
				return fmt.Errorf("mail %d: %w", mail, err)
			}
			p.of.texts[p.at] = text
		}
		return nil
	})
}

// patchText reads a patch as git am does. If several commits are attached to a mail, they are taken for one.
func patchText(raw []byte, by *track.PersonView) (out rangediff.Patch, err error) {
	commits, err := ingest.Commits(raw, track.Person{Name: by.Name, Email: by.Email})
	if errors.Is(err, ingest.ErrNoMail) {
		return out, nil
	}
	for i := range commits {
		text := commits[i].Text()
		if i == 0 {
			out = rangediff.Patch{Author: text.Author, Title: text.Title, Message: text.Message}
		} else {
			out.Message += "\n\n" + text.Title + "\n\n" + text.Message
		}
		out.Diff += string(commits[i].Patch)
	}
	return out, err
}

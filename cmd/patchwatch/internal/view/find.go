package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

// IDsHelp is in the help of every command that takes IDs.
const IDsHelp = `An ID is the number that list shows, a Message-ID with or without <>, a beginning of one that no other
has, or sN for a series, where N is the number of the series, of its cover or of any of its patches.`

// SeriesNumber reads "s12".
func SeriesNumber(id string) (int64, bool) {
	digits, ok := strings.CutPrefix(id, "s")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && n > 0
}

// FindSeries looks up the series of "s12", by its own number or that of its cover or of any of its patches, as the API
// does; found is false if the id does not look like one.
func FindSeries(ctx context.Context, s *db.Store, id string) (v track.SeriesView, found bool, err error) {
	n, ok := SeriesNumber(id)
	if !ok {
		return v, false, nil
	}
	row, err := s.SeriesRow(ctx, n, track.Scope{Whole: true})
	if errors.Is(err, db.ErrNotFound) {
		return v, true, fmt.Errorf("there is no series %s; patchwatch series lists them", id)
	}
	if err != nil {
		return v, true, err
	}
	all, err := s.SeriesList(ctx, track.Filter{Series: row.ID})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("series %s is no more", id)
	}
	if err != nil {
		return v, true, err
	}
	return all[0], true, nil
}

// FindMail looks up the one mail that an id means.
func FindMail(ctx context.Context, s *db.Store, project, id string) (track.MailView, error) {
	found, err := s.Find(ctx, project, id)
	switch {
	case err != nil:
		return track.MailView{}, err
	case len(found) == 0:
		return track.MailView{}, fmt.Errorf("there is no mail %q; patchwatch list lists the patches", id)
	case len(found) > 1:
		return track.MailView{}, severalFound(id, found)
	}
	return found[0], nil
}

func severalFound(id string, found []track.MailView) error {
	var lines []string
	for _, m := range found {
		lines = append(lines, fmt.Sprintf("  %d  %s  %s  %s", m.ID, m.Project, m.MsgID, term.Printable(m.Name)))
	}
	return &AmbiguousError{fmt.Sprintf("%q can mean several mails; name one by its number:", term.Printable(id)), lines}
}

// AmbiguousError lists the mails that an id can mean. Its lines are safe to print.
type AmbiguousError struct {
	first string
	lines []string
}

func (e *AmbiguousError) Error() string { return e.first + "\n" + strings.Join(e.lines, "\n") }

// FindPatches returns the patches that ids mean. A series means all of its patches.
func FindPatches(ctx context.Context, s *db.Store, project string, ids []string) ([]track.MailView, error) {
	return findPatches(ctx, s, project, ids, s.Members)
}

// FindPatchesNow is FindPatches for series as they now stand.
func FindPatchesNow(ctx context.Context, s *db.Store, project string, ids []string) ([]track.MailView, error) {
	return findPatches(ctx, s, project, ids, s.MembersNow)
}

// membersOf gives the mails of a series.
type membersOf func(ctx context.Context, series int64) ([]track.MailView, error)

func findPatches(ctx context.Context, s *db.Store, project string, ids []string, members membersOf) ([]track.MailView,
	error) {
	var out []track.MailView
	found := map[int64]bool{} // a patch may be named again by its series
	for _, id := range ids {
		mails, err := findSet(ctx, s, project, id, members)
		if err != nil {
			return nil, err
		}
		patches := 0
		for _, m := range mails {
			if m.Kind != track.RolePatch {
				continue
			}
			patches++
			if !found[m.ID] {
				found[m.ID] = true
				out = append(out, m)
			}
		}
		if patches == 0 {
			return nil, errors.New(notAPatch(id, mails))
		}
	}
	return out, nil
}

// FindMails returns the mails that ids mean, each once. A series means all of its mails.
func FindMails(ctx context.Context, s *db.Store, project string, ids []string) ([]track.MailView, error) {
	var out []track.MailView
	found := map[int64]bool{} // a mail may be named again by its series
	for _, id := range ids {
		mails, err := FindSet(ctx, s, project, id)
		if err != nil {
			return nil, err
		}
		for _, m := range mails {
			if !found[m.ID] {
				found[m.ID] = true
				out = append(out, m)
			}
		}
	}
	return out, nil
}

// FindMembers returns the patches and covers that ids mean, each once. A series means all of its mails, a cover only
// itself.
func FindMembers(ctx context.Context, s *db.Store, project string, ids []string) ([]track.MailView, error) {
	var out []track.MailView
	found := map[int64]bool{} // a mail may be named again by its series
	for _, id := range ids {
		mails, err := findMembers(ctx, s, project, id)
		if err != nil {
			return nil, err
		}
		for _, m := range mails {
			if m.Kind != track.RolePatch && m.Kind != track.RoleCover {
				return nil, fmt.Errorf("%s is neither a patch nor a cover: it is %s", id, kindInWords(m))
			}
			if !found[m.ID] {
				found[m.ID] = true
				out = append(out, m)
			}
		}
	}
	return out, nil
}

func findMembers(ctx context.Context, s *db.Store, project, id string) ([]track.MailView, error) {
	if v, isSeries, err := FindSeries(ctx, s, id); isSeries || err != nil {
		if err != nil {
			return nil, err
		}
		return s.Members(ctx, v.ID)
	}
	m, err := FindMail(ctx, s, project, id)
	return []track.MailView{m}, err
}

func notAPatch(id string, mails []track.MailView) string {
	if len(mails) == 1 {
		return fmt.Sprintf("%s is no patch: it is %s", id, kindInWords(mails[0]))
	}
	return fmt.Sprintf("there is no patch in %s", id)
}

// FindSet returns the mails that one id means: the members of a series or cover, otherwise the mail itself.
func FindSet(ctx context.Context, s *db.Store, project, id string) ([]track.MailView, error) {
	return findSet(ctx, s, project, id, s.Members)
}

func findSet(ctx context.Context, s *db.Store, project, id string, members membersOf) ([]track.MailView, error) {
	v, isSeries, err := FindSeries(ctx, s, id)
	if err != nil {
		return nil, err
	}
	if isSeries {
		return members(ctx, v.ID)
	}
	m, err := FindMail(ctx, s, project, id)
	if err != nil {
		return nil, err
	}
	if m.Kind == track.RoleCover && m.Series != 0 {
		return members(ctx, m.Series)
	}
	return []track.MailView{m}, nil
}

// SeriesNamed returns the series that ids name as a whole, by a number or by their cover, each once.
func SeriesNamed(ctx context.Context, s *db.Store, project string, ids []string) ([]int64, error) {
	var out []int64
	for _, id := range ids {
		series, err := seriesNamed(ctx, s, project, id)
		if err != nil {
			return nil, err
		}
		if series != 0 && !slices.Contains(out, series) {
			out = append(out, series)
		}
	}
	return out, nil
}

// seriesNamed returns the series that an id names as a whole, or 0.
func seriesNamed(ctx context.Context, s *db.Store, project, id string) (int64, error) {
	v, isSeries, err := FindSeries(ctx, s, id)
	if isSeries || err != nil {
		return v.ID, err
	}
	m, err := FindMail(ctx, s, project, id)
	if err != nil || m.Kind != track.RoleCover {
		return 0, err
	}
	return m.Series, nil
}

// FindSeriesOf looks up the series that an id means: its own, or that of one of its mails.
func FindSeriesOf(ctx context.Context, s *db.Store, project, id string) (track.SeriesView, error) {
	v, isSeries, err := FindSeries(ctx, s, id)
	if isSeries || err != nil {
		return v, err
	}
	m, err := FindMail(ctx, s, project, id)
	if err != nil {
		return v, err
	}
	if m.Series == 0 {
		return v, fmt.Errorf("%s is in no series: it is %s", id, kindInWords(m))
	}
	v, _, err = FindSeries(ctx, s, SeriesID(m.Series))
	return v, err
}

// firstOf returns the mail that an id means; of a series the leading one.
func firstOf(ctx context.Context, s *db.Store, project, id string) (track.MailView, error) {
	v, isSeries, err := FindSeries(ctx, s, id)
	if err != nil {
		return track.MailView{}, err
	}
	if !isSeries {
		return FindMail(ctx, s, project, id)
	}
	members, err := s.Members(ctx, v.ID)
	if err != nil || len(members) == 0 {
		return track.MailView{}, err
	}
	return members[0], nil
}

// Numbers returns the numbers of mails.
func Numbers(mails []track.MailView) []int64 {
	out := make([]int64, len(mails))
	for i, m := range mails {
		out[i] = m.ID
	}
	return out
}

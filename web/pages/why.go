package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"patchwatch/ingest"
	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// whyPage says of each mail of a series what put it there, as patchwatch series why does.
type whyPage struct {
	layout.Page
	Series  layout.Link
	Revises *layout.Link
	How     string // why it is taken for a version of that one
	Lines   []whyLine
	More    int // mails of which nothing is said
	Missing []int
}

// whyLine is a mail of the series.
type whyLine struct {
	Number int
	At     layout.Link
	Words  string
}

// mostWhy is how many mails of a series are explained on a page: those that name the others are read for it.
const mostWhy = 200

func (c *call) why() (*shown, error) {
	row, of, err := c.seriesHere()
	if err != nil {
		return nil, err
	}
	p := &whyPage{
		Page:   c.inProject(of, "Why these mails are one series", layout.Series),
		Series: layout.Link{Text: seriesName(&row.SeriesBrief), URL: c.seriesPath(row.ID)},
	}
	members, err := c.members(of, &row)
	if err != nil {
		return nil, err
	}
	if err := c.reasons(p, row.ID, members); err != nil {
		return nil, err
	}
	p.Missing = missingOf(&row, members)
	return &shown{template: "why", page: p, about: []int64{of.ID}}, c.revises(p, of, row.ID)
}

// member is a mail of a series that may be shown.
type member struct {
	whyLine
	mail int64  // the stored mail
	name string // what others call it
}

// members are the cover and the patches of a series, by their Message-IDs.
func (c *call) members(of *track.Project, s *track.SeriesRow) (map[string]*member, error) {
	out := map[string]*member{}
	if s.Cover.ID != 0 {
		rows, err := c.Store.CoverRows(c.Ctx(), []int64{s.Cover.ID}, c.Scope())
		if err != nil {
			return nil, err
		}
		if r, ok := rows[s.Cover.ID]; ok && !r.Hidden {
			at := layout.Link{Text: named(r.Name), URL: c.prefix() + string(here.Cover(nil, of, r.MsgID))}
			out[r.MsgID] = &member{whyLine{At: at}, r.Mail, "the cover letter"}
		}
	}
	ids := make([]int64, len(s.Patches))
	for i := range s.Patches {
		ids[i] = s.Patches[i].ID
	}
	rows, err := c.Store.PatchRows(c.Ctx(), ids, c.Scope())
	for _, r := range rows {
		if !r.Hidden {
			at := layout.Link{Text: named(r.Name), URL: c.patchPath(of, r.MsgID)}
			out[r.MsgID] = &member{whyLine{Number: r.Number, At: at}, r.Mail, fmt.Sprintf("patch %d", r.Number)}
		}
	}
	return out, err
}

// reasons fills in the lines, in the order of the series.
func (c *call) reasons(p *whyPage, series int64, members map[string]*member) error {
	all, err := c.Store.Reasons(c.Ctx(), series)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(r track.Reason) bool { return members[r.ID] == nil })
	order.By(all, func(a, b track.Reason) int {
		return cmp.Compare(members[a.ID].Number, members[b.ID].Number)
	})
	p.More = max(0, len(all)-mostWhy)
	all = all[:min(len(all), mostWhy)]
	headers, err := c.headersOf(all, members)
	if err != nil {
		return err
	}
	for _, r := range all {
		with := "a mail that is not shown"
		if m := members[r.With]; m != nil {
			with = m.name
		}
		line := members[r.ID].whyLine
		line.Words = mailtext.Visible(r.Words(with, headers[r.ID]))
		if len(all)+p.More == 1 {
			line.Words = "a series of its own"
		}
		p.Lines = append(p.Lines, line)
	}
	return nil
}

// headersOf name the header that holds the deciding reference, by the Message-ID of the mail that is explained. The
// mails are read for it, since only the references are stored.
func (c *call) headersOf(all []track.Reason, members map[string]*member) (map[string]string, error) {
	about := map[int64][]track.Reason{} // by the mail that holds the reference
	for _, r := range all {
		holder := r.ID
		if r.Back {
			holder = r.With
		}
		if m := members[holder]; m != nil && r.Ref != "" {
			about[m.mail] = append(about[m.mail], r)
		}
	}
	var mails []int64
	for id := range about {
		mails = append(mails, id)
	}
	slices.Sort(mails)
	out := map[string]string{}
	err := c.Store.Raws(c.Ctx(), mails, func(id int64, raw []byte) error {
		m, err := ingest.Parse(raw)
		if err != nil {
			return nil // it was read once: the page says nothing of a header then
		}
		for _, r := range about[id] {
			out[r.ID] = "References"
			if i := slices.Index(m.Refs, r.Ref); i >= 0 && i < m.Answers {
				out[r.ID] = "In-Reply-To"
			}
		}
		return nil
	})
	return out, err
}

// missingOf are the places of which no mail has come.
func missingOf(s *track.SeriesRow, members map[string]*member) (missing []int) {
	have := map[int]bool{}
	for _, m := range members {
		have[m.Number] = true
	}
	for n := 1; n <= min(s.Total, mostPlaces); n++ {
		if !have[n] && !s.Complete {
			missing = append(missing, n)
		}
	}
	return missing
}

// revises says which series this one is taken for a version of, and why.
func (c *call) revises(p *whyPage, of *track.Project, series int64) error {
	all, err := c.Store.Versions(c.Ctx(), series)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(v track.SeriesView) bool { return v.ID == series })
	if at < 0 || all[at].Revises == 0 {
		return nil
	}
	row, err := c.Store.SeriesRow(c.Ctx(), all[at].Revises, c.Scope())
	if notThere(err) || err == nil && (row.Hidden || row.Project != of.ID) {
		return nil
	}
	p.Revises = &layout.Link{
		Text: "v" + strconv.Itoa(row.Version) + " " + seriesName(&row.SeriesBrief), URL: c.seriesPath(row.ID),
	}
	p.How = all[at].Link.Words()
	return err
}

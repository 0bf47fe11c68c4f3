package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/diffview"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// seriesPage shows a series: its versions, its patches with what became of each, how to apply it, and the cover letter
// with what was said about it.
type seriesPage struct {
	letterPage            // of the cover letter; without one, of the first patch
	Cover      string     // its page; empty: there is none
	CoverName  string     // what it is: a cover letter, or the message of a patch
	Line       seriesLine // what lists say of it
	List       along      // the list that one came from
	Project    along      // all series of the project
	Why        string     // why these mails are one series
	Thread     string     // all mails of the thread
	Feed       string     // the mail of its threads, as Atom
	Look       *look      // by which the viewer ticks it off; nil: nobody has logged in
	Patches    []seriesPatch
	Mbox       string // the command that applies it
	B4         string
	Changes    changes
	Resent     string // the same with the patches that were sent again; empty: there are none
	Acts       *acts
}

// along leads along a list.
type along struct{ At, Newer, Older string }

// seriesPatch is a place in the series.
type seriesPatch struct {
	patchLine
	Number  int
	Missing bool // no patch has come in this place
	Replies int
	Again   *layout.Link // the patch that was sent again in its place
}

func (c *call) series() (*shown, error) {
	row, of, err := c.seriesHere()
	if err != nil {
		return nil, err
	}
	all, err := c.Store.SeriesWhole(c.Ctx(), row, c.Scope())
	if err != nil {
		return nil, err
	}
	o := all.Overview
	p := &seriesPage{letterPage: letterPage{Page: c.inProject(of, seriesName(&row.SeriesBrief), layout.Series)}}
	if err := c.coverOf(p, of, &row, o); err != nil {
		return nil, err
	}
	if err := c.patchesIn(p, of, &row, &all); err != nil {
		return nil, err
	}
	if err := c.showVersions(&p.letterPage, row.ID, all.Versions); err != nil {
		return nil, err
	}
	p.Changes = p.changes()
	q := c.query()
	c.along(p, of, &row, q)
	c.commands(p, &row)
	marks, err := c.marksOf([]track.SeriesRow{row})
	if err != nil {
		return nil, err
	}
	p.Line.look(o, marks)
	p.Look = c.looks(p, q)
	if upto, looked := marks[row.ID]; looked {
		for _, m := range p.Talk {
			m.Unseen = m.ID > upto
		}
	}
	if slices.ContainsFunc(p.Patches, func(l seriesPatch) bool { return l.MayDecide }) {
		p.Acts = c.acts(of, q)
	}
	return &shown{template: "series", page: p, about: []int64{of.ID}}, c.sayDone(of, q, &p.Page)
}

// seriesHere is the series in the URL, and its project.
func (c *call) seriesHere() (row track.SeriesRow, of *track.Project, err error) {
	if row, err = c.Visit.Series(); err != nil {
		return row, nil, err
	}
	if of = c.World.Project(row.Project); of == nil {
		return row, nil, visit.ErrNotFound
	}
	return row, of, nil
}

// coverOf fills in the cover letter and what was said about it. Where there is none, it is the first patch.
func (c *call) coverOf(p *seriesPage, of *track.Project, s *track.SeriesRow, o *track.Overview) error {
	p.Wide = true
	if s.Cover.ID != 0 {
		if cover := o.Cover; cover.ID != 0 && !cover.Hidden {
			p.CoverName, p.API = "Cover letter", fmt.Sprintf("%s/api/covers/%d/", c.prefix(), cover.ID)
			return c.letterOf(p, of, &cover.MailBrief, cover.Mail, &cover.Submitter, here.Cover(nil, of, cover.MsgID),
				true)
		}
	}
	if len(o.Patches) == 0 {
		return nil
	}
	r := &o.Patches[0]
	p.CoverName, p.API = "Message", fmt.Sprintf("%s/api/patches/%d/", c.prefix(), r.ID)
	if s.Total > 1 {
		p.CoverName = fmt.Sprintf("Message of patch %d", r.Number)
	}
	return c.letterOf(p, of, &r.MailBrief, r.Mail, &r.Submitter, here.Patch(nil, of, r.MsgID), false)
}

// letterOf fills in what a mail says before its diff, and what was said about it.
func (c *call) letterOf(
	p *seriesPage, of *track.Project, m *track.MailBrief, mail int64, by *track.PersonView, at []byte, isCover bool,
) error {
	root, talk, err := c.talk(m, mail)
	if err != nil {
		return err
	}
	frame, api := p.Page, p.API
	p.letterPage = c.letterPage(of, m, by, at, &root)
	p.Page, p.API, p.Cover = frame, api, p.At
	d := diffview.Read(root.text)
	talk.place(d.Lines)
	a := c.asides(talk)
	p.talked(talk, a)
	if w := (&coder{asides: a}); isCover {
		p.Message = w.words(d, 0, len(d.Lines)) // a diff in a cover letter stays text
	} else {
		p.Message, _ = w.message(d)
	}
	p.Thread = string(site.Links{Base: c.prefix()}.List(nil, of)) + string(site.Escape(nil, site.BareID(m.MsgID))) + "/t/"
	return nil
}

// patchesIn fills in the patches, and the places of which nothing has come.
func (c *call) patchesIn(p *seriesPage, of *track.Project, s *track.SeriesRow, all *track.SeriesWhole) error {
	o := all.Overview
	ids := make([]int64, len(o.Patches))
	for i := range o.Patches {
		ids[i] = o.Patches[i].ID
	}
	results, err := c.Store.Checks(c.Ctx(), ids)
	if err != nil {
		return err
	}
	p.Line = c.seriesLine(of, s, o, results)
	again, err := c.sentAgain(p, of, s, &all.Now)
	if err != nil {
		return err
	}
	have := map[int]bool{}
	for i := range o.Patches {
		r := &o.Patches[i]
		have[r.Number] = true
		l := seriesPatch{Number: r.Number, Replies: o.Replies[r.ID], Again: again[r.Number]}
		l.patchLine = c.patchLine(of, r, o.Trailers[r.ID], results[r.ID])
		p.Patches = append(p.Patches, l)
	}
	for n := 1; n <= min(s.Total, mostPlaces) && !s.Hidden; n++ {
		if !have[n] {
			p.Patches = append(p.Patches, seriesPatch{Number: n, Missing: again[n] == nil, Again: again[n]})
		}
	}
	order.By(p.Patches, func(a, b seriesPatch) int { return cmp.Compare(a.Number, b.Number) })
	return nil
}

// mostPlaces is how many places of a series are looked at: its total is what a mail says.
const mostPlaces = 1000

// sentAgain are the patches that were sent again alone, in reply to the series, by the places that they take.
func (c *call) sentAgain(p *seriesPage, of *track.Project, s, now *track.SeriesRow) (map[int]*layout.Link, error) {
	own := map[int64]bool{}
	for _, m := range s.Patches {
		own[m.ID] = true
	}
	var others []int64
	for _, m := range now.Patches {
		if !own[m.ID] {
			others = append(others, m.ID)
		}
	}
	again := map[int]*layout.Link{}
	if len(others) == 0 {
		return again, nil
	}
	rows, err := c.Store.PatchRows(c.Ctx(), others, c.Scope())
	for _, id := range others {
		if r, ok := rows[id]; ok && !r.Hidden {
			text := fmt.Sprintf("sent again as v%d", max(1, r.Series.Version))
			again[r.Number] = &layout.Link{Text: text, URL: c.patchPath(of, r.MsgID)}
		}
	}
	if len(again) > 0 {
		p.Resent = "?current=1"
	}
	return again, err
}

// along leads to the series beside this one: in the list that one came from, and in the project.
func (c *call) along(p *seriesPage, of *track.Project, s *track.SeriesRow, q query) {
	at := c.seriesPath(s.ID)
	p.Why, p.Feed = at+"why/", at+"new.atom"
	p.Project = along{At: c.at(of) + "series/" + allSeries, Newer: at + "previous/", Older: at + "next/"}
	p.Previous, p.Next = p.Project.Newer, p.Project.Older
	if text := q.one("list"); text != "" {
		p.List = along{
			At: c.at(of) + "series/" + q.listQuery().with(), Newer: withList(at+"previous/", text),
			Older: withList(at+"next/", text),
		}
		p.Previous, p.Next = p.List.Newer, p.List.Older
	}
}

// commands are those that apply the series.
func (c *call) commands(p *seriesPage, s *track.SeriesRow) {
	p.Mbox = c.Links.Base + "/series/" + strconv.FormatInt(s.ID, 10) + "/mbox/" + p.Resent
	id := s.Cover.MsgID
	if id == "" && len(s.Patches) > 0 {
		id = s.Patches[0].MsgID
	}
	if id = site.BareID(id); id == mailtext.Visible(id) && !needsQuotes(id) {
		p.B4 = id
	}
}

// needsQuotes tells whether a shell would not take a text as one word. Then no command is shown: what is copied into a
// shell must not be a command of a stranger.
func needsQuotes(text string) bool {
	return text == "" || text[0] == '-' || slices.ContainsFunc([]byte(text), func(b byte) bool {
		return !('a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9' || b == '@' || b == '.' || b == '-' || b == '_' ||
			b == '+' || b == '=')
	})
}

// seriesPost decides about the patches that were ticked; about all of them where "all" is.
func (c *call) seriesPost() (string, error) {
	row, of, err := c.seriesHere()
	if err != nil {
		return "", err
	}
	ids, err := c.ticked("patch_id")
	if err != nil {
		return "", err
	}
	if c.R.PostFormValue("all") != "" {
		ids = nil
		for _, m := range row.Patches {
			ids = append(ids, m.ID)
		}
	}
	return c.decideAbout(of, ids)
}

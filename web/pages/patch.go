package pages

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/diffview"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/visit"
)

// patchPage shows a patch: its message, its diff with the remarks of reviewers at the lines that they are about, and
// the thread.
type patchPage struct {
	letterPage
	State    standing
	Delegate string
	Acts     *acts // nil: the viewer may not decide about it
	Archive  bool  // it is archived
	PullURL  string
	Commit   layout.Link
	Given    []given
	Checks   []check
	Files    []codeFile
	Parts    []codePart // files, and what stands between them
	Alone    bool       // one file is shown alone
	Added    int
	Removed  int
	Spaces   toggle
	Folds    toggle
}

// codePart is a file, or text between files.
type codePart struct {
	File *codeFile
	Text template.HTML
}

// toggle is a link that shows the page otherwise.
type toggle struct {
	On  bool
	URL string
}

// given is a trailer that a reply gives.
type given struct {
	Text string
	By   string
	URL  string // of the reply; empty: it is one to the cover letter
}

// check is what a program says about the patch.
type check struct {
	State       string
	Context     string
	URL         string
	Description string
	By          string
	When        moment
}

func (c *call) patch() (*shown, error) {
	row, of, err := c.Patch()
	if errors.Is(err, visit.ErrNotFound) && of != nil {
		if cover, _, err := c.Cover(); err == nil {
			return nil, &visit.Redirect{To: string(here.Cover(nil, of, cover.MsgID))}
		}
	}
	if err != nil {
		return nil, err
	}
	root, talk, err := c.talk(&row.MailBrief, row.Mail)
	if err != nil {
		return nil, err
	}
	p := &patchPage{
		letterPage: c.letterPage(of, &row.MailBrief, &row.Submitter, here.Patch(nil, of, row.MsgID), &root),
		State:      standingOf(row.State), Delegate: c.delegate(row.Delegate), Archive: row.Archived, PullURL: row.PullURL,
	}
	p.API = fmt.Sprintf("%s/api/patches/%d/", c.prefix(), row.ID)
	if row.Number > 0 && row.Total > 0 {
		p.Place = fmt.Sprintf("%d/%d", row.Number, row.Total)
	}
	c.decided(p, of, &row)
	if err := c.code(p, root.text, talk); err != nil {
		return nil, err
	}
	for _, add := range []func() error{
		func() error { return c.inSeries(&p.letterPage, of, row.Series.ID, row.ID) },
		func() error { return c.given(p, row.Mail, talk) },
		func() error { return c.checks(p, row.ID) },
	} {
		if err := add(); err != nil {
			return nil, err
		}
	}
	return &shown{template: "patch", page: p, about: []int64{of.ID}}, c.sayDone(of, c.query(), &p.Page)
}

// decided fills in what people decided about a patch.
func (c *call) decided(p *patchPage, of *track.Project, row *track.PatchRow) {
	if c.Viewer.Decides(of, row.Submitter.Email, row.Delegate) {
		p.Acts = c.acts(of, c.query())
	}
	if row.CommitRef != "" {
		p.Commit.Text = mailtext.Visible(row.CommitRef)
		if of.CommitURLFormat != "" {
			p.Commit.URL = strings.ReplaceAll(of.CommitURLFormat, "{}", url.PathEscape(row.CommitRef))
		}
	}
}

// given fills in the trailers that replies give, with who gave them.
func (c *call) given(p *patchPage, mail int64, t *talk) error {
	all, err := c.Store.Trailers(c.Ctx(), []int64{mail})
	if err != nil {
		return err
	}
	by := map[string]*comment{}
	for _, m := range slices.Backward(t.Comments) {
		for _, trailer := range m.said.Trailers {
			by[trailer.String()] = m
		}
	}
	for _, trailer := range all[mail].Given {
		g := given{Text: mailtext.Visible(trailer.String())}
		if m := by[trailer.String()]; m != nil {
			g.By, g.URL = c.author(m), fmt.Sprintf("#%d", m.ID)
		}
		p.Given = append(p.Given, g)
	}
	return nil
}

// checks fills in what programs say: of each the newest, what failed first.
func (c *call) checks(p *patchPage, patch int64) error {
	all, err := c.Store.Checks(c.Ctx(), []int64{patch})
	if err != nil {
		return err
	}
	newest := track.Newest(all[patch])
	weight := map[track.CheckState]int{track.CheckFail: 0, track.CheckWarning: 1, track.CheckPending: 2}
	order.By(newest, func(a, b track.Check) int {
		w := func(s track.CheckState) int {
			if n, ok := weight[s]; ok {
				return n
			}
			return len(weight)
		}
		return cmp.Or(cmp.Compare(w(a.State), w(b.State)), cmp.Compare(a.Context, b.Context), cmp.Compare(a.ID, b.ID))
	})
	for _, k := range newest {
		shown := check{
			State: k.State.String(), Context: mailtext.Visible(k.Context), URL: k.TargetURL,
			Description: mailtext.Visible(k.Description), When: c.moment(k.Date),
		}
		if u := c.World.User(k.User); u != nil {
			shown.By = mailtext.Visible(u.Shown())
		}
		p.Checks = append(p.Checks, shown)
	}
	return nil
}

// asked is how the diff is to be shown, as the URL says.
type asked struct {
	spaces bool // changes of white space do not count
	fold   bool
	file   int // the only file that is shown; 0: all
}

var errNoFile = &visit.Refusal{Status: 404, Detail: "There is no such file in this patch."}

func (c *call) asked() (a asked, err error) {
	q := c.R.URL.Query()
	a.spaces, a.fold = q.Get("w") == "1", q.Get("fold") == "1"
	if text := q.Get("file"); text != "" {
		if a.file, err = strconv.Atoi(text); err != nil || a.file < 1 {
			return a, errNoFile
		}
	}
	return a, nil
}

// url is the page shown so.
func (a asked) url(at string) string {
	q := url.Values{}
	if a.spaces {
		q.Set("w", "1")
	}
	if a.fold {
		q.Set("fold", "1")
	}
	if a.file > 0 {
		q.Set("file", strconv.Itoa(a.file))
	}
	if len(q) == 0 {
		return at
	}
	return at + "?" + q.Encode()
}

// code fills in the message, the diff and the remarks.
func (c *call) code(p *patchPage, text string, t *talk) error {
	as, err := c.asked()
	if err != nil {
		return err
	}
	d := diffview.Read(text)
	t.place(d.Lines)
	a := c.asides(t)
	p.talked(t, a)
	w := &coder{asides: a}
	message, rest := w.message(d)
	p.Message = message
	p.parts(w, d, rest, as)
	if as.file > len(p.Files) {
		return errNoFile
	}
	p.Alone = as.file > 0
	otherwise := as
	otherwise.spaces = !as.spaces
	p.Spaces = toggle{as.spaces, otherwise.url(p.At)}
	otherwise = as
	otherwise.fold = !as.fold
	p.Folds = toggle{as.fold, otherwise.url(p.At)}
	return nil
}

// parts fills in the files, and what stands between them. Of many or large ones some are not shown at once.
func (p *patchPage) parts(w *coder, d *diffview.Doc, all []diffview.Part, as asked) {
	lines, effort := 0, wordEffort
	for _, part := range all {
		if part.File == nil {
			if as.file == 0 {
				p.Parts = append(p.Parts, codePart{Text: w.words(d, part.Begin, part.End)})
			}
			continue
		}
		if as.spaces {
			part.File.IgnoreSpace()
		}
		f := codeFile{File: part.File, Number: len(p.Files) + 1, Label: label(part.File)}
		p.Added, p.Removed = p.Added+f.Added, p.Removed+f.Removed
		p.Files = append(p.Files, f)
		if as.file > 0 && as.file != f.Number {
			continue
		}
		f.show(w, as, &part, &lines, &effort, p.At)
		p.Parts = append(p.Parts, codePart{File: &f})
	}
}

// show writes the lines of a file, unless there are too many.
func (f *codeFile) show(w *coder, as asked, part *diffview.Part, lines, effort *int, at string) {
	most, whole := maxFile, maxShown
	if as.file > 0 {
		most, whole = maxAlone, maxAlone
	} else if w.asides.remarked(part.Begin, part.End) {
		most, whole = extraRemark, extraRemark
	}
	if f.Size > most || *lines+f.Size > whole {
		f.Folded = fmt.Sprintf("%d lines", f.Size)
		if as.file == 0 {
			as.file = f.Number
			f.More = as.url(at)
		}
		return
	}
	*lines += f.Size
	for i := range f.Hunks {
		f.Hunks[i].MarkWords(effort)
	}
	f.Open = !as.fold
	f.Body = w.file(f.File)
}

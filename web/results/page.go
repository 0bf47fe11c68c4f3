package results

import (
	"cmp"
	"embed"
	"html/template"
	"sync"

	"patchwatch/search"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

//go:embed *.tmpl
var files embed.FS

var templates = sync.OnceValue(func() layout.Pages {
	return layout.MustParse(files, "*.tmpl", layout.Funcs{"link": (*row).link, "dayOf": (*row).day, "timeOf": (*row).time})
})

// A page is the list of what was found, with the query above it.
type page struct {
	layout.Page
	Query  string
	Action string // where queries are sent
	Help   string
	Where  string // in which mails is searched

	Notes  []string // how a query with small mistakes was read
	Behind string   // a sentence, while mail is missing
	Asked  bool     // there was a query

	First, Last int
	Rows        []*row // a list, or
	Roots       []*row // threads
	Newer       string // URLs; empty: there is nothing there
	Older       string
	Ends        []layout.Link
	Forms       []layout.Link
	Feed        string
	Mbox        string

	Saved []saved
	Save  string // where the query is saved; empty: nobody has logged in
}

// A row is a mail that was found.
type row struct {
	Subject string
	URL     string // empty: a mail that was not found, but is between some that were
	By      string // a name, otherwise an address
	Sent    layout.Moment
	State   string
	Project string
	More    int            // so many others of its thread were found too
	Line    search.Excerpt // of the mail, which shows why it was found; nil: none is shown

	Replies []*row // that were found, in a tree of threads
}

// A row has much of what a page is made of, and html/template takes long for each piece: so these are made of a row at
// once. They have nothing in them but digits and signs, or are escaped here.

// link is the attribute that leads to the mail.
func (r *row) link() template.HTMLAttr {
	return template.HTMLAttr(`href="` + template.HTMLEscapeString(r.URL) + `"`) // it begins with a slash: see link
}

// day is the date, for people and programs, and how long ago that was.
func (r *row) day() template.HTML { return r.when(r.Sent.Day(), ` <span class="age">`, `</span>`) }

// time is the same with the time of day.
func (r *row) time() template.HTML { return r.when(r.Sent.Long(), ` <span class="age">(`, `)</span>`) }

func (r *row) when(text, before, behind string) template.HTML {
	out := `<time datetime="` + r.Sent.ISO() + `">` + text + `</time>`
	if age := r.Sent.Age(); age != "" {
		out += before + age + behind
	}
	return template.HTML(out)
}

func prefix(v *visit.Visit) string { return layout.Prefix(v.Links.Base) }

// empty is a page without results.
func (r *Results) empty(v *visit.Visit, a *asked, at Place, problem string) ([]byte, error) {
	p, err := r.frame(v, a, at)
	if err != nil {
		return nil, err
	}
	p.Problem = problem
	return templates().Render("search", p)
}

// frame is a page with the query.
func (r *Results) frame(v *visit.Visit, a *asked, at Place) (*page, error) {
	p := &page{
		Page:  layout.Page{Title: "Search", Wide: true, Prefix: prefix(v)},
		Query: a.text, Action: prefix(v) + at.Path, Help: prefix(v) + "/search/help/",
	}
	if a.text != "" {
		p.Title = mailtext.Visible(shorten(a.text)) + " - Search"
	}
	if at.Project != nil {
		p.Where = mailtext.Visible(cmp.Or(at.Project.Name, at.Project.LinkName))
		p.Bar = v.Bar(at.Project, p.Where, layout.Mail)
	}
	if u := v.Viewer.User; u != nil {
		p.User, p.Admin = u.Name, u.Admin
		p.Save = prefix(v) + Everywhere + "saved/"
		if at.Path == Everywhere && a.text == "" { // an answer that is kept does not have them
			return p, r.addSaved(v, p)
		}
	}
	return p, nil
}

// page shows what was found.
func (r *Results) page(v *visit.Visit, a *asked, at Place, l *listing) ([]byte, error) {
	p, err := r.frame(v, a, at)
	if err != nil {
		return nil, err
	}
	p.Asked = true
	for _, note := range a.notes {
		p.Notes = append(p.Notes, mailtext.Visible(note.Error()))
	}
	if l.state.BeingMade() {
		p.Behind = beingMade(l.state)
	}
	rows := r.rows(v, at, l)
	if at.Path == Everywhere {
		if err := r.addLines(v, a, l, rows); err != nil {
			return nil, err
		}
	}
	shown := len(rows)
	switch {
	case a.form == "t":
		p.Roots = tree(l.mails, rows)
	case a.threads:
		p.Rows, shown = collapse(l.mails, rows, a.limit)
	default:
		p.Rows = rows
	}
	if shown > 0 {
		p.part(a, shown, l.more || shown < len(rows))
		p.forms(a)
	}
	return templates().Render("search", p)
}

// part says which part of what was found this is, n mails, and leads to what is before and after it.
func (p *page) part(a *asked, n int, more bool) {
	if a.offset >= 0 {
		p.First, p.Last = a.offset+1, a.offset+n
		if more {
			p.Older = a.url(a.form, a.offset+n)
		}
		if a.offset > 0 {
			p.Newer = a.url(a.form, max(a.offset-a.limit, 0))
		}
		return
	}
	if more {
		p.Newer = a.url(a.form, a.offset-n)
	}
	if a.offset < -1 {
		p.Older = a.url(a.form, min(a.offset+a.limit, -1))
	}
}

// forms leads to the same search in other forms.
func (p *page) forms(a *asked) {
	p.Ends = []layout.Link{{Text: "newest", URL: a.url(a.form, 0)}, {Text: "oldest", URL: a.url(a.form, -1)}}
	p.Feed, p.Mbox = a.url("A", 0), a.url("m", 0)
	other := *a
	if other.best = !a.best; other.best {
		p.Forms = append(p.Forms, layout.Link{Text: "best first", URL: other.url(a.form, 0)})
	} else {
		p.Forms = append(p.Forms, layout.Link{Text: "newest first", URL: other.url(a.form, 0)})
	}
	if a.form == "t" {
		p.Forms = append(p.Forms, layout.Link{Text: "as a list", URL: a.url("", a.offset)})
		return
	}
	p.Forms = append(p.Forms, layout.Link{Text: "as threads", URL: a.url("t", a.offset)})
	other = *a
	if other.threads = !a.threads; other.threads {
		p.Forms = append(p.Forms, layout.Link{Text: "one of each thread", URL: other.url("", 0)})
	} else {
		p.Forms = append(p.Forms, layout.Link{Text: "each mail", URL: other.url("", 0)})
	}
}

// rows says of each mail what a list shows.
func (r *Results) rows(v *visit.Visit, at Place, l *listing) []*row {
	rows := make([]*row, len(l.mails))
	for i := range l.mails {
		m := &l.mails[i]
		known := l.known[m.Mail]
		rows[i] = &row{
			Subject: cmp.Or(mailtext.Visible(m.Name), "(no subject)"), By: mailtext.Visible(by(m.Sender)),
			Sent:  layout.MomentOf(m.Date, v.Now),
			State: string(known.State), URL: string(r.link(v, at, m, known.Role)),
		}
		if p := v.World.Project(m.Project); p != nil && at.Project == nil {
			rows[i].Project = mailtext.Visible(p.LinkName)
		}
	}
	return rows
}

// mostLines is how many rows have a line of their mail, which is read for that.
const mostLines = 50

// addLines has the first rows show why their mails were found.
func (r *Results) addLines(v *visit.Visit, a *asked, l *listing, rows []*row) error {
	mails := make([]int64, min(len(rows), mostLines))
	for i := range mails {
		mails[i] = l.mails[i].Mail
	}
	lines, err := r.Finder.Excerpts(v.Ctx(), a.tree, mails)
	for i, mail := range mails {
		for _, p := range lines[mail] {
			rows[i].Line = append(rows[i].Line, search.Piece{Text: mailtext.VisiblePart(p.Text), Asked: p.Asked})
		}
	}
	return err
}

// link leads to a mail: to the page of a patch or cover from where everything is searched, otherwise into the archive.
func (r *Results) link(v *visit.Visit, at Place, m *track.ArchivedMail, is track.Role) []byte {
	own := site.Links{Base: prefix(v)}
	if at.Path != Everywhere {
		return inArchive(prefix(v)+at.Path, m.MsgID)
	}
	p := v.World.Project(m.Project)
	switch {
	case p == nil:
	case is == track.RolePatch:
		return own.Patch(nil, p, m.MsgID)
	case is == track.RoleCover:
		return own.Cover(nil, p, m.MsgID)
	}
	return inArchive(prefix(v)+"/all/", m.MsgID)
}

// inArchive is the page of a mail below a path.
func inArchive(path, msgID string) []byte {
	return append(site.Escape([]byte(path), site.BareID(msgID)), '/')
}

func by(p track.Person) string { return cmp.Or(p.Name, p.Email) }

// shorten cuts a text for a title.
func shorten(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

package api

import (
	"strconv"
	"time"
	"unicode/utf8"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

// encoder writes JSON. Fields are written one after the other, in Patchwork's order; what is embedded many times (the
// people and projects of a list) is written once and then copied.
type encoder struct {
	b      []byte
	links  site.Links
	api    string // URL of the API in this version, "http://host/api/1.3"
	plain  string // URL of the API without a version
	v      version
	world  *site.World
	viewer track.Viewer
	seen   map[embedded]span
}

// embedded is something that many rows name.
type embedded struct {
	kind byte
	id   int64
}

type span struct{ from, to int }

func (c *call) encoder() *encoder {
	return c.encoderFor(1)
}

// encoderFor makes one for so many rows.
func (c *call) encoderFor(rows int) *encoder {
	const row = 3 << 10
	base := string(appendQuoted(nil, c.base))
	return &encoder{
		b: make([]byte, 0, 1<<10+rows*row), links: site.Links{Base: base}, api: base + c.path, plain: base + "/api",
		v: c.version, world: c.world, viewer: c.viewer, seen: map[embedded]span{},
	}
}

// once writes something that was perhaps written before.
func (e *encoder) once(kind byte, id int64, write func()) {
	key := embedded{kind, id}
	if s, ok := e.seen[key]; ok {
		e.b = append(e.b, e.b[s.from:s.to]...)
		return
	}
	from := len(e.b)
	write()
	e.seen[key] = span{from, len(e.b)}
}

// raw writes what is JSON already.
func (e *encoder) raw(s string) { e.b = append(e.b, s...) }

func (e *encoder) text(s string) { e.b = appendString(e.b, s) }

// textOrNull writes null for an empty string, as where nothing was ever said.
func (e *encoder) textOrNull(s string) {
	if s == "" {
		e.raw("null")
		return
	}
	e.text(s)
}

func (e *encoder) number(n int64) { e.b = strconv.AppendInt(e.b, n, 10) }

func (e *encoder) yes(on bool) { e.b = strconv.AppendBool(e.b, on) }

// date is UTC without saying so, as Patchwork has it, and some clients can read nothing else.
func (e *encoder) date(t time.Time) {
	e.b = append(e.b, '"')
	e.b = appendDate(e.b, t)
	e.b = append(e.b, '"')
}

func appendDate(b []byte, t time.Time) []byte {
	if t = t.UTC(); t.Nanosecond()/1000 == 0 {
		return t.AppendFormat(b, "2006-01-02T15:04:05")
	}
	return t.AppendFormat(b, "2006-01-02T15:04:05.000000")
}

// url writes the URL of something in the API.
func (e *encoder) url(noun string, id int64) {
	e.b = append(e.b, '"')
	e.b = append(append(append(e.b, e.api...), noun...), '/')
	e.b = append(strconv.AppendInt(e.b, id, 10), `/"`...)
}

// under writes the URL of what belongs to something: "http://host/api/patches/1/comments/".
func (e *encoder) under(api, noun string, id int64, what string) {
	e.b = append(e.b, '"')
	e.b = append(append(append(e.b, api...), noun...), '/')
	e.b = append(strconv.AppendInt(e.b, id, 10), '/')
	e.b = append(append(e.b, what...), `/"`...)
}

// list writes an array.
func list[T any](e *encoder, all []T, write func(*encoder, *T)) {
	e.b = append(e.b, '[')
	for i := range all {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		write(e, &all[i])
	}
	e.b = append(e.b, ']')
}

// appendString writes a string as Python's json does with ensure_ascii=False: "<" and "&" stay, for this is no HTML.
// U+2028 and U+2029 are escaped, as Django REST Framework does, since JavaScript once took them for ends of lines.
func appendString(b []byte, s string) []byte {
	return append(appendQuoted(append(b, '"'), s), '"')
}

func appendQuoted(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = appendControl(append(b, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(append(b, s[start:i]...), "\uFFFD"...)
			start = i + size
		} else if r == '\u2028' || r == '\u2029' {
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, "89"[r-'\u2028'])
			start = i + size
		}
		i += size
	}
	return append(b, s[start:]...)
}

func appendControl(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// What is embedded in other things.

func (e *encoder) personIn(p *track.PersonView) {
	e.once('p', p.ID, func() {
		e.personFields(p)
		e.raw("}")
	})
}

func (e *encoder) personFields(p *track.PersonView) {
	e.raw(`{"id":`)
	e.number(p.ID)
	e.raw(`,"url":`)
	e.url("/people", p.ID)
	e.raw(`,"name":`)
	e.textOrNull(p.Name)
	e.raw(`,"email":`)
	e.text(p.Email)
}

// userIn writes a user, or null for nobody.
func (e *encoder) userIn(u *track.User) {
	if u == nil {
		e.raw("null")
		return
	}
	e.once('u', u.ID, func() {
		e.userFields(u)
		e.raw("}")
	})
}

func (e *encoder) userFields(u *track.User) {
	e.raw(`{"id":`)
	e.number(u.ID)
	e.raw(`,"url":`)
	e.url("/users", u.ID)
	e.raw(`,"username":`)
	e.text(u.Name)
	e.raw(`,"first_name":`)
	e.text(u.FirstName)
	e.raw(`,"last_name":`)
	e.text(u.LastName)
	e.raw(`,"email":`)
	e.text(u.Email())
}

func (e *encoder) projectIn(id int64) {
	e.once('j', id, func() {
		p := e.world.Project(id)
		if p == nil {
			e.raw("null") // it was removed this moment
			return
		}
		e.projectFields(p)
		e.archiveFields(p)
		e.raw("}")
	})
}

func (e *encoder) seriesIn(s *track.SeriesBrief, project int64) {
	e.once('s', s.ID, func() {
		e.raw(`{"id":`)
		e.number(s.ID)
		e.raw(`,"url":`)
		e.url("/series", s.ID)
		e.seriesWeb(project, s.ID)
		e.raw(`,"date":`)
		e.date(s.Date)
		e.raw(`,"name":`)
		e.textOrNull(s.Name)
		e.raw(`,"version":`)
		e.number(int64(s.Version))
		e.raw(`,"mbox":"`)
		e.b = e.links.SeriesMbox(e.b, s.ID)
		e.raw(`"}`)
	})
}

func (e *encoder) seriesWeb(project, id int64) {
	if p := e.world.Project(project); e.v >= v11 && p != nil {
		e.raw(`,"web_url":"`)
		e.b = e.links.Series(e.b, p, id)
		e.raw(`"`)
	}
}

// mailKind is a patch or a cover, where the two differ.
type mailKind struct {
	noun      string
	page      func(site.Links, []byte, *track.Project, string) []byte
	mboxSince version
}

var (
	patchKind = mailKind{"/patches", site.Links.Patch, v10}
	coverKind = mailKind{"/covers", site.Links.Cover, v11}
)

func (e *encoder) patchIn(m *track.MailBrief) { e.mailIn(patchKind, m) }

func (e *encoder) coverIn(m *track.MailBrief) { e.mailIn(coverKind, m) }

func (e *encoder) mailIn(k mailKind, m *track.MailBrief) {
	e.raw(`{"id":`)
	e.number(m.ID)
	e.raw(`,"url":`)
	e.url(k.noun, m.ID)
	e.mailWeb(k, m)
	e.mailFields(m)
	if e.v >= k.mboxSince {
		e.raw(`,"mbox":`)
		e.mbox(k, m)
	}
	e.raw("}")
}

func (e *encoder) mailWeb(k mailKind, m *track.MailBrief) {
	if p := e.world.Project(m.Project); e.v >= v11 && p != nil {
		e.raw(`,"web_url":"`)
		e.b = k.page(e.links, e.b, p, m.MsgID)
		e.raw(`"`)
	}
}

func (e *encoder) mbox(k mailKind, m *track.MailBrief) {
	p := e.world.Project(m.Project)
	if p == nil {
		e.raw("null")
		return
	}
	e.raw(`"`)
	e.b = k.page(e.links, e.b, p, m.MsgID)
	e.raw(`mbox/"`)
}

// mailFields are msgid, list_archive_url, date and name.
func (e *encoder) mailFields(m *track.MailBrief) {
	e.msgID(m)
	e.raw(`,"date":`)
	e.date(m.Date)
	e.raw(`,"name":`)
	e.text(m.Name)
}

func (e *encoder) msgID(m *track.MailBrief) {
	e.raw(`,"msgid":`)
	e.text(m.MsgID)
	if p := e.world.Project(m.Project); e.v >= v12 && p != nil {
		e.raw(`,"list_archive_url":`)
		e.textOrNull(site.Archived(p, m.MsgID))
	}
}

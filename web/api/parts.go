package api

import (
	"strings"

	"patchwatch/ingest"
)

// parts are what a detail shows of a mail itself, as JSON. To read a mail costs most, and mail does not change.
type parts struct {
	headers, content, diff []byte
	subject                string
	inBrackets             []string // of the subject
}

// partsKey is a mail, read by a parser. After another database has taken the place of this one, a number may mean
// another mail.
type partsKey struct {
	epoch  string
	mail   int64
	parser int
}

// read1 reads a mail.
func (c *call) read1(mail int64) (*parts, error) {
	all, err := c.readMails([]int64{mail})
	return all[mail], err
}

// readMails reads mails: those that are not at hand, all by one question.
func (c *call) readMails(mails []int64) (map[int64]*parts, error) {
	out := make(map[int64]*parts, len(mails))
	var ask []int64
	for _, mail := range mails {
		if p, ok := c.API.parts.Get(c.partsKey(mail)); ok {
			out[mail] = p
		} else {
			ask = append(ask, mail)
		}
	}
	if len(ask) == 0 {
		return out, nil
	}
	return out, c.Store.Raws(c.ctx(), ask, func(mail int64, raw []byte) error {
		p := readParts(raw)
		c.API.parts.Put(c.partsKey(mail), p, len(p.headers)+len(p.content)+len(p.diff))
		out[mail] = p
		return nil
	})
}

func (c *call) partsKey(mail int64) partsKey {
	return partsKey{c.world.Epoch, mail, ingest.ParserVersion}
}

// parts writes the headers and the content of a mail.
func (e *encoder) parts(p *parts) {
	e.raw(`,"headers":`)
	e.b = append(e.b, p.headers...)
	e.raw(`,"content":`)
	e.b = append(e.b, p.content...)
}

// readParts reads a mail that was read when it was stored. If it cannot be read any more, nothing is shown of it.
func readParts(raw []byte) *parts {
	p := &parts{headers: appendHeaders(nil, ingest.Fields(raw)), content: []byte(`""`), diff: []byte("null")}
	m, err := ingest.Parse(raw)
	if err != nil {
		return p
	}
	p.content = appendString(nil, m.Content)
	if m.Diff != "" {
		p.diff = appendString(nil, m.Diff)
	}
	p.subject, p.inBrackets = m.Subject.Full, m.Subject.Prefixes
	return p
}

// prefixes are what stands in brackets before a subject, without the name of the project.
func (p *parts) prefixes(linkName string) (all []string) {
	for _, one := range p.inBrackets {
		if !strings.EqualFold(one, linkName) {
			all = append(all, one)
		}
	}
	return all
}

// appendHeaders writes an object of the fields of a header, in the order in which each name comes first. A name that
// comes more than once has an array.
func appendHeaders(b []byte, fields []ingest.Field) []byte {
	values := map[string][]string{}
	var names []string
	for _, f := range fields {
		if _, ok := values[f.Name]; !ok {
			names = append(names, f.Name)
		}
		values[f.Name] = append(values[f.Name], f.Value)
	}
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		if len(values[name]) == 1 {
			b = appendString(b, values[name][0])
			continue
		}
		for i, v := range values[name] {
			b = append(b, "[,"[min(i, 1)])
			b = appendString(b, v)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

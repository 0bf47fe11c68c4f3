package inbox

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"net/mail"
	"time"

	"patchwatch/track"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

// Feeds are in Atom (RFC 4287), with what a mail answers as RFC 4685 has it.

// AtomType is that of feeds.
const atomType = "application/atom+xml; charset=utf-8"

// feed is one that is being written.
type feed struct {
	out   []byte
	title string
	id    string // a URI that stays the same
	self  string // where the feed is
	page  string // what it is a feed of
}

// begin writes what comes before the entries; updated is when the newest of them is from.
func (f *feed) begin(updated time.Time) {
	f.out = append(f.out, `<?xml version="1.0" encoding="utf-8"?>`+"\n"+
		`<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">`+"\n"...)
	f.text("title", f.title)
	f.text("id", f.id)
	f.text("updated", atomTime(updated))
	f.link(`rel="self" type="application/atom+xml"`, f.self)
	f.link(`rel="alternate" type="text/html"`, f.page)
}

func (f *feed) end() []byte { return append(f.out, "</feed>\n"...) }

func (f *feed) text(element, text string) {
	f.out = append(append(append(f.out, '<'), element...), '>')
	f.out = mailtext.AppendEscaped(f.out, text)
	f.out = append(append(append(f.out, "</"...), element...), ">\n"...)
}

func (f *feed) link(attributes, url string) {
	f.out = append(append(append(f.out, "<link "...), attributes...), ` href="`...)
	f.out = append(mailtext.AppendEscaped(f.out, url), "\"/>\n"...)
}

// entry is something that happened.
type entry struct {
	title   string
	id      string
	url     string
	updated time.Time
	author  track.Person
	answers []answered // the mail that it answers, if it does
	html    []byte     // its text, in HTML that is XML too; nil: there is none
}

// answered is what an entry answers.
type answered struct{ id, url string }

func (f *feed) add(e *entry) {
	f.out = append(f.out, "<entry>\n"...)
	f.text("title", e.title)
	f.text("id", e.id)
	f.text("updated", atomTime(e.updated))
	f.link(`rel="alternate" type="text/html"`, e.url)
	f.out = append(f.out, "<author>"...)
	f.text("name", sender(e.author))
	if isAddress(e.author.Email) {
		f.text("email", e.author.Email)
	}
	f.out = append(f.out, "</author>\n"...)
	for _, a := range e.answers {
		f.out = append(f.out, `<thr:in-reply-to ref="`...)
		f.out = append(mailtext.AppendEscaped(f.out, a.id), `" href="`...)
		f.out = append(mailtext.AppendEscaped(f.out, a.url), "\"/>\n"...)
	}
	if e.html != nil {
		f.out = append(f.out, `<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">`...)
		f.out = append(append(f.out, e.html...), "</div></content>\n"...)
	}
	f.out = append(f.out, "</entry>\n"...)
}

// isAddress tells that a text is what atom:email may have.
func isAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && mailtext.Visible(text) == text
}

func atomTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// urn is a name of a text that stays the same, in the form of a UUID. It is not random, so it is no UUID of RFC 9562's
// random kind: it is of version 5, whose bits are a SHA-1.
func urn(text string) string {
	sum := sha1.Sum([]byte(text))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return "urn:uuid:" + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func urnOf(msgID string) string { return urn(site.BareID(msgID)) }

// titleOf is a title, which must not be empty.
func titleOf(text string) string { return cmp.Or(mailtext.Visible(text), "(no subject)") }

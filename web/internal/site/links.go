package site

import (
	"strconv"
	"strings"

	"patchwatch/track"
)

// Links are the URLs under which a client finds things: those of Patchwork, which clients take apart.
type Links struct {
	Base string // without a final slash
}

// Patch is the page of a patch, with a final slash.
func (l Links) Patch(b []byte, p *track.Project, msgID string) []byte {
	return l.mail(b, p, "/patch/", msgID)
}

// Cover is the page of a cover letter.
func (l Links) Cover(b []byte, p *track.Project, msgID string) []byte {
	return l.mail(b, p, "/cover/", msgID)
}

func (l Links) mail(b []byte, p *track.Project, what, msgID string) []byte {
	b = l.project(b, p)
	b = append(b, what...)
	return append(escape(b, BareID(msgID), true), '/')
}

func (l Links) project(b []byte, p *track.Project) []byte {
	b = append(append(b, l.Base...), "/project/"...)
	return escape(b, p.LinkName, true)
}

// Series is the list of the patches of a series.
func (l Links) Series(b []byte, p *track.Project, id int64) []byte {
	b = append(l.project(b, p), "/list/?series="...)
	return strconv.AppendInt(b, id, 10)
}

// SeriesMbox is a series for git am.
func (l Links) SeriesMbox(b []byte, id int64) []byte {
	b = append(append(b, l.Base...), "/series/"...)
	return append(strconv.AppendInt(b, id, 10), "/mbox/"...)
}

// Comment leads to a comment.
func (l Links) Comment(b []byte, id int64) []byte {
	b = append(append(b, l.Base...), "/comment/"...)
	return append(strconv.AppendInt(b, id, 10), '/')
}

// Bundle is the page of a bundle.
func (l Links) Bundle(b []byte, owner, name string) []byte {
	b = append(append(b, l.Base...), "/bundle/"...)
	b = append(escape(b, owner, true), '/')
	return append(escape(b, name, true), '/')
}

// List is the archive of a project.
func (l Links) List(b []byte, p *track.Project) []byte {
	b = append(b, l.Base...)
	if track.CheckLinkName(p.LinkName) != nil {
		b = append(b, "/inbox"...)
	}
	return append(escape(append(b, '/'), p.LinkName, false), '/')
}

// Archived is a mail in the archive of its list; empty: it is not known where that is.
func Archived(p *track.Project, msgID string) string {
	if p.ListArchiveURLFormat == "" || msgID == "" {
		return ""
	}
	return strings.ReplaceAll(p.ListArchiveURLFormat, "{}", string(escape(nil, BareID(msgID), false)))
}

// BareID is a Message-ID without its brackets. One that does not have both, or nothing between them, stays as it is.
func BareID(id string) string {
	if len(id) > 2 && id[0] == '<' && id[len(id)-1] == '>' {
		return id[1 : len(id)-1]
	}
	return id
}

// Escape writes a segment of a path, in which a slash is escaped once.
func Escape(b []byte, s string) []byte { return escape(b, s, false) }

// escape writes a segment of a path: what RFC 3986 (3.3) allows there stays. A slash is escaped twice where its server
// is this one, as Patchwork does it, since proxies decode once; see Unescape.
func escape(b []byte, s string, twice bool) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~!$&'()*+,;=:@", c) >= 0:
			b = append(b, c)
		case c == '/' && twice:
			b = append(b, "%252F"...)
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

// Unescape undoes the second escaping of a slash in a segment that was decoded once.
func Unescape(segment string) string {
	return strings.NewReplacer("%2F", "/", "%2f", "/").Replace(segment)
}

package ingest

import (
	"bytes"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"patchwatch/track"
)

// ReadTexts reads all that a mail says, for those who search. It reads as Parse does, so it is as lenient and as
// bounded.
//
// Text is every part of a text type, and every other that claims a charset, or is a patch by its name, or of no type
// ("application/octet-stream") and printable. A page (HTML) is text only in a mail that has no other.
//
// An error is one that Parse gives, too.
func ReadTexts(raw []byte) (*track.Texts, error) {
	return recovering(readTexts, raw)
}

func readTexts(raw []byte) (*track.Texts, error) {
	var ignored notes
	h, body := topHeader(unixLines(raw), &ignored)
	if len(h) == 0 {
		return nil, ErrNoMail
	}
	return textsOf(raw, h, body), nil
}

func textsOf(raw []byte, h header, body []byte) *track.Texts {
	var ignored notes
	t := &track.Texts{Received: received(h), Size: sizeWithCRLF(raw)}
	addHeader(t, h)
	parts := splitParts(h, body, &ignored)
	var within *header
	said, size := false, 0
	for _, p := range parts {
		if p.within != nil && p.within != within {
			within = p.within
			addHeader(t, *within)
		}
		part := track.TextPart{FileName: fold(decodeHeader([]byte(p.filename)))}
		if isSearched(p) && size <= maxText {
			part.Text = searchedText(p)
			size += len(part.Text)
			said = said || strings.TrimSpace(part.Text) != ""
		}
		t.Parts = append(t.Parts, part)
	}
	if !said {
		addPages(t, parts)
	}
	return t
}

// addHeader adds the header of the mail, or of a mail within it. Of fields that are there more than once all count.
func addHeader(t *track.Texts, h header) {
	add := func(to *[]string, name string) {
		var values []string
		for _, text := range h.decoded(name) {
			values = append(values, text)
		}
		if len(values) > 0 {
			*to = append(*to, strings.Join(values, ", "))
		}
	}
	add(&t.Subjects, "Subject")
	add(&t.From, "From")
	add(&t.To, "To")
	add(&t.Cc, "Cc")
	for _, name := range []string{"Message-ID", "X-Alt-Message-ID"} {
		for _, text := range h.decoded(name) {
			t.MsgIDs = append(t.MsgIDs, idsIn(text)...)
		}
	}
}

// idsIn are the ids in angle brackets, without these; or the whole value if it has none.
func idsIn(value string) []string {
	ids := allIDs(value)
	if len(ids) == 0 && value != "" {
		return []string{track.BoundID(value)}
	}
	for i, id := range ids {
		ids[i] = track.BoundID(id[1 : len(id)-1])
	}
	return ids
}

// received is the date of the topmost Received field that has one.
func received(h header) time.Time {
	for _, value := range h.all("Received") {
		text := decodeHeader(value)
		if t := parseDate(text[strings.LastIndexByte(text, ';')+1:]); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func sizeWithCRLF(raw []byte) int64 {
	return int64(len(raw) + bytes.Count(raw, []byte("\n")) - bytes.Count(raw, []byte("\r\n")))
}

// isSearched tells that a part is text, or may be.
func isSearched(p part) bool {
	switch name := p.kind.name; {
	case isPage(p):
		return false
	case strings.HasPrefix(name, "text/"), strings.HasPrefix(name, "multipart/"), p.charset() != "":
		return true
	}
	return p.mayBePatch()
}

func isPage(p part) bool { return p.kind.name == "text/html" || p.kind.name == "text/xhtml" }

// searchedText is the text of a part; empty if it turns out to be none.
func searchedText(p part) string {
	var ignored notes
	raw := decodeTransfer(p.body, p.encoding)
	isText := strings.HasPrefix(p.kind.name, "text/") || p.charset() != ""
	if !isText && bytes.IndexByte(raw, 0) >= 0 {
		return ""
	}
	text := decodeText(raw, p.charset(), &ignored)
	if !isText && !isPrintable(text) {
		return ""
	}
	return lineFeedsOnly(string(text))
}

func isPrintable(text []byte) bool {
	isOther := func(r rune) bool { return !unicode.IsGraphic(r) && !isSpace(r) }
	return utf8.Valid(text) && !bytes.ContainsFunc(text, isOther)
}

// addPages adds the text of HTML pages.
func addPages(t *track.Texts, parts []part) {
	var ignored notes
	for i, p := range parts {
		if isPage(p) {
			t.Parts[i].Text = string(htmlText(p.text(&ignored)))
		}
	}
}

package ingest

import (
	"bytes"
	"html"
	"strings"
)

// maxHTML is how many bytes of a page are read; what people write has a hundredth of it.
const maxHTML = 4 << 20

// htmlText is what an HTML page says, roughly as a text browser shows it: tags gone, a line for each block, entities
// decoded. It is a single pass that trusts nothing, not a parser of HTML.
func htmlText(page []byte) []byte {
	var out bytes.Buffer
	r := htmlReader{page: page[:min(len(page), maxHTML)]}
	for len(r.page) > 0 {
		i := bytes.IndexByte(r.page, '<')
		if i < 0 {
			i = len(r.page)
		}
		out.WriteString(html.UnescapeString(string(r.page[:i])))
		r.page = r.page[i:]
		if breaksLine[r.tag()] {
			out.WriteByte('\n')
		}
	}
	return squeezeLines(dropNUL(bytes.ToValidUTF8(out.Bytes(), []byte("\uFFFD"))))
}

// An htmlReader is what is left of a page.
type htmlReader struct {
	page     []byte
	unclosed map[string]bool // tags that nothing closes any more, so that it isn't looked for again
}

// breaksLine names the tags that begin or end a line.
var breaksLine = map[string]bool{
	"br": true, "p": true, "/p": true, "div": true, "/div": true, "tr": true, "/tr": true, "li": true, "pre": true, "/pre": true,
	"h1": true, "/h1": true, "h2": true, "/h2": true, "h3": true, "/h3": true, "hr": true, "blockquote": true, "/blockquote": true,
	"ul": true, "/ul": true, "table": true, "/table": true,
}

// tag takes a tag off the page, with all that is in it where it is one whose content nobody reads.
func (r *htmlReader) tag() (name string) {
	if bytes.HasPrefix(r.page, []byte("<!--")) {
		r.skipPast("-->")
		return ""
	}
	end := bytes.IndexByte(r.page, '>')
	if end < 0 {
		r.page = nil
		return ""
	}
	name = tagName(r.page[1:end])
	r.page = r.page[end+1:]
	switch name {
	case "script", "style", "head", "title":
		r.skipElement(name)
	}
	return name
}

// tagName is the lower-cased name, its slash included where it closes.
func tagName(tag []byte) string {
	n := 0
	for n < len(tag) && n < 16 && !strings.ContainsRune(" \t\n/", rune(tag[n])) || n == 0 && n < len(tag) && tag[n] == '/' {
		n++
	}
	return strings.ToLower(string(tag[:n]))
}

// skipElement goes past "</name>". A tag that nothing closes hides nothing.
func (r *htmlReader) skipElement(name string) {
	for rest := r.page; !r.unclosed[name]; {
		i := bytes.Index(rest, []byte("</"))
		if i < 0 {
			break
		}
		rest = rest[i+2:]
		if hasPrefixFold(string(rest[:min(len(rest), len(name))]), name) {
			r.page = rest
			r.skipPast(">")
			return
		}
	}
	if r.unclosed == nil {
		r.unclosed = map[string]bool{}
	}
	r.unclosed[name] = true
}

func (r *htmlReader) skipPast(mark string) {
	i := bytes.Index(r.page, []byte(mark))
	if i < 0 {
		r.page = nil
		return
	}
	r.page = r.page[i+len(mark):]
}

// squeezeLines folds white space within lines and drops all but one of several empty lines.
func squeezeLines(text []byte) []byte {
	out := make([]byte, 0, len(text))
	empty := true
	for len(text) > 0 {
		var line []byte
		line, text = nextLine(text)
		folded := fold(string(line))
		if folded == "" && empty {
			continue
		}
		empty = folded == ""
		out = append(append(out, folded...), '\n')
	}
	return out
}

package ingest

import (
	"bytes"

	"golang.org/x/net/html"
)

// maxHTML is how many bytes of a page are read. What people write has a hundredth of that.
const maxHTML = 4 << 20

// maxUnfinished is how many tags of a page may lack their end; each has the page read anew from there on.
const maxUnfinished = 10

// htmlText is what an HTML page says, roughly as a text browser shows it: tags are gone, each block has a line,
// entities are decoded.
func htmlText(page []byte) []byte {
	r := htmlReader{rest: page[:min(len(page), maxHTML)], endTags: map[string]int{}}
	for more := maxUnfinished; len(r.rest) > 0 && more > 0; more-- {
		r.read()
	}
	return squeezeLines(dropNUL(bytes.ToValidUTF8(r.out.Bytes(), replacement)))
}

// An htmlReader collects the text of a page.
type htmlReader struct {
	out     bytes.Buffer
	rest    []byte         // the part of the page that follows
	hidden  string         // the element at hand, if people do not see it; otherwise empty
	endTags map[string]int // what findEndTag said last, so that no part of the page is searched twice
}

// read reads to the end of the page, or past a tag that the page does not finish, because a quote in it has no end.
// Browsers show nothing of what follows such a tag, but somebody wrote it.
func (r *htmlReader) read() {
	tokens := html.NewTokenizer(bytes.NewReader(r.rest))
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken { // the end, or the unfinished tag: nothing else makes the tokenizer fail
			_, r.rest, _ = bytes.Cut(r.rest, []byte{'>'})
			return
		}
		r.rest = r.rest[len(tokens.Raw()):]
		switch kind {
		case html.TextToken:
			if r.hidden == "" {
				r.out.Write(tokens.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			if !r.start(string(name)) {
				tokens.NextIsNotRawText()
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			r.end(string(name))
		}
	}
}

// start reads a start tag. It tells whether the text up to the end tag is to be taken as it is, since it may hold what
// only looks like tags, as a script does.
func (r *htmlReader) start(name string) (isRaw bool) {
	if startsLine[name] && r.hidden == "" {
		r.out.WriteByte('\n')
	}
	if !isHidden[name] || !r.isClosed(name) {
		return false
	}
	if r.hidden == "" {
		r.hidden = name
	}
	return true
}

func (r *htmlReader) end(name string) {
	switch {
	case r.hidden == name:
		r.hidden = ""
	case r.hidden == "" && endsLine[name]:
		r.out.WriteByte('\n')
	}
}

// isHidden names the elements that people do not see.
var isHidden = map[string]bool{"script": true, "style": true, "head": true, "title": true}

// startsLine and endsLine name the elements that begin on a line of their own, and those after which another begins.
var (
	startsLine = map[string]bool{
		"br": true, "p": true, "div": true, "tr": true, "li": true, "pre": true, "h1": true, "h2": true, "h3": true,
		"hr": true, "blockquote": true, "ul": true, "table": true,
	}
	endsLine = map[string]bool{
		"p": true, "div": true, "tr": true, "pre": true, "h1": true, "h2": true, "h3": true, "blockquote": true,
		"ul": true, "table": true,
	}
)

// isClosed tells whether an end tag of that name follows. An element without one hides nothing: browsers hide the rest
// of the page, but somebody wrote it.
func (r *htmlReader) isClosed(name string) bool {
	left, known := r.endTags[name]
	if !known || left > len(r.rest) { // the last one that was found has been passed
		left = r.findEndTag(name)
		r.endTags[name] = left
	}
	return left > 0
}

// findEndTag is how much of the page is left at the next end tag of that name; 0 if there is none.
func (r *htmlReader) findEndTag(name string) int {
	for rest := r.rest; ; {
		i := bytes.Index(rest, []byte("</"))
		if i < 0 {
			return 0
		}
		left := len(rest) - i
		rest = rest[i+len("</"):]
		if hasPrefixFold(string(rest[:min(len(rest), len(name))]), name) {
			return left
		}
	}
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

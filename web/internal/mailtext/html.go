package mailtext

import (
	"html/template"
	"strconv"
	"strings"
)

// HTML shows blocks on a page; see Append.
func HTML(blocks []Block) template.HTML {
	return template.HTML(Append(nil, blocks))
}

// Append writes blocks as HTML. It has pre, span, a, details and summary and nothing else, and of mail there is only
// text in it that is escaped, so it may stand on a page as it is. It is written here, and not by a template, because a
// thread may have a hundred thousand lines.
//
// The classes are: text (around all); quote and quote2 (of quotations); sig; diff, and in it file, hunk, add, del; odd.
func Append(out []byte, blocks []Block) []byte {
	for i := range blocks {
		out = appendBlock(out, &blocks[i])
	}
	return out
}

var blockClasses = [...]string{Words: "text", Quote: "text quote", Signature: "text sig", Diff: "text diff"}

var lineClasses = [...]string{File: "file", Hunk: "hunk", Added: "add", Removed: "del", Context: ""}

func appendBlock(out []byte, b *Block) []byte {
	if b.Folded > 0 {
		out = append(out, `<details class="text"><summary>`...)
		out = strconv.AppendInt(out, int64(b.Folded), 10)
		out = append(out, ` quoted lines</summary>`...)
		out = appendLines(out, b.Kind, b.Lines[:b.Folded])
		out = append(out, "</details>\n"...)
	}
	return appendLines(out, b.Kind, b.Lines[b.Folded:])
}

func appendLines(out []byte, of Kind, lines []Line) []byte {
	if len(lines) == 0 {
		return out
	}
	out = append(append(append(out, `<pre class="`...), blockClasses[of]...), "\">\n"...)
	open := ""
	for i := range lines {
		class := lineClass(of, &lines[i])
		if class != open {
			out = changeClass(out, open, class)
			open = class
		}
		out = AppendLine(out, lines[i].Text)
		out = append(out, '\n')
	}
	return append(changeClass(out, open, ""), "</pre>\n"...)
}

func lineClass(of Kind, l *Line) string {
	switch {
	case of == Quote && l.Depth > 1:
		return "quote2"
	case of == Diff:
		return lineClasses[l.Kind]
	}
	return ""
}

func changeClass(out []byte, from, to string) []byte {
	if from != "" {
		out = append(out, "</span>"...)
	}
	if to != "" {
		out = append(append(append(out, `<span class="`...), to...), `">`...)
	}
	return out
}

// AppendLine writes one line as HTML, without an end.
func AppendLine(out []byte, line string) []byte {
	if isHarmless(line) {
		return append(out, line...)
	}
	for s := range Spans(line) {
		switch {
		case s.URL != "":
			out = append(out, `<a rel="nofollow noopener" href="`...)
			out = AppendEscaped(out, s.URL)
			out = append(out, `">`...)
			out = AppendEscaped(out, s.Text)
			out = append(out, "</a>"...)
		case s.Odd:
			out = append(out, `<span class="odd">`...)
			out = append(out, s.Text...)
			out = append(out, "</span>"...)
		default:
			out = AppendEscaped(out, s.Text)
		}
	}
	return out
}

// isHarmless tells that a line can stand as it is: it is printable ASCII, with nothing that HTML reads, and no URL.
func isHarmless(line string) bool {
	for i := range len(line) {
		c := line[i]
		if c < ' ' && c != '\t' || c >= 0x7f || c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' {
			return false
		}
	}
	return !strings.Contains(line, "://")
}

// AppendEscaped writes text so that HTML reads it as text, also between quotes.
func AppendEscaped(out []byte, text string) []byte {
	from := 0
	for i := range len(text) {
		var as string
		switch text[i] {
		case '<':
			as = "&lt;"
		case '>':
			as = "&gt;"
		case '&':
			as = "&amp;"
		case '"':
			as = "&#34;"
		case '\'':
			as = "&#39;"
		default:
			continue
		}
		out = append(append(out, text[from:i]...), as...)
		from = i + 1
	}
	return append(out, text[from:]...)
}

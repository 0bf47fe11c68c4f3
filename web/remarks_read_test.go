package web_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"patchwatch/web/internal/mailtext"
)

// A shownRemark is a remark as the HTML of a page has it.
type shownRemark struct {
	reply string   // the id of the reply that it names
	lines []string // not empty
	above string   // the line that it stands below; empty: it is listed, as about no line
	in    []string // the replies whose remarks it stands in or beside; nil: it stands below a line
	taken bool
}

// shownRemarks reads the remarks of a page, in its order.
func shownRemarks(t testing.TB, page string) []*shownRemark {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	r := &remarkReader{}
	r.read(root)
	return r.found
}

type remarkReader struct {
	found []*shownRemark
	above string
}

func (r *remarkReader) read(n *html.Node) {
	switch {
	case n.Data == "article": // a mail of the thread
		return
	case n.Data == "div" && hasClass(n, "remark"):
		r.remark(n, nil)
		return
	case n.Data == "li" && hasClass(n.Parent, "whole"):
		r.found = append(r.found, &shownRemark{reply: replyNamed(n), lines: []string{textOf(firstOf(n, "q"), "")}})
	case n.Data == "tr" && !hasClass(n, "remarks"):
		r.above = textOf(n.LastChild, "")
		return
	case n.Data == "pre":
		if lines := linesOf(textOf(n, "")); len(lines) > 0 {
			r.above = lines[len(lines)-1]
		}
		return
	}
	for c := range n.ChildNodes() {
		r.read(c)
	}
}

// remark reads a remark, and those in it, which answer it.
func (r *remarkReader) remark(n *html.Node, in []string) {
	s := &shownRemark{reply: replyNamed(n), above: r.above, in: in}
	in = append(slices.Clone(in), s.reply)
	r.found = append(r.found, s)
	for c := range n.ChildNodes() {
		switch {
		case c.Data == "div":
			r.remark(c, in)
			in = append(in, replyNamed(c)) // beyond some depth answers stand beside
		case c.Data == "pre" || c.Data == "details":
			s.lines = append(s.lines, linesOf(textOf(c, "pre"))...)
		}
	}
}

// firstOf is the first element of a name in a node.
func firstOf(n *html.Node, name string) *html.Node {
	for d := range n.Descendants() {
		if d.Data == name {
			return d
		}
	}
	return &html.Node{}
}

// replyNamed is the id that the first link in a node leads to.
func replyNamed(n *html.Node) string {
	for d := range n.Descendants() {
		if d.Data == "a" {
			for _, a := range d.Attr {
				if a.Key == "href" && strings.HasPrefix(a.Val, "#") {
					return a.Val[1:]
				}
			}
		}
	}
	return ""
}

func hasClass(n *html.Node, class string) bool {
	for _, a := range n.Attr {
		if a.Key == "class" && slices.Contains(strings.Fields(a.Val), class) {
			return true
		}
	}
	return false
}

// textOf is the text in a node: in its elements of a name, or everything; but not what the page says of itself.
func textOf(n *html.Node, in string) string {
	var b strings.Builder
	var walk func(n *html.Node, inside bool)
	walk = func(n *html.Node, inside bool) {
		switch {
		case n.Type == html.TextNode && inside:
			b.WriteString(n.Data)
		case n.Data == "em" || n.Data == "summary":
			return
		}
		for c := range n.ChildNodes() {
			walk(c, inside || n.Type == html.ElementNode && n.Data == in)
		}
	}
	walk(n, in == "" || n.Data == in)
	return b.String()
}

// linesOf are the lines of a text that say something.
func linesOf(text string) (out []string) {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			out = append(out, strings.TrimRight(line, "\r\n"))
		}
	}
	return out
}

// A said is what a reply says at one place: lines, behind those that it quotes there, as the page would show them.
type said struct {
	quote, lines []string
	answers      []string // quote, or where that is empty, the one before
	first        bool     // nothing is quoted before it
	last         bool     // nothing is quoted behind it
}

// saidIn reads a reply. What comes behind "-- " is nothing that it says.
func saidIn(text string) []*said {
	out := []*said{{first: true}}
	now := out[0]
	for _, b := range mailtext.Read(text) {
		if b.Kind == mailtext.Signature {
			break
		}
		for _, l := range b.Lines {
			shown := mailtext.Visible(l.Text)
			switch {
			case l.Depth > 0:
				if len(now.lines) > 0 {
					now = &said{answers: now.answers}
					out = append(out, now)
				}
				if now.first = false; keyOf(shown) != "" {
					now.quote = append(now.quote, shown)
					now.answers = now.quote
				}
			case strings.TrimSpace(l.Text) != "":
				now.lines = append(now.lines, shown)
			}
		}
	}
	if len(now.lines) == 0 {
		return out[:len(out)-1]
	}
	now.last = true
	return out
}

var elision = regexp.MustCompile(`^[][(){}<>=*~/\s-]*(\.\.+|…|snip(ped|\.\.\.)?|skip(ped)?|cut|trim(med)?|8<?)[][(){}<>=*~/\s-]*$`)

// saysNothing tells what no page has to list: that something was left out, a greeting, or who wrote what is quoted
// behind it.
func (s *said) saysNothing() bool {
	lines := slices.DeleteFunc(slices.Clone(s.lines), func(l string) bool {
		return elision.MatchString(strings.ToLower(strings.TrimSpace(l)))
	})
	return len(lines) == 0 || len(lines) == 1 && greets(lines[0]) || s.first && !s.last && s.introduces()
}

// greets tells a line such as "Hello Ada,".
func greets(line string) bool {
	return strings.HasSuffix(strings.TrimSpace(line), ",") && len(strings.Fields(line)) <= 4
}

// introduces tells a sentence such as "On Monday, Ada <ada@example.org> wrote:".
func (s *said) introduces() bool {
	end := strings.TrimSpace(s.lines[len(s.lines)-1])
	return len(s.lines) <= 5 && (strings.HasSuffix(end, ":") || strings.HasSuffix(end, ">") || strings.HasSuffix(end, "："))
}

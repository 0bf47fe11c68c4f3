package pages

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/remarks"
)

// remark is what somebody said about a line of a patch, with what others answered.
type remark struct {
	ID    int64 // of the comment
	By    string
	When  moment
	Lines []string
	Under []*remark
}

// asides are the remarks on a text.
type asides struct {
	at    map[int][]*remark // by the index of the line
	Whole []*remark         // about no line: on the whole, or on what was not found
	Count int               // at lines
}

// maxUnder is how many levels of answers stand in each other; what is deeper stands beside the last.
const maxUnder = 6

// asides gathers the remarks of a talk, whose places were found.
func (c *call) asides(t *talk) *asides {
	a := &asides{at: map[int][]*remark{}}
	shown := map[*remarks.Remark]*remark{}
	depth := map[*remarks.Remark]int{}
	for _, m := range t.Comments {
		for i := range m.found.Remarks {
			r := &m.found.Remarks[i]
			s := &remark{ID: m.ID, By: c.author(m), When: c.moment(m.Date), Lines: texts(m.lines[r.From:r.To])}
			under := r.Under
			for under != nil && depth[under] >= maxUnder {
				under = under.Under
			}
			if under != nil {
				depth[r] = depth[under] + 1
			}
			shown[r] = s
			switch {
			case under != nil:
				shown[under].Under = append(shown[under].Under, s)
			case r.At >= 0:
				a.at[r.At] = append(a.at[r.At], s)
			default:
				a.Whole = append(a.Whole, s)
			}
			if r.At >= 0 {
				a.Count++
			}
		}
	}
	a.Whole = slices.DeleteFunc(a.Whole, (*remark).greets)
	return a
}

// author is what the sender of a comment is called.
func (c *call) author(m *comment) string {
	return mailtext.Visible(cmp.Or(m.Submitter.Name, m.Submitter.Email))
}

func texts(lines []remarks.Line) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.Text
	}
	return out
}

// first is the first line that says something, for lists.
func (r *remark) first() string {
	for _, l := range r.Lines {
		if l = strings.TrimSpace(l); l != "" && !isGreeting(l) {
			return mailtext.Visible(cut(l, 100))
		}
	}
	return mailtext.Visible(cut(r.Lines[0], 100))
}

// greets tells that a remark is a greeting and nothing else, which nobody answers.
func (r *remark) greets() bool {
	return len(r.Under) == 0 && len(r.Lines) == 1 && isGreeting(strings.TrimSpace(r.Lines[0]))
}

// isGreeting tells a line such as "Hello Ada,".
func isGreeting(line string) bool {
	const most = 4 // words
	return strings.HasSuffix(line, ",") && len(strings.Fields(line)) <= most
}

// cut shortens a line of text to so many bytes or a few less.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xc0 == 0x80 {
		n--
	}
	return text[:n] + "…"
}

// A long remark is folded behind its first lines.
const (
	longRemark  = 24
	shownRemark = 12
)

// append writes a remark with its answers as HTML. Of mail there is only text in it that is escaped.
func (r *remark) append(b []byte) []byte {
	b = append(b, `<div class="remark"><p class="by"><a href="#`...)
	b = append(strconv.AppendInt(b, r.ID, 10), `"><bdi>`...)
	b = append(mailtext.AppendEscaped(b, r.By), "</bdi></a>"...)
	if age := r.When.Age(); age != "" {
		b = append(append(append(b, ` <span class="age">`...), age...), "</span>"...)
	}
	b = append(b, "</p>\n"...)
	if len(r.Lines) > longRemark {
		b = appendText(b, r.Lines[:shownRemark])
		b = append(b, "<details><summary>"...)
		b = append(strconv.AppendInt(b, int64(len(r.Lines)-shownRemark), 10), " more lines</summary>\n"...)
		b = append(appendText(b, r.Lines[shownRemark:]), "</details>\n"...)
	} else {
		b = appendText(b, r.Lines)
	}
	for _, a := range r.Under {
		b = a.append(b)
	}
	return append(b, "</div>\n"...)
}

func appendText(b []byte, lines []string) []byte {
	b = append(b, "<pre class=\"text\">\n"...)
	for _, l := range lines {
		b = append(mailtext.AppendLine(b, l), '\n')
	}
	return append(b, "</pre>\n"...)
}

package web

import (
	"cmp"
	"embed"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"

	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/site"
)

// sheet is a small page of facts and links. A browser gets it as a page, everybody else as text.
type sheet struct {
	layout.Page
	Intro string
	Facts []fact
	Links []layout.Link // what there is of it, and for whom
	Parts string        // what List has; empty: it has no name
	List  []layout.Link // what it consists of
	None  string        // said where there is no List

	about []int64 // as in site.Answer
}

// fact is one line about the subject of a sheet.
type fact struct {
	Label, Text string
	URL         string    // where it leads; empty: nowhere
	Date        time.Time // in place of Text
}

// Shown is a date as people read it.
func (f fact) Shown() string {
	if f.Date.IsZero() {
		return f.Text
	}
	return f.Date.UTC().Format("2 January 2006 15:04 UTC")
}

//go:embed sheet.tmpl
var templates embed.FS

var sheets = sync.OnceValue(func() layout.Pages { return layout.MustParse(templates, "*.tmpl") })

// sheet answers with a sheet in the form that is asked for.
func (c *call) sheet(of func(*call) (*sheet, error)) (*site.Answer, error) {
	s, err := of(c)
	if err != nil {
		return nil, err
	}
	s.Prefix = layout.Prefix(c.Links.Base)
	if c.Viewer.User != nil {
		s.User = c.Viewer.User.Name
	}
	s.clean()
	if !c.HTML {
		return text(s.text(), s.about...), nil
	}
	body, err := sheets().Render("sheet", s)
	if err != nil {
		return nil, err
	}
	return &site.Answer{Body: body, About: s.about, Header: [][2]string{{"Content-Type", "text/html; charset=utf-8"}}}, nil
}

// text is an answer that is text.
func text(body string, about ...int64) *site.Answer {
	return &site.Answer{Body: []byte(body), About: about, Header: [][2]string{{"Content-Type", mboxType}}}
}

// text is the sheet for those who read no HTML.
func (s *sheet) text() string {
	var b strings.Builder
	b.WriteString(s.Title + "\n")
	if s.Intro != "" {
		b.WriteString("\n" + s.Intro + "\n")
	}
	b.WriteString("\n")
	for _, f := range s.Facts {
		fmt.Fprintf(&b, "%s: %s\n", f.Label, f.Shown())
	}
	if len(s.Facts) > 0 {
		b.WriteString("\n")
	}
	for _, l := range s.Links {
		fmt.Fprintf(&b, "%s: %s\n", l.Text, l.URL)
	}
	if len(s.List) > 0 {
		b.WriteString("\n")
	} else if s.None != "" {
		b.WriteString("\n" + s.None + "\n")
	}
	for _, l := range s.List {
		fmt.Fprintf(&b, "%s\n  %s\n", l.Text, l.URL)
	}
	return b.String()
}

// clean keeps control characters, which mail may have, from the reader. What mail gave no name gets one.
func (s *sheet) clean() {
	s.Title = cmp.Or(oneLine(s.Title), "(no subject)")
	for i := range s.Facts {
		s.Facts[i].Text = oneLine(s.Facts[i].Text)
	}
	for _, links := range [][]layout.Link{s.Up, s.Links, s.List} {
		for i := range links {
			links[i].Text = cmp.Or(oneLine(links[i].Text), "(no subject)")
		}
	}
}

func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text))
}

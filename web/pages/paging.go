package pages

import (
	"fmt"
	"strconv"

	"patchwatch/web/internal/layout"
)

// pager leads through the pages of a list.
type pager struct {
	First, Last, Total int // rows, from 1
	Newer, Older       string
	Of                 string // what is counted where that is not the rows, of which there are fewer; empty: it is the rows
	Page, Pages        int
}

// perPage is how many rows a page has unless the viewer wants another number.
const perPage = 100

// maxPerPage bounds what a viewer may want.
const maxPerPage = 500

func (c *call) rows(usual int) int {
	if u := c.Viewer.User; u != nil && u.PerPage > 0 {
		return min(u.PerPage, maxPerPage)
	}
	return usual
}

// pageNumber is the page that is asked for, from 1. As in Patchwork one that is none is the first, and one that is too
// large the last.
func (q query) pageNumber(size, total int) int {
	last := max(1, (total+size-1)/size)
	if q.one("page") == "last" {
		return last
	}
	return int(min(max(q.number("page"), 1), int64(last)))
}

// wanted is the offset of the page that is asked for where the length of the list is not known yet.
func (q query) wanted(size int) int {
	const most = 100_000_000
	return int(min(max(q.number("page"), 1)-1, most/int64(size))) * size
}

func (q query) pager(f *layout.Page, size, page, rows, total int) pager {
	p := pager{
		First: (page-1)*size + 1, Last: (page-1)*size + rows, Total: total, Page: page, Pages: (total + size - 1) / size,
	}
	if rows == 0 {
		p.First = 0
	}
	if page > 1 {
		p.Newer = q.with("page", pageParameter(page-1))
		if p.Newer == "" {
			p.Newer = "?"
		}
	}
	if page*size < total {
		p.Older = q.with("page", strconv.Itoa(page+1))
	}
	f.Previous, f.Next = p.Newer, p.Older
	return p
}

func pageParameter(page int) string {
	if page == 1 {
		return ""
	}
	return strconv.Itoa(page)
}

// where says which rows these are.
func (p pager) where() string {
	switch {
	case p.Total == 0:
		return "none"
	case p.Of != "" && p.Pages > 1:
		return fmt.Sprintf("page %s of %s, %s %s", thousands(p.Page), thousands(p.Pages), thousands(p.Total), p.Of)
	case p.Of != "":
		return thousands(p.Total) + " " + p.Of
	}
	return fmt.Sprintf("%s-%s of %s", thousands(p.First), thousands(p.Last), thousands(p.Total))
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

package api

import (
	"errors"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

// The sizes of pages, which are Patchwork's.
const (
	usualPage   = 30
	largestPage = 250
)

// paging is which page is asked for.
type paging struct {
	page int // from 1; 0: the last one
	size int
	by   []track.Order
}

// paging reads page, per_page, and order, of which only these columns count.
func (q *query) paging(columns ...string) (p paging, err error) {
	if len(q.words()) > maxWords {
		return p, errManyWords
	}
	p = paging{page: 1, size: usualPage}
	n, err := strconv.Atoi(q.one("per_page"))
	if n > 0 && (err == nil || errors.Is(err, strconv.ErrRange)) { // beyond its range it is the largest int
		p.size = min(n, largestPage)
	}
	if q.values.Has("page") {
		n, ok := parseID(strings.TrimPrefix(q.one("page"), "+"))
		switch {
		case q.one("page") == "last":
			p.page = 0
		case !ok || n > math.MaxInt32:
			return p, errNoPage
		default:
			p.page = int(n)
		}
	}
	for name := range strings.SplitSeq(q.one("order"), ",") {
		name = strings.TrimSpace(name)
		by := strings.TrimPrefix(name, "-")
		same := func(o track.Order) bool { return o.By == by }
		if slices.Contains(columns, by) && !slices.ContainsFunc(p.by, same) {
			p.by = append(p.by, track.Order{By: by, Desc: by != name})
		}
	}
	return p, nil
}

// find turns to the page of what the query asks for.
func find[Row any](q *query, p *paging, ask func(track.Paging) (track.Page[Row], error)) (track.Page[Row], error) {
	if q.nothing {
		ask = sliced[Row](nil)
	}
	return turn(p, ask)
}

// turn asks for the page: ask for rows from an offset on, of how many there are.
func turn[Row any](p *paging, ask func(track.Paging) (track.Page[Row], error)) (rows track.Page[Row], err error) {
	at := track.Paging{Order: p.by, Limit: p.size}
	if p.page == 0 {
		at.Limit = 1
		if rows, err = ask(at); err != nil {
			return rows, err
		}
		p.page, at.Limit = max(1, (rows.Total+p.size-1)/p.size), p.size
	}
	at.Offset = (p.page - 1) * p.size
	if rows, err = ask(at); err == nil && p.page > 1 && len(rows.Rows) == 0 {
		err = errNoPage
	}
	return rows, err
}

// sliced makes a page of rows that are all in memory already, sorted.
func sliced[Row any](all []Row) func(track.Paging) (track.Page[Row], error) {
	return func(p track.Paging) (track.Page[Row], error) {
		from := min(p.Offset, len(all))
		return track.Page[Row]{Rows: all[from:min(from+p.Limit, len(all))], Total: len(all)}, nil
	}
}

// paged is the answer that a page of a list is, with the header Link, which clients cut by position: next is the first.
func (c *call) paged(e *encoder, q *query, p paging, total int, about []int64) *site.Answer {
	a := &site.Answer{Body: e.b, About: about}
	last := max(1, (total+p.size-1)/p.size)
	var links []string
	link := func(rel, query string) {
		links = append(links, "<"+c.base+c.r.URL.EscapedPath()+query+`>; rel="`+rel+`"`)
	}
	if p.page < last {
		link("next", q.withPage(strconv.Itoa(p.page+1)))
	}
	switch {
	case p.page > 2:
		link("prev", q.withPage(strconv.Itoa(p.page-1)))
	case p.page == 2:
		link("prev", q.withPage(""))
	}
	link("first", q.withPage("1"))
	link("last", q.withPage(strconv.Itoa(last)))
	a.Header = append(a.Header, [2]string{"Link", strings.Join(links, ", ")})
	return a
}

// withPage is the query with another page, or with none, which is the first one: Patchwork writes prev so.
func (q *query) withPage(page string) string {
	with := url.Values{}
	for name, values := range q.values {
		for _, v := range values {
			name = strings.ToValidUTF8(name, "\uFFFD")
			with[name] = append(with[name], strings.ToValidUTF8(v, "\uFFFD"))
		}
	}
	if with.Del("page"); page != "" {
		with.Set("page", page)
	}
	if len(with) == 0 {
		return ""
	}
	return "?" + with.Encode()
}

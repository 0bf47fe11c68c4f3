package postgres

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) PatchPage(f track.PatchQuery, known int) (page track.Page[track.PatchRow], err error) {
	if noPatches(f) {
		return page, nil
	}
	on, ok, err := q.byNames(patchesNamed(f))
	if err != nil {
		return page, err
	}
	if !ok {
		l, err := q.patchListing(f)
		if err != nil {
			return page, err
		}
		if on, err = q.onPage(l, f.Paging, known); err != nil {
			return page, err
		}
	}
	if page.Rows, err = q.patchRows(on, f.Scope); err == nil {
		page.Total, err = q.totalOf(on, len(page.Rows))
	}
	return page, err
}

// patchesNamed are wanted where nothing is asked of patches but their names and projects.
func patchesNamed(f track.PatchQuery) (w wanted) {
	if f.States == nil && f.Archived == nil && f.Checked == nil && !f.Nobodys && f.Delegates == nil && f.IDs == nil &&
		f.Series == nil && f.Submitters == nil && f.Hashes == nil && f.MsgIDs == nil &&
		f.Since.IsZero() && f.Before.IsZero() {
		w = wanted{of: both.PatchTotal, words: f.Words, projects: f.Projects, scope: f.Scope, Paging: f.Paging}
		w.inOrder(`p.id`, patchColumnsOrder)
	}
	return w
}

// noPatches tells whether a list has none, whatever is stored.
func noPatches(f track.PatchQuery) bool {
	return nothing(f.Projects) || nothing(f.IDs) || nothing(f.Series) || nothing(f.Submitters) || nothing(f.Delegates) ||
		nothing(f.States) || nothing(f.Hashes) || nothing(f.MsgIDs) || nothing(f.Checked)
}

func (q *queries) PatchCounts(lists []track.PatchQuery) ([]int, error) {
	counts := make([]int, len(lists))
	for i, f := range lists {
		if noPatches(f) {
			continue
		}
		l, err := q.patchListing(f)
		if err != nil {
			return nil, err
		}
		if counts[i], err = q.count(l); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// nothing tells whether none is wanted.
func nothing[T any](in track.In[T]) bool { return in != nil && len(in) == 0 }

var (
	patchName = both.ColumnOrder{Exprs: []string{`m.name`}, Joins: ` JOIN mail m ON m.id = p.mail`}

	patchColumnsOrder = map[string]both.ColumnOrder{
		"date":      {Exprs: []string{`p.date`}},
		"name":      patchName,
		"project":   {Exprs: []string{`pr.link_name`}, Joins: ` JOIN project pr ON pr.id = p.project`},
		"state":     {Exprs: []string{both.StateNumber(`p.state`), `p.state`}},
		"archived":  {Exprs: []string{`p.archived`}},
		"submitter": {Exprs: []string{`coalesce(pe.name, '')`}, Joins: ` LEFT JOIN person pe ON pe.email = p.submitter`},
		"check":     {Exprs: []string{`p.checked`}},
		"delegate":  {Exprs: []string{`coalesce(p.delegate, '')`}},
	}
)

// patchListing says which patches are in the list, and by which keys they are found in the order that is wanted.
func (q *queries) patchListing(f track.PatchQuery) (*listing, error) {
	l := &listing{
		row: `p.mail`, from: `patch p`, counted: both.PatchTotal, date: `p.date`, since: f.Since, before: f.Before,
	}
	w := l.sortBy(f.Scope, f.Order, `p.id`, patchColumnsOrder)
	c := &l.where
	c.scope(`p`, f.Scope)
	anyOf(c, `p.checked`, f.Checked)
	c.add(f.Nobodys, `coalesce(p.delegate, '') = ''`)
	if f.Archived != nil {
		c.add(*f.Archived, `p.archived`)
		c.add(!*f.Archived, `NOT p.archived`)
	}
	if len(f.Words) > 0 {
		l.joins = patchName.Joins
		l.sorting = strings.Replace(l.sorting, l.joins, ``, 1)
		l.words.named(`m.name`, f.Words)
	}
	few := l.fewPatches(f)
	l.few = few && f.Submitters == nil
	l.exact = !few && f.Delegates == nil && !f.Nobodys && f.Checked == nil && len(f.Words) == 0
	if w == both.ByDate && f.States != nil && f.Delegates == nil && !few {
		if found, err := q.alongStates(l, f); found || err != nil {
			return l, err
		}
	}
	l.ordered = w != both.NoWalk && !few
	switch {
	case l.ordered && f.Delegates != nil:
		l.keys = []key{keyOf(`p.delegate`, f.Delegates)}
		anyOf(c, `p.project`, f.Projects)
	default:
		if f.Projects != nil {
			l.keys = []key{keyOf(`p.project`, f.Projects)}
		}
		anyOf(c, `p.delegate`, f.Delegates)
	}
	anyOf(c, `p.state`, f.States)
	return l, nil
}

// fewPatches restricts to what few patches have, and tells whether any such thing is asked for.
func (l *listing) fewPatches(f track.PatchQuery) (few bool) {
	c := &l.where
	before := len(c.terms)
	anyOf(c, `p.id`, f.IDs)
	c.add(f.MsgIDs != nil, `p.mail = ANY (ARRAY(`+chosenNamed+`))`, []string(f.MsgIDs))
	c.add(f.Hashes != nil, `p.mail = ANY (ARRAY(SELECT n.id FROM mail n WHERE `+in(`n.hash`)+`))`, unhexed(f.Hashes))
	anyOf(c, `p.series`, f.Series)
	anyOf(c, `p.submitter`, f.Submitters)
	return len(c.terms) > before
}

// chosenNamed are the chosen mails of some Message-IDs.
var chosenNamed = `SELECT n.id FROM mail n WHERE ` + in(`n.msgid`) + ` AND n.chosen`

// unhexed are hashes that are given in hex. What is no hash is the hash of none.
func unhexed(hashes []string) [][]byte {
	out := make([][]byte, 0, len(hashes))
	for _, h := range hashes {
		if b, err := hex.DecodeString(h); err == nil && len(b) > 0 {
			out = append(out, b)
		}
	}
	return out
}

// alongStates goes along the index of projects and states by date, once for each pair of them that there is. Where
// these are very many, it finds none.
func (q *queries) alongStates(l *listing, f track.PatchQuery) (found bool, err error) {
	l.meeting = conditions{}
	anyOf(&l.meeting, `p.project`, f.Projects)
	anyOf(&l.meeting, `p.state`, f.States)
	if l.chosen, err = q.kinds(l, `p.state`); l.chosen == nil {
		return false, err
	}
	l.keys = []key{{column: `p.project`}, {column: `p.state`}}
	l.ordered = true
	return true, err
}

// shownName is what somebody is called beside a mail: the name in the mail, otherwise the one that counts.
func shownName(s track.Scope) string {
	return `coalesce(nullif(m.sender_name, ''), ` + personName(s) + `, '')`
}

// seriesBrief are the columns of a series where it is named beside something else; all may be NULL.
const seriesBrief = `s.id, coalesce(s.given, s.name, (SELECT name FROM mail WHERE id = ` + leader +
	`)), s.date, s.version, s.submitter`

func seriesBriefInto(s *track.SeriesBrief) []any {
	return []any{(*number)(&s.ID), (*text)(&s.Name), (*seconds)(&s.Date),
		(*smallNumber)(&s.Version), (*text)(&s.Submitter)}
}

func patchRowsQuery(from string, s track.Scope) string {
	return `
	SELECT j.place, p.mail, p.id, p.project, m.msgid, m.name, p.date, d.commit_ref,
		coalesce(d.pull_url, m.pull_url), p.state, p.archived,
		p.hidden, m.hash, p.submitter, a.id, ` + shownName(s) +
		`, p.delegate, p.number, coalesce(s.total, m.total), p.checked,
		d.relation, ` + seriesBrief + `
	FROM ` + from + `patch p ON p.mail = j.value JOIN mail m ON m.id = p.mail
		LEFT JOIN decision d ON d.project = p.project AND d.msgid = m.msgid
		LEFT JOIN person pe ON pe.email = p.submitter LEFT JOIN address a ON a.email = p.submitter
		LEFT JOIN series s ON s.id = p.series`
}

// patchRows tells what the patches of some mails have, in the same order.
func (q *queries) patchRows(on *onPage, scope track.Scope) (out []track.PatchRow, err error) {
	if on.none() {
		return nil, nil
	}
	var place int64
	var places []int64
	relations := map[int64]int64{} // by mail
	var p track.PatchRow
	var hash []byte
	var relation int64
	dest := append([]any{
		&place, &p.Mail, &p.ID, &p.Project, &p.MsgID, &p.Name, (*seconds)(&p.Date), (*text)(&p.CommitRef),
		(*text)(&p.PullURL), &p.State,
		&p.Archived, &p.Hidden, &hash, &p.Submitter.Email, (*number)(&p.Submitter.ID),
		&p.Submitter.Name, (*text)(&p.Delegate),
		(*smallNumber)(&p.Number), &p.Total, (*smallNumber)(&p.Checked), (*number)(&relation),
	}, seriesBriefInto(&p.Series)...)
	if err := q.Each(patchRowsQuery(on.table(), scope), on.args(), func(scan func(...any) error) error {
		err := scan(dest...)
		places = append(places, place)
		p.Hash = hex.EncodeToString(hash)
		if relation != 0 {
			relations[p.Mail] = relation
		}
		out = append(out, p)
		return err
	}); err != nil {
		return nil, err
	}
	out = inPlaces(out, places)
	return out, q.relate(out, relations, scope)
}

// relate adds to patches the others of the same relations, which are given by mail. Hidden ones are never there.
func (q *queries) relate(patches []track.PatchRow, relations map[int64]int64, scope track.Scope) error {
	if len(relations) == 0 {
		return nil
	}
	of := map[int64][]int{} // the places of patches, by relation
	for i := range patches {
		if r := relations[patches[i].Mail]; r != 0 {
			of[r] = append(of[r], i)
		}
	}
	c := conditions{}
	c.add(true, in(`d.relation`), slices.Collect(maps.Keys(of)))
	scope.Whole = false
	c.scope(`p`, scope)
	return q.Each(`
		SELECT d.relation, `+patchBrief+` FROM decision d
		JOIN mail m ON m.msgid = d.msgid AND m.project = d.project AND m.chosen JOIN patch p ON p.mail = m.id
		`+c.where()+` ORDER BY d.relation, p.date, p.id`, c.args, func(scan func(...any) error) error {
		var relation int64
		var m track.MailBrief
		if err := scan(append([]any{&relation}, mailBriefInto(&m)...)...); err != nil {
			return err
		}
		for _, at := range of[relation] {
			if patches[at].ID != m.ID {
				patches[at].Related = append(patches[at].Related, m)
			}
		}
		return nil
	})
}

const patchBrief = `p.id, p.project, m.msgid, m.name, p.date`

func mailBriefInto(m *track.MailBrief) []any {
	return []any{&m.ID, &m.Project, &m.MsgID, &m.Name, (*seconds)(&m.Date)}
}

package sqlite

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) PatchPage(f track.PatchQuery, known int) (page track.Page[track.PatchRow], err error) {
	if findsNone(f) {
		return page, nil
	}
	if kept, err := q.kept(f); err != nil {
		return page, err
	} else if kept != nil {
		page.Total = len(kept.found)
		page.Rows, err = q.patchRows(kept.page(f.Paging), f.Scope)
		return page, err
	}
	l, err := q.countedPatches(f)
	if err != nil {
		return page, err
	}
	if l.pieces, err = q.inPieces(l, f); err != nil {
		return page, err
	}
	ids, total, err := q.idsOf(l, f.Paging, known)
	if err != nil {
		return page, err
	}
	page.Total = total
	page.Rows, err = q.patchRows(ids, f.Scope)
	return page, err
}

// findsNone tells that there is something of which none is wanted.
func findsNone(f track.PatchQuery) bool {
	return nothing(f.Projects) || nothing(f.IDs) || nothing(f.Series) || nothing(f.Submitters) || nothing(f.Delegates) ||
		nothing(f.States) || nothing(f.Hashes) || nothing(f.MsgIDs) || nothing(f.Checked)
}

// countedPatches is a list of patches and how it is counted; nil: there are none in it.
func (q *queries) countedPatches(f track.PatchQuery) (*listing, error) {
	if findsNone(f) {
		return nil, nil
	}
	l, err := q.patchListing(f)
	if err == nil && l.exact && f.Nobodys {
		err = q.countNobodys(l, f)
	}
	return l, err
}

func (q *queries) PatchCounts(lists []track.PatchQuery) ([]int, error) {
	counts := make([]int, len(lists))
	for i, f := range lists {
		l, err := q.countedPatches(f)
		if err == nil && l != nil {
			counts[i], err = q.count(l)
		}
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// nothing tells whether none is wanted.
func nothing[T any](in track.In[T]) bool { return in != nil && len(in) == 0 }

// idsOf finds the rows of a page, and counts the list where its length is not known (-1).
func (q *queries) idsOf(l *listing, p track.Paging, known int) (ids []int64, total int, err error) {
	if total = known; total < 0 {
		if total, err = q.count(l); err != nil {
			return nil, 0, err
		}
	}
	ids, err = q.page(l, p, total)
	return ids, total, err
}

var (
	patchName = both.ColumnOrder{Exprs: []string{`m.name`},
		Joins: ` CROSS JOIN mail m INDEXED BY mail_name ON m.id = p.mail AND ` +
			isNamed("m.")}

	patchColumnsOrder = map[string]both.ColumnOrder{
		"date":      {Exprs: []string{`p.date`}},
		"name":      patchName,
		"project":   {Exprs: []string{`pr.link_name`}, Joins: ` CROSS JOIN project pr ON pr.id = p.project`},
		"state":     {Exprs: []string{both.StateNumber(`p.state`), `p.state`}},
		"archived":  {Exprs: []string{`p.archived`}},
		"submitter": {Exprs: []string{`coalesce(pe.name, '')`}, Joins: ` LEFT JOIN person pe ON pe.email = p.submitter`},
		"check":     {Exprs: []string{`p.checked`}},
		"delegate":  {Exprs: []string{`coalesce(p.delegate, '')`}},
	}
)

// patchListing chooses how patches are found: by what few patches have where that is asked for, and otherwise by
// project and state in the order that is wanted.
func (q *queries) patchListing(f track.PatchQuery) (*listing, error) {
	l := &listing{row: `p.mail`, counted: both.PatchTotal, date: `p.date`, since: f.Since, before: f.Before}
	walk := l.sortBy(f.Scope, f.Order, `p.id`, patchColumnsOrder)
	c := &l.where
	c.scope(`p`, f.Scope)
	anyOf(c, `p.checked`, f.Checked)
	c.add(f.Nobodys, nobodys)
	if f.Archived != nil {
		c.add(*f.Archived, `p.archived`)
		c.add(!*f.Archived, `NOT p.archived`)
	}
	if len(f.Words) > 0 {
		l.joins = patchName.Joins
		l.sorting = strings.Replace(l.sorting, l.joins, ``, 1)
		l.words.words(`m.name`, f.Words)
	}
	if l.findFew(f) {
		anyOf(c, `p.project`, f.Projects)
		anyOf(c, `p.state`, f.States)
		return l, nil
	}
	l.ordered = walk != both.NoWalk
	l.exact = f.Delegates == nil && f.Checked == nil && len(f.Words) == 0
	switch {
	case f.Delegates != nil:
		l.from = `patch p INDEXED BY ` + choose(walk == both.ByID, `patch_delegate_id`, `patch_delegate`)
		l.keys = []key{keyOf(`p.delegate`, f.Delegates)}
		anyOf(c, `p.project`, f.Projects)
		anyOf(c, `p.state`, f.States)
	case onlyBad(f.Checked) && f.Projects != nil:
		l.from, l.ordered = `patch p INDEXED BY patch_checked`, walk == both.ByDate
		l.keys = []key{keyOf(`p.project`, f.Projects), keyOf(`p.checked`, f.Checked)}
		c.add(true, `p.checked > 1`)
		anyOf(c, `p.state`, f.States)
	case f.Archived != nil && *f.Archived && f.States == nil:
		l.from = `patch p INDEXED BY ` + choose(walk == both.ByID, `patch_archived_id`, `patch_archived`)
		l.keys = []key{{`p.archived`, []any{1}}}
		anyOf(c, `p.project`, f.Projects)
	default:
		return l, q.alongPatches(l, f, walk)
	}
	return l, nil
}

const nobodys = `coalesce(p.delegate, '') = ''`

// countNobodys has a list of what is delegated to nobody be counted by what is delegated to anybody: of that there is
// an index that has all that is asked for.
func (q *queries) countNobodys(l *listing, f track.PatchQuery) (err error) {
	but := &listing{from: `patch p INDEXED BY patch_delegate`, date: `p.date`, since: f.Since, before: f.Before}
	c := &but.where
	c.add(true, `p.delegate IS NOT NULL AND p.delegate <> ''`)
	c.scope(`p`, f.Scope)
	anyOf(c, `p.project`, f.Projects)
	anyOf(c, `p.state`, f.States)
	c.add(f.Archived != nil, is(`p.archived`), f.Archived != nil && *f.Archived)
	f.Nobodys = false
	l.but = but
	l.of, err = q.patchListing(f)
	return err
}

// onlyBad tells whether checks are asked for that failed or warned, and no others.
func onlyBad(in track.In[track.CheckState]) bool {
	return len(in) > 0 && !slices.ContainsFunc(in, func(s track.CheckState) bool { return s < track.CheckWarning })
}

// findFew finds patches by what few of them have, if any such thing is asked for.
func (l *listing) findFew(f track.PatchQuery) bool {
	c := &l.where
	if l.given(f.IDs != nil, `patch p INDEXED BY patch_id`) {
		anyOf(c, `p.id`, f.IDs)
	}
	if l.given(f.MsgIDs != nil, `patch p NOT INDEXED`) {
		c.add(true, `p.mail IN (`+chosenNamed+`)`, list(f.MsgIDs))
	}
	if l.given(f.Hashes != nil, `patch p NOT INDEXED`) {
		c.hashes(f.Hashes)
	}
	if l.given(f.Series != nil, `patch p INDEXED BY patch_series`) {
		anyOf(c, `p.series`, f.Series)
	}
	if l.given(f.Submitters != nil, `patch p INDEXED BY patch_submitter`) {
		anyOf(c, `p.submitter`, f.Submitters)
	}
	if l.from == `` {
		return false
	}
	anyOf(c, `p.delegate`, f.Delegates)
	return true
}

// chosenNamed are the chosen mails of some Message-IDs.
const chosenNamed = `SELECT n.id FROM json_each(?) j CROSS JOIN mail n WHERE n.msgid = j.value AND n.chosen`

// hashes restricts to patches of these hashes, in hex. What is no hash is the hash of none.
func (c *conditions) hashes(hashes []string) {
	c.add(true, `p.mail IN (WITH RECURSIVE `+partsOf(senderPartBits)+`
		SELECT n.id FROM json_each(?) j CROSS JOIN part CROSS JOIN mail n
		WHERE part.n IS NOT NULL
		AND `+hashPart("n.id")+` = part.n AND `+hashStart("n.hash")+` = `+hashStart("unhex(j.value)")+`
			AND n.hash = unhex(j.value))`, list(hashes))
}

// alongPatches goes along an index by project, or by project and state, in the order of numbers or of dates.
func (q *queries) alongPatches(l *listing, f track.PatchQuery, w both.Walk) error {
	if w == both.ByDate && f.States != nil {
		if found, err := q.alongStates(l, f); found || err != nil {
			return err
		}
	}
	index := choose(w == both.ByID, `patch_id`, `patch_newest`)
	if f.Projects != nil {
		index = choose(w == both.ByID, `patch_project_id`, `patch_date`)
		l.keys = []key{keyOf(`p.project`, f.Projects)}
	}
	l.from = `patch p INDEXED BY ` + index
	where := l.where
	anyOf(&l.where, `p.state`, f.States)
	switch {
	case len(f.Words) > 0:
		return q.narrowByWords(l, wordsInPatches(f), w)
	case f.States != nil:
		n := l.narrowBy(kindsOfPatches+`patch p INDEXED BY patch_state`, nil)
		n.where = conditions{terms: []string{`p.project = t.project`, `p.state = t.kind`}}
		anyOf(&n.where, `t.project`, f.Projects)
		anyOf(&n.where, `t.kind`, f.States)
		n.where.addAll(&where)
	case w == both.ByID && l.dated():
		l.narrowBy(`patch p INDEXED BY `+choose(f.Projects != nil, `patch_date`, `patch_newest`), l.keys)
	}
	return nil
}

// kindsOfPatches are all projects and states that patches have.
const kindsOfPatches = `(SELECT DISTINCT project, kind FROM total WHERE list = 1 AND amount > 0) t CROSS JOIN `

// alongStates goes along the index of projects and states by date, once for each pair of them that there is. Where
// these are very many, it finds none.
func (q *queries) alongStates(l *listing, f track.PatchQuery) (found bool, err error) {
	l.meeting = conditions{}
	anyOf(&l.meeting, `p.project`, f.Projects)
	anyOf(&l.meeting, `p.state`, f.States)
	if l.chosen, err = q.kinds(l, `p.state`); l.chosen == nil {
		return false, err
	}
	l.from = `patch p INDEXED BY patch_state`
	l.keys = []key{{column: `p.project`}, {column: `p.state`}}
	if len(f.Words) > 0 {
		err = q.narrowByWords(l, wordsInPatches(f), both.ByDate)
	}
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

func patchRowsQuery(s track.Scope) string {
	return `
	SELECT p.mail, p.id, p.project, m.msgid, m.name, p.date, d.commit_ref,
		coalesce(d.pull_url, m.pull_url), p.state, p.archived,
		p.hidden, m.hash, p.submitter, a.id, ` + shownName(s) +
		`, p.delegate, p.number, coalesce(s.total, m.total), p.checked,
		d.relation, ` + seriesBrief + `
	FROM ` + given + `patch p CROSS JOIN mail m LEFT JOIN decision d ON d.project = p.project AND d.msgid = m.msgid
		LEFT JOIN person pe ON pe.email = p.submitter LEFT JOIN address a ON a.email = p.submitter
		LEFT JOIN series s ON s.id = p.series
	WHERE p.mail = j.value AND m.id = p.mail`
}

// patchRows tells what the patches of these mails have, in the same order.
func (q *queries) patchRows(mails []int64, scope track.Scope) (out []track.PatchRow, err error) {
	if len(mails) == 0 {
		return nil, nil
	}
	out = make([]track.PatchRow, 0, len(mails))
	relations := map[int64]int64{} // by mail
	var p track.PatchRow
	var hash []byte
	var relation int64
	dest := append([]any{
		&p.Mail, &p.ID, &p.Project, &p.MsgID, &p.Name, (*seconds)(&p.Date), (*text)(&p.CommitRef),
		(*text)(&p.PullURL), &p.State,
		&p.Archived, &p.Hidden, &hash, &p.Submitter.Email, (*number)(&p.Submitter.ID),
		&p.Submitter.Name, (*text)(&p.Delegate),
		(*smallNumber)(&p.Number), &p.Total, (*smallNumber)(&p.Checked), (*number)(&relation),
	}, seriesBriefInto(&p.Series)...)
	if err := q.Each(patchRowsQuery(scope), []any{list(mails)}, func(scan func(...any) error) error {
		err := scan(dest...)
		p.Hash = hex.EncodeToString(hash)
		if relation != 0 {
			relations[p.Mail] = relation
		}
		out = append(out, p)
		return err
	}); err != nil {
		return nil, err
	}
	inOrderOf(out, mails, func(p *track.PatchRow) int64 { return p.Mail })
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
	c := conditions{args: []any{list(slices.Collect(maps.Keys(of)))}}
	c.add(true, `d.relation = j.value`)
	scope.Whole = false
	c.scope(`p`, scope)
	return q.Each(`
		SELECT d.relation, `+patchBrief+` FROM `+given+`decision d INDEXED BY decision_relation
		CROSS JOIN mail m CROSS JOIN patch p
		`+c.where()+` AND m.msgid = d.msgid AND m.project = d.project AND m.chosen AND p.mail = m.id
		ORDER BY d.relation, p.date, p.id`, c.args, func(scan func(...any) error) error {
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

package sqlite

import (
	"strconv"
	"strings"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) PersonPage(f track.PersonQuery, known int) (page track.Page[track.PersonView], err error) {
	if nothing(f.IDs) || nothing(f.Emails) {
		return page, nil
	}
	if known < 0 && f.IDs == nil && f.Emails == nil && len(f.Words) == 0 && len(f.Without) == 0 { // each has a number
		if _, err := q.Row(`SELECT count(*) FROM person`, nil, &known); err != nil {
			return page, err
		}
	}
	ids, total, err := q.idsOf(personListing(f), f.Paging, known)
	if err != nil || len(ids) == 0 {
		page.Total = total
		return page, err
	}
	page.Total = total
	err = q.Each(`
		SELECT a.id, a.email, `+personName(f.Scope)+` FROM `+given+`address a CROSS JOIN person pe
		WHERE a.id = j.value AND pe.email = a.email`, []any{list(ids)}, func(scan func(...any) error) error {
		var p track.PersonView
		err := scan(&p.ID, &p.Email, &p.Name)
		page.Rows = append(page.Rows, p)
		return err
	})
	inOrderOf(page.Rows, ids, func(p *track.PersonView) int64 { return p.ID })
	return page, err
}

var personColumnsOrder = map[string]both.ColumnOrder{
	"name":  {Exprs: []string{`pe.name`}},
	"email": {Exprs: []string{`a.email`}},
}

// personListing goes through everybody: they are few beside their mails.
func personListing(f track.PersonQuery) *listing {
	l := &listing{row: `a.id`, from: `address a`, joins: ` CROSS JOIN person pe ON pe.email = a.email`}
	l.ordered = l.sortBy(f.Scope, f.Order, `a.id`, personColumnsOrder) == both.ByID
	name := personName(f.Scope)
	c := &l.where
	c.add(len(f.Without) > 0, name+` IS NOT NULL`)
	anyOf(c, `a.id`, f.IDs)
	anyOf(c, `a.email`, f.Emails)
	for _, w := range f.Words {
		p := both.LikePattern(w)
		c.add(true, `(`+name+` LIKE ? ESCAPE '\' OR a.email LIKE ? ESCAPE '\')`, p, p)
	}
	return l
}

// personName is what a viewer calls somebody in the table person under the alias pe. It is NULL for those who are named
// only by mail that the viewer does not see. All of somebody's mail is looked at only where the mail that names them is
// such. The numbers stand in the text, since it is used in places from which arguments would come in any order.
func personName(s track.Scope) string {
	if len(s.Without) == 0 {
		return both.OfPerson
	}
	numbers := make([]string, len(s.Without))
	for i, id := range s.Without {
		numbers[i] = strconv.FormatInt(id, 10)
	}
	seen := `project NOT IN (` + strings.Join(numbers, `, `) + `)`
	return `CASE WHEN (SELECT ` + seen + ` FROM mail WHERE id = pe.mail) THEN ` + both.OfPerson +
		` ELSE (` + namingOf("sender = pe.email AND "+seen, "n.sender_name") + `) END`
}

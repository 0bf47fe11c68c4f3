package sqlite

import (
	"fmt"
	"strconv"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
)

// Most of what is asked for, only few mails have: often none but the one that it is asked for. Then one look at each
// part of an index answers all questions about it, whichever versions and dates they are about.
const (
	fewAlike = 20 // mails that have something, at most
	moreFew  = 50 // that may be read besides for all that is asked for
)

// alikeValue is what some mails of a project have in common.
type alikeValue struct {
	project int64
	value   any
}

// alikeMail is a mail that has one of the values, by its place among them.
type alikeMail struct {
	at            int
	id            int64
	version, date int64
}

// fewQuery finds which mails have some values, by the index alone but for the project.
func fewQuery(by engine.Feature, known bool) string {
	asked, from, has := askedFor(by, known)
	return asked + `
	SELECT a.place, x.id, x.version, x.date
	FROM ` + from + `mail x
	WHERE ` + has + ` AND x.project = a.project AND x.chosen
	LIMIT +?`
}

// askedAlike is a value that is asked for, its place among all of them, and the parts in which it may be.
type askedAlike struct {
	place         int
	project       int64
	value         any
	version, date int64
	parts         []int64
}

// askedList writes a list as askedFor reads it: there are many, and json.Marshal takes longer than SQLite.
func askedList(all []askedAlike) string {
	b := []byte{'['}
	for i := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = all[i].append(b)
	}
	return string(append(b, ']'))
}

func (a *askedAlike) append(b []byte) []byte {
	value := list([]any{a.value}) // a number or a text
	b = fmt.Appendf(b, "[%d,%d,%s,%d,%d,[", a.place, a.project, value[1:len(value)-1], a.version, a.date)
	for i, part := range a.parts {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, part, 10)
	}
	return append(b, "]]"...)
}

// alikeFew answers the questions at these places that are about what few mails have, and gives the places of the rest.
func (q *queries) alikeFew(by engine.Feature, all []engine.Likeness, at []int, out [][]engine.Alike) (
	rest []int, err error) {
	places := map[alikeValue]int{}
	var values []alikeValue
	for _, i := range at {
		v := alikeValue{all[i].Project, likenessValue(&all[i])}
		if _, known := places[v]; !known {
			places[v] = len(values)
			values = append(values, v)
		}
	}
	mails, known, err := q.fewMails(by, values)
	if err != nil {
		return nil, err
	}
	found := map[int64][]int{} // the questions that each mail is an answer to
	for _, i := range at {
		v := places[alikeValue{all[i].Project, likenessValue(&all[i])}]
		if v >= known || len(mails[v]) > fewAlike {
			rest = append(rest, i)
			continue
		}
		for _, m := range mails[v] {
			if m.answers(&all[i]) {
				found[m.id] = append(found[m.id], i)
			}
		}
	}
	if len(found) == 0 {
		return rest, nil
	}
	return rest, q.fillAlike(all, found, out)
}

// fewMails finds the mails that have each value. Of the values from known on, it is not known which have them.
func (q *queries) fewMails(by engine.Feature, values []alikeValue) (mails [][]alikeMail, known int, err error) {
	parts, inParts, err := q.partsWith(by, values)
	if err != nil {
		return nil, 0, err
	}
	asked := make([]askedAlike, len(values))
	for i, v := range values {
		asked[i] = askedAlike{place: i, project: v.project, value: v.value}
		if inParts {
			asked[i].parts = parts[i]
		}
	}
	most := fewAlike*len(values)/4 + moreFew
	mails, read := make([][]alikeMail, len(values)), 0
	known = len(values)
	err = q.Each(fewQuery(by, inParts), []any{askedList(asked), most}, func(scan func(...any) error) error {
		var m alikeMail
		err := scan(&m.at, &m.id, &m.version, &m.date)
		if mails[m.at] = append(mails[m.at], m); err == nil {
			if read++; read == most {
				known = m.at
			}
		}
		return err
	})
	return mails, known, err
}

// answers tells whether a mail that has what is asked for is of the right version and date.
func (m *alikeMail) answers(l *engine.Likeness) bool {
	version, date := int64(l.Version), likenessDate(l)
	switch l.Which {
	case engine.Lower:
		return m.version < version && m.date <= date
	case engine.SameEarlier:
		return m.version == version && m.date <= date
	case engine.SameLater:
		return m.version == version && m.date >= date
	}
	return m.version > version && m.date >= date
}

// fillAlike reads the mails that were found and puts them into the answers.
func (q *queries) fillAlike(all []engine.Likeness, found map[int64][]int, out [][]engine.Alike) error {
	if err := q.Each(`
		SELECT m.id, `+alikeColumns+`
		FROM `+given+`mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		WHERE m.id = j.value`, []any{list(engine.SortedKeys(found))}, func(scan func(...any) error) error {
		var id int64
		var a engine.Alike
		err := scan(append([]any{&id}, alikeInto(&a)...)...)
		for _, i := range found[id] {
			out[i] = append(out[i], a)
		}
		return err
	}); err != nil {
		return err
	}
	for _, of := range found {
		for _, i := range of {
			order.By(out[i], all[i].Which.Compare)
			out[i] = out[i][:min(len(out[i]), all[i].Most)]
		}
	}
	return nil
}

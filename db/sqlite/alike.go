package sqlite

import (
	"encoding/hex"
	"fmt"
	"math"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/internal/order"
)

// alikeQuery finds for each that is asked for the first mails of each part of the index. The inner question is asked
// for each of them, by index.
func alikeQuery(by engine.Feature, which engine.Which, known bool) string {
	asked, from, has := askedFor(by, known)
	versions := [...]string{
		engine.Lower:       `x.version < a.version AND x.date <= a.date`,
		engine.SameEarlier: `x.version = a.version AND x.date <= a.date`,
		engine.SameLater:   `x.version = a.version AND x.date >= a.date`,
		engine.Higher:      `x.version > a.version AND x.date >= a.date`,
	}
	order := [...]string{ // where the version is one, SQLite would sort all mails of it for the sake of its column
		engine.Lower:       `x.version DESC, x.date DESC, x.msgid`,
		engine.SameEarlier: `x.date DESC, x.msgid`,
		engine.SameLater:   `x.date, x.msgid`,
		engine.Higher:      `x.version, x.date, x.msgid`,
	}
	return fmt.Sprintf(asked+`
	SELECT a.place, `+alikeColumns+`
	FROM `+from+`mail m
		LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
	WHERE m.id IN (
		SELECT x.id FROM mail x WHERE %s AND %s AND x.project = a.project AND x.chosen ORDER BY %s LIMIT +?)`,
		has, versions[which], order[which])
}

// askedFor is how a list of askedAlike is read: the tables asked and part, what to join with them, and which mails x
// have the feature of a in a part. known: the list has the parts of each; otherwise all are meant. The list is read
// into a table first: to look into JSON for each row that is compared takes longer than all the rest.
func askedFor(by engine.Feature, known bool) (tables, from, has string) {
	value, part := `value ->> 2`, `part.n`
	from = `asked a CROSS JOIN part CROSS JOIN `
	if known {
		part, from = `part.value`, `asked a CROSS JOIN json_each(a.parts) part CROSS JOIN `
	}
	parts := `part(n) AS (SELECT 0)`
	switch by {
	case engine.ByTitle:
		parts = partsOf(titlePartBits)
		has = titlePart("x.id") + ` = ` + part + ` AND x.title = a.value AND ` + isTitled("x.")
	case engine.ByChange:
		parts = partsOf(titlePartBits)
		has = titlePart("x.id") + ` = ` + part + ` AND x.change = a.value AND ` + isChange("x.")
	case engine.ByDiff:
		value, parts = `unhex(value ->> 2)`, partsOf(senderPartBits)
		has = hashPart("x.id") + ` = ` + part + ` AND ` + hashStart("x.hash") + ` = ` + hashStart("a.value") +
			` AND x.hash = a.value`
	case engine.ByEarlier:
		has = `x.earlier = a.value`
	}
	asked := `asked(place, project, value, version, date, parts) AS MATERIALIZED (
		SELECT value ->> 0, value ->> 1, ` + value + `, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?))`
	if known {
		return `WITH ` + asked, from, has
	}
	return `WITH RECURSIVE ` + parts + `, ` + asked, from, part + ` IS NOT NULL AND ` + has
}

const alikeColumns = `m.version, m.date, m.msgid, m.name, coalesce(m.hash, x''), coalesce(p.series, c.series, 0)`

func alikeInto(a *engine.Alike) []any {
	return []any{&a.Version, (*seconds)(&a.Date), &a.MsgID, &a.Name, (*blob)(&a.Hash), &a.Series}
}

// alikeKey says which likenesses are looked for by one question.
type alikeKey struct {
	by    engine.Feature
	which engine.Which
	most  int
}

func (q *queries) Alike(all []engine.Likeness) ([][]engine.Alike, error) {
	out := make([][]engine.Alike, len(all))
	byFeature := map[engine.Feature][]int{}
	for i, l := range all {
		byFeature[l.By] = append(byFeature[l.By], i)
	}
	places := map[alikeKey][]int{}
	for by, at := range byFeature {
		rest, err := q.alikeFew(by, all, at, out)
		if err != nil {
			return nil, err
		}
		for _, i := range rest {
			key := alikeKey{by, all[i].Which, all[i].Most}
			places[key] = append(places[key], i)
		}
	}
	for key, at := range places {
		if err := q.alike(key, all, at, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// alike answers the questions at these places. What is found in several parts is put in order.
func (q *queries) alike(key alikeKey, all []engine.Likeness, at []int, out [][]engine.Alike) error {
	values := make([]alikeValue, len(at))
	for i, place := range at {
		values[i] = alikeValue{all[place].Project, likenessValue(&all[place])}
	}
	parts, known, err := q.partsWith(key.by, values)
	if err != nil {
		return err
	}
	asked := make([]askedAlike, len(at))
	for i, place := range at {
		asked[i] = askedAlike{i, values[i].project, values[i].value, int64(all[place].Version), likenessDate(&all[place]), nil}
		if known {
			asked[i].parts = parts[i]
		}
	}
	if err := q.Each(alikeQuery(key.by, key.which, known), []any{askedList(asked), key.most},
		func(scan func(...any) error) error {
			var i int
			var a engine.Alike
			err := scan(append([]any{&i}, alikeInto(&a)...)...)
			out[at[i]] = append(out[at[i]], a)
			return err
		}); err != nil {
		return err
	}
	for _, place := range at {
		found := out[place]
		order.By(found, key.which.Compare)
		out[place] = found[:min(len(found), key.most)]
	}
	return nil
}

// likenessDate is the second from which, or up to which, mails are meant.
func likenessDate(l *engine.Likeness) int64 {
	switch {
	case l.At.IsZero() && l.Which.Forward(), l.Which == engine.Higher:
		return math.MinInt64
	case l.At.IsZero():
		return math.MaxInt64
	}
	return l.At.Unix()
}

// likenessValue is what mails have in common, as a list in JSON has it.
func likenessValue(l *engine.Likeness) any {
	switch l.By {
	case engine.ByDiff:
		return hex.EncodeToString([]byte(l.Text))
	case engine.ByEarlier:
		return l.Text
	}
	return l.Value
}

var besideQuery = `
	SELECT f.hash, m.sender, ` + alikeColumns + `
	FROM ` + given + `ref f CROSS JOIN mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
	WHERE f.hash = j.value AND f.member BETWEEN +? AND +? AND m.id = f.mail AND m.chosen
		AND coalesce(p.series, c.series) IS NOT NULL`

func (q *queries) Beside(to []engine.Name, who engine.Who) (out []engine.Beside, err error) {
	named := make(map[int64]engine.Name, len(to))
	hashes := make([]int64, len(to))
	for i, name := range to {
		hashes[i] = engine.RefHash(name.Project, name.MsgID)
		named[hashes[i]] = name
	}
	least, most := memberRange(who)
	err = q.Each(besideQuery, []any{list(both.Once(hashes)), least, most}, func(scan func(...any) error) error {
		var hash int64
		var b engine.Beside
		err := scan(append([]any{&hash, &b.Sender}, alikeInto(&b.Alike)...)...)
		b.To = named[hash]
		out = append(out, b)
		return err
	})
	return out, err
}

func (q *queries) LeadTo(names []engine.Name) (map[engine.Name]int64, error) {
	return q.seriesOfNamed(`
		SELECT n.project, n.msgid, coalesce(p.series, c.series, pp.series, pc.series) AS led
		FROM `+given+`mail n LEFT JOIN patch p ON p.mail = n.id LEFT JOIN cover c ON c.mail = n.id
			LEFT JOIN reply r ON r.mail = n.id AND p.mail IS NULL AND c.mail IS NULL
			LEFT JOIN patch pp ON pp.mail = r.parent LEFT JOIN cover pc ON pc.mail = r.parent
		WHERE n.msgid = j.value AND n.chosen AND led IS NOT NULL`, names)
}

package postgres

import (
	"fmt"
	"math"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
)

// alikeQuery takes the columns of likenesses and finds for each the first mails in its order. Each branch answers the
// questions of one kind and is not looked into for others; it walks an index and stops when it has enough.
func alikeQuery(by engine.Feature) string {
	kind, has := featureOf(by)
	branches := make([]string, 4)
	for which, c := range [...]struct{ condition, order string }{
		engine.Lower:       {`x.version < a.version AND x.date <= a.date`, `x.version DESC, x.date DESC, x.msgid`},
		engine.SameEarlier: {`x.version = a.version AND x.date <= a.date`, `x.date DESC, x.msgid`},
		engine.SameLater:   {`x.version = a.version AND x.date >= a.date`, `x.date, x.msgid`},
		engine.Higher:      {`x.version > a.version AND x.date >= a.date`, `x.version, x.date, x.msgid`},
	} {
		branches[which] = fmt.Sprintf(`(SELECT x.id FROM mail x WHERE a.which = %d AND %s AND %s
			AND x.project = a.project AND x.chosen ORDER BY %s LIMIT a.most)`, which, has, c.condition, c.order)
	}
	return `SELECT a.place, ` + alikeColumns + `
	FROM unnest(?::bigint[], ?::` + kind + `[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
			WITH ORDINALITY a(project, value, version, date, which, most, place)
		CROSS JOIN LATERAL (` + strings.Join(branches, ` UNION ALL `) + `) found
		JOIN mail m ON m.id = found.id
		LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id`
}

// featureOf says of what type the values of a feature are, and which mails x have that of a.
func featureOf(by engine.Feature) (kind, has string) {
	switch by {
	case engine.ByChange:
		return `bigint`, `x.change = a.value`
	case engine.ByDiff:
		return `bytea`, `x.hash = a.value`
	case engine.ByEarlier: // the index has the beginning of it
		return `text`, `left(x.earlier, 200) = left(a.value, 200) AND x.earlier = a.value`
	}
	return `bigint`, `x.title = a.value`
}

var alikeQueries = [...]string{
	engine.ByTitle:   alikeQuery(engine.ByTitle),
	engine.ByChange:  alikeQuery(engine.ByChange),
	engine.ByDiff:    alikeQuery(engine.ByDiff),
	engine.ByEarlier: alikeQuery(engine.ByEarlier),
}

const alikeColumns = `m.version, m.date, m.msgid, m.name, coalesce(m.hash, ''), coalesce(p.series, c.series, 0)`

func alikeInto(a *engine.Alike) []any {
	return []any{&a.Version, (*seconds)(&a.Date), &a.MsgID, &a.Name, (*blob)(&a.Hash), &a.Series}
}

func (q *queries) Alike(all []engine.Likeness) ([][]engine.Alike, error) {
	out := make([][]engine.Alike, len(all))
	for by := range alikeQueries {
		if err := q.alike(engine.Feature(by), all, out); err != nil {
			return nil, err
		}
	}
	for i := range out {
		order.By(out[i], all[i].Which.Compare) // joins may have changed the order
	}
	return out, nil
}

// alike answers the questions about one feature.
func (q *queries) alike(by engine.Feature, all []engine.Likeness, out [][]engine.Alike) error {
	var at []int
	var projects, numbers, versions, dates, which, most []int64
	var hashes [][]byte
	var texts []string
	for i := range all {
		l := &all[i]
		if l.By != by {
			continue
		}
		at, projects, numbers = append(at, i), append(projects, l.Project), append(numbers, l.Value)
		hashes, texts = append(hashes, []byte(l.Text)), append(texts, l.Text)
		versions, dates = append(versions, int64(l.Version)), append(dates, likenessDate(l))
		which, most = append(which, int64(l.Which)), append(most, int64(l.Most))
	}
	if len(at) == 0 {
		return nil
	}
	values := any(numbers)
	switch by {
	case engine.ByDiff:
		values = hashes
	case engine.ByEarlier:
		values = texts
	}
	return q.Each(alikeQueries[by], []any{projects, values, versions, dates, which, most},
		func(scan func(...any) error) error {
			var place int
			var a engine.Alike
			err := scan(append([]any{&place}, alikeInto(&a)...)...)
			out[at[place-1]] = append(out[at[place-1]], a)
			return err
		})
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

var besideQuery = `
	SELECT f.hash, m.sender, ` + alikeColumns + `
	FROM ref f JOIN mail m ON m.id = f.mail LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
	WHERE ` + in("f.hash") + ` AND ` + in("f.member") + ` AND m.chosen AND coalesce(p.series, c.series) IS NOT NULL`

func (q *queries) Beside(to []engine.Name, who engine.Who) (out []engine.Beside, err error) {
	named := make(map[int64]engine.Name, len(to))
	hashes := make([]int64, len(to))
	for i, name := range to {
		hashes[i] = engine.RefHash(name.Project, name.MsgID)
		named[hashes[i]] = name
	}
	err = q.Each(besideQuery, []any{hashes, membership(who)}, func(scan func(...any) error) error {
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
	const led = `coalesce(p.series, c.series, pp.series, pc.series)`
	return q.seriesOfNamed(`
		SELECT n.project, n.msgid, `+led+`
		FROM mail n LEFT JOIN patch p ON p.mail = n.id LEFT JOIN cover c ON c.mail = n.id
			LEFT JOIN reply r ON r.mail = n.id AND p.mail IS NULL AND c.mail IS NULL
			LEFT JOIN patch pp ON pp.mail = r.parent LEFT JOIN cover pc ON pc.mail = r.parent
		WHERE `+in("n.msgid")+` AND n.chosen AND `+led+` IS NOT NULL`, names)
}

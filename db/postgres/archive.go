package postgres

import (
	"cmp"
	"math"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// archived finds mails by number. A reply is hidden with the patch or cover that it is about.
var archived = `SELECT coalesce(m.first, m.id), m.id, m.project, m.msgid, m.kind, r.parent IS NOT NULL, m.name,
		m.date, m.delivered, m.sender, m.sender_name, m.refs,
		coalesce(p.hidden, c.hidden, r.hidden, false) OR coalesce(pp.hidden, pc.hidden, false)
	FROM ` + given + `mail m ON m.id = j.value LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		LEFT JOIN reply r ON r.mail = m.id LEFT JOIN patch pp ON pp.mail = r.parent LEFT JOIN cover pc ON pc.mail = r.parent
	WHERE m.chosen AND m.project IS NOT NULL`

func (q *queries) Archived(mails []int64) (out []track.ArchivedMail, err error) {
	mails = both.Once(mails)
	out = make([]track.ArchivedMail, 0, len(mails))
	err = q.Each(archived, []any{mails}, func(scan func(...any) error) error {
		var m track.ArchivedMail
		var kind track.Kind
		var leads bool
		err := scan(&m.ID, &m.Mail, &m.Project, &m.MsgID, &kind, &leads, &m.Name, (*seconds)(&m.Date),
			(*micros)(&m.Delivered),
			&m.Sender.Email, &m.Sender.Name, (*lines)(&m.Refs), &m.Hidden)
		m.Role = engine.RoleOf(m.Project, kind, leads)
		out = append(out, m)
		return err
	})
	order.By(out, func(a, b track.ArchivedMail) int { return cmp.Compare(a.Mail, b.Mail) })
	return out, err
}

var namedIn = `SELECT m.id FROM mail m WHERE ` + in("m.msgid") + ` AND m.chosen AND ` + in("m.project")

func (q *queries) NamedIn(projects []int64, msgids []string) (out []int64, err error) {
	err = q.Each(namedIn, []any{msgids, projects}, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		out = append(out, id)
		return err
	})
	return engine.Distinct(out), err
}

// The table has references of chosen mails only, of each project apart.
var referringIn = `SELECT DISTINCT f.mail FROM ref f WHERE ` + in("f.hash")

func (q *queries) ReferringIn(projects []int64, msgids []string) (out []int64, err error) {
	hashes := make([]int64, 0, len(projects)*len(msgids))
	for _, id := range msgids {
		for _, p := range projects {
			hashes = append(hashes, engine.RefHash(p, id))
		}
	}
	err = q.Each(referringIn, []any{hashes}, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		out = append(out, id)
		return err
	})
	return engine.Distinct(out), err
}

// recentOf walks along the index of each project, from one of its ends.
func recentOf(direction string) string {
	return `SELECT m.id, m.date FROM unnest(?::bigint[]) j(value) CROSS JOIN LATERAL (
		SELECT id, date FROM mail WHERE project + 0 = j.value AND chosen AND date >= ? AND date < ?
		ORDER BY date ` + direction + `, id ` + direction + ` LIMIT ?) m`
}

var recentNewest, recentOldest = recentOf("DESC"), recentOf("ASC")

// dated is a mail with its date.
type dated struct{ date, id int64 }

func (a dated) compare(b dated) int {
	return cmp.Or(cmp.Compare(a.date, b.date), cmp.Compare(a.id, b.id))
}

func (q *queries) Recent(r track.RecentQuery) ([]int64, error) {
	since, before, query := int64(math.MinInt64), int64(math.MaxInt64), recentNewest
	if !r.Since.IsZero() {
		since = r.Since.Unix()
	}
	if !r.Before.IsZero() {
		before = r.Before.Add(time.Second - 1).Unix()
	}
	if r.Oldest {
		query = recentOldest
	}
	var all []dated
	if err := q.Each(query, []any{both.Once(r.Projects), since, before, r.Most}, func(scan func(...any) error) error {
		var d dated
		err := scan(&d.id, &d.date)
		all = append(all, d)
		return err
	}); err != nil {
		return nil, err
	}
	order.By(all, func(a, b dated) int { return b.compare(a) })
	if n := min(r.Most, len(all)); r.Oldest {
		all = all[len(all)-n:]
	} else {
		all = all[:n]
	}
	ids := make([]int64, len(all))
	for i := range all {
		ids[i] = all[i].id
	}
	return ids, nil
}

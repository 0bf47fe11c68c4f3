package sqlite

import (
	"encoding/hex"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) Patches(f track.Filter) (out []track.PatchView, err error) {
	c := patchConditions(f)
	err = q.Each(`
		SELECT p.id, p.mail, pr.link_name, m.msgid, m.name, p.date, p.submitter,
			coalesce(nullif(m.sender_name, ''), pe.name, ''),
			p.state, p.superseded, p.delegate, p.archived, p.series, coalesce(p.number, 0), m.total,
				m.version, m.pull_url, m.hash
		FROM patch p JOIN mail m ON m.id = p.mail JOIN project pr ON pr.id = p.project
			LEFT JOIN person pe ON pe.email = p.submitter`+c.where()+`
		ORDER BY p.date DESC, p.id DESC`+both.Limit(f.Limit), c.args, func(scan func(...any) error) error {
		var p track.PatchView
		var hash []byte
		err := scan(&p.ID, &p.Mail, &p.Project, &p.MsgID, &p.Name, (*seconds)(&p.Date), &p.Submitter.Email, &p.Submitter.Name,
			&p.State, (*number)(&p.Superseded), (*text)(&p.Delegate), &p.Archived,
			(*number)(&p.Series), &p.Number, &p.Total, &p.Version,
			(*text)(&p.PullURL), &hash)
		p.Hash = hex.EncodeToString(hash)
		out = append(out, p)
		return err
	})
	return out, err
}

// leader is the mail that speaks for a series: its cover, or its lowest patch where there is none.
const leader = `coalesce(s.cover, (SELECT mail FROM patch WHERE series = s.id ORDER BY number LIMIT 1))`

func (q *queries) SeriesList(f track.Filter) (out []track.SeriesView, err error) {
	c, err := q.seriesConditions(f)
	if err != nil {
		return nil, err
	}
	err = q.Each(`
		SELECT s.id, pr.link_name, s.key, coalesce(s.given, s.name, lm.name), lm.name, s.version, s.total, s.received,
			s.complete, s.date, s.submitter, coalesce(nullif(lm.sender_name, ''), pe.name, ''), m.msgid
		FROM series s JOIN project pr ON pr.id = s.project LEFT JOIN person pe ON pe.email = s.submitter
			LEFT JOIN mail m ON m.id = s.cover
			LEFT JOIN mail lm ON lm.id = `+leader+c.where()+`
		ORDER BY s.date DESC, s.id DESC`+both.Limit(f.Limit), c.args, func(scan func(...any) error) error {
		var v track.SeriesView
		var leading string
		err := scan(&v.ID, &v.Project, &v.Key, (*text)(&v.Name), (*text)(&leading), &v.Version, &v.Total, &v.Received,
			&v.Complete, (*seconds)(&v.Date), &v.Submitter.Email, &v.Submitter.Name, (*text)(&v.Cover))
		v.Resend = track.IsResend(leading)
		out = append(out, v)
		return err
	})
	return out, err
}

// variants counts the other mails of a mail's name.
const variants = `(SELECT count(*) FROM mail v WHERE v.msgid = m.msgid AND v.project IS m.project AND NOT v.chosen)`

func (q *queries) MailViews(ids []int64) (out []track.MailView, err error) {
	err = q.Each(`
		SELECT coalesce(m.first, m.id), m.id, m.project, pr.link_name, m.msgid, m.kind, m.name, m.date, m.sender,
			coalesce(nullif(m.sender_name, ''), pe.name, ''), m.refs, pm.msgid, coalesce(p.series, c.series),
			r.parent IS NOT NULL, m.more, coalesce(p.hidden, c.hidden, r.hidden, 0), `+variants+`
		FROM `+given+rowTables+` LEFT JOIN project pr ON pr.id = m.project LEFT JOIN person pe ON pe.email = m.sender
		WHERE m.id = j.value ORDER BY j.key`, []any{list(ids)}, func(scan func(...any) error) error {
		var v track.MailView
		var project int64
		var kind track.Kind
		var leads bool
		var more string
		if err := scan(&v.ID, &v.Mail, (*number)(&project), (*text)(&v.Project), &v.MsgID, &kind,
			&v.Name, (*seconds)(&v.Date),
			&v.Submitter.Email, &v.Submitter.Name, (*lines)(&v.Refs), (*text)(&v.Parent), (*number)(&v.Series), &leads,
			(*text)(&more), &v.Hidden, &v.Variants); err != nil {
			return err
		}
		v.Kind = engine.RoleOf(project, kind, leads)
		err := readMore(&v, more)
		out = append(out, v)
		return err
	})
	return out, err
}

// readMore takes from engine.Mail.More what a view shows.
func readMore(v *track.MailView, more string) error {
	m, err := engine.ParseMore(more)
	v.Trailers, v.Notes, v.ActionRequired = m.Trailers, m.Notes, m.ActionRequired
	return err
}

func (q *queries) Find(f engine.Finding) (out []int64, err error) {
	c := &conditions{}
	c.add(f.ID != 0, `id = (`+standsFor+`)`, f.ID)
	c.add(len(f.MsgIDs) > 0, in(`msgid`), list(f.MsgIDs))
	c.add(f.Beginning != "", `msgid >= ? AND msgid < ?`, f.Beginning, f.Beginning+"\U0010ffff")
	if len(c.terms) == 0 {
		return nil, nil
	}
	c.project(`project`, f.Project)
	c.add(true, `chosen`)
	err = q.Each(`SELECT id FROM mail`+c.where()+` ORDER BY id`+both.Limit(f.Most), c.args,
		func(scan func(...any) error) error {
			var id int64
			err := scan(&id)
			out = append(out, id)
			return err
		})
	return out, err
}

func (q *queries) Replies(parents []int64, ignoredToo, hiddenToo bool) (map[int64][]int64, error) {
	out := map[int64][]int64{}
	return out, q.Each(`
		SELECT r.parent, r.mail FROM `+given+`reply r CROSS JOIN mail m
		WHERE r.parent = j.value AND (? OR NOT r.ignored) AND (? OR NOT r.hidden) AND m.id = r.mail
		ORDER BY r.parent, m.date, m.delivered, m.msgid`,
		[]any{list(both.Once(parents)), ignoredToo, hiddenToo}, func(scan func(...any) error) error {
			var parent, mail int64
			err := scan(&parent, &mail)
			out[parent] = append(out[parent], mail)
			return err
		})
}

func (q *queries) Covers(patches []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	return out, q.Each(`
		SELECT p.mail, s.cover FROM `+given+`patch p CROSS JOIN series s LEFT JOIN cover c ON c.mail = s.cover
		WHERE p.mail = j.value AND s.id = p.series AND s.cover IS NOT NULL AND NOT coalesce(c.hidden, 0)`,
		[]any{list(patches)}, func(scan func(...any) error) error {
			var patch, cover int64
			err := scan(&patch, &cover)
			out[patch] = cover
			return err
		})
}

func (q *queries) More(mails []int64) (map[int64]string, error) {
	out := map[int64]string{}
	return out, q.Each(`SELECT m.id, m.more FROM `+given+`mail m WHERE m.id = j.value AND m.more IS NOT NULL`,
		[]any{list(mails)}, func(scan func(...any) error) error {
			var mail int64
			var more string
			err := scan(&mail, &more)
			out[mail] = more
			return err
		})
}

func (q *queries) Counts() (n engine.Counts, err error) {
	for _, c := range []struct {
		query string
		into  any
	}{
		{`SELECT count(*) FROM mail`, &n.Mails},
		{`SELECT count(*) FROM patch`, &n.Patches},
		{`SELECT count(*) FROM cover`, &n.Covers},
		{`SELECT count(*) FROM reply WHERE parent IS NOT NULL AND NOT ignored`, &n.Comments},
		{`SELECT count(*) FROM reply WHERE parent IS NULL AND NOT ignored`, &n.Pending},
		{`SELECT count(*) FROM reply WHERE ignored`, &n.Ignored},
		{`SELECT count(*) FROM mail WHERE project IS NULL`, &n.Unrouted},
		{`SELECT count(*) FROM mail WHERE NOT chosen`, &n.Variants},
		{`SELECT count(*) FROM mail WHERE name = ''`, &n.NoSubject},
		{`SELECT coalesce(max(id), 0) FROM mail WHERE name = ''`, &n.NewestNoSubject},
		{`SELECT count(*) FROM series`, &n.Series},
	} {
		if _, err := q.Row(c.query, nil, c.into); err != nil {
			return n, err
		}
	}
	return n, nil
}

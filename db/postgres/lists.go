package postgres

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
const leader = `coalesce(s.cover, (SELECT mail FROM patch WHERE series = s.id ORDER BY number, mail LIMIT 1))`

func (q *queries) SeriesList(f track.Filter) (out []track.SeriesView, err error) {
	c := seriesConditions(f)
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
const variants = `(SELECT count(*) FROM mail v
	WHERE v.msgid = m.msgid AND v.project IS NOT DISTINCT FROM m.project AND NOT v.chosen)`

func (q *queries) MailViews(ids []int64) (out []track.MailView, err error) {
	err = q.Each(`
		SELECT coalesce(m.first, m.id), m.id, m.project, pr.link_name, m.msgid, m.kind, m.name, m.date, m.sender,
			coalesce(nullif(m.sender_name, ''), pe.name, ''), m.refs, pm.msgid, coalesce(p.series, c.series),
			r.parent IS NOT NULL, m.more, coalesce(p.hidden, c.hidden, r.hidden, false), `+variants+`
		FROM unnest(?::bigint[]) WITH ORDINALITY j(value, key) CROSS JOIN `+rowTables+`
			LEFT JOIN project pr ON pr.id = m.project LEFT JOIN person pe ON pe.email = m.sender
		WHERE m.id = j.value ORDER BY j.key`, []any{ids}, func(scan func(...any) error) error {
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
	c.add(len(f.MsgIDs) > 0, in(`msgid`), f.MsgIDs)
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
		SELECT r.parent, r.mail FROM reply r JOIN mail m ON m.id = r.mail
		WHERE `+in(`r.parent`)+` AND (? OR NOT r.ignored) AND (? OR NOT r.hidden)
		ORDER BY r.parent, m.date, m.delivered, m.msgid`,
		[]any{parents, ignoredToo, hiddenToo}, func(scan func(...any) error) error {
			var parent, mail int64
			err := scan(&parent, &mail)
			out[parent] = append(out[parent], mail)
			return err
		})
}

func (q *queries) Covers(patches []int64) (map[int64]int64, error) {
	return q.pairs(`SELECT p.mail, s.cover FROM `+given+`patch p ON p.mail = j.value
		JOIN series s ON s.id = p.series AND s.cover IS NOT NULL
		LEFT JOIN cover c ON c.mail = s.cover WHERE NOT coalesce(c.hidden, false)`, patches)
}

func (q *queries) More(mails []int64) (map[int64]string, error) {
	out := map[int64]string{}
	return out, q.Each(`SELECT m.id, m.more FROM mail m WHERE `+in(`m.id`)+` AND m.more IS NOT NULL`,
		[]any{mails}, func(scan func(...any) error) error {
			var mail int64
			var more string
			err := scan(&mail, &more)
			out[mail] = more
			return err
		})
}

// countsQuery is one query for one journey.
const countsQuery = `
	SELECT mails.*, patches.*, covers.*, replies.*, series.*
	FROM (SELECT count(*), count(*) FILTER (WHERE project IS NULL), count(*) FILTER (WHERE NOT chosen),
			count(*) FILTER (WHERE name = ''), coalesce(max(id) FILTER (WHERE name = ''), 0) FROM mail) mails,
		(SELECT count(*) FROM patch) patches, (SELECT count(*) FROM cover) covers,
		(SELECT count(*) FILTER (WHERE parent IS NOT NULL AND NOT ignored),
			count(*) FILTER (WHERE parent IS NULL AND NOT ignored), count(*) FILTER (WHERE ignored) FROM reply) replies,
		(SELECT count(*) FROM series) series`

func (q *queries) Counts() (n engine.Counts, err error) {
	_, err = q.Row(countsQuery, nil, &n.Mails, &n.Unrouted, &n.Variants, &n.NoSubject, &n.NewestNoSubject, &n.Patches,
		&n.Covers, &n.Comments, &n.Pending, &n.Ignored, &n.Series)
	return n, err
}

package db

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"patchwatch/track"
)

// Patches lists patches, newest first.
func (s *Store) Patches(ctx context.Context, f track.Filter) ([]track.PatchView, error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	c := patchConditions(f)
	rows, err := r.QueryContext(ctx, `
		SELECT p.mail, pr.link_name, m.msgid, m.name, p.date, p.submitter, coalesce(nullif(m.sender_name, ''), pe.name, ''), p.state, coalesce(p.delegate, ''),
			p.archived, coalesce(p.series, 0), coalesce(p.number, 0), m.total, m.version, coalesce(m.pull_url, ''), m.hash
		FROM patch p JOIN mail m ON m.id = p.mail JOIN project pr ON pr.id = p.project
			LEFT JOIN person pe ON pe.email = p.submitter`+c.where()+` ORDER BY p.date DESC, p.mail DESC`+limit(f.Limit), c.args...)
	if err != nil {
		return nil, explain(err)
	}
	var out []track.PatchView
	err = eachRow(rows, func(scan func(...any) error) error {
		var p track.PatchView
		var date int64
		var hash []byte
		if err := scan(&p.ID, &p.Project, &p.MsgID, &p.Name, &date, &p.Submitter.Email, &p.Submitter.Name, &p.State, &p.Delegate,
			&p.Archived, &p.Series, &p.Number, &p.Total, &p.Version, &p.PullURL, &hash); err != nil {
			return err
		}
		p.Date, p.Hash = unixSec(date), hex.EncodeToString(hash)
		out = append(out, p)
		return nil
	})
	if err != nil {
		return nil, explain(err)
	}
	return out, r.countTrailers(ctx, out)
}

func patchConditions(f track.Filter) *conditions {
	c := &conditions{}
	c.add(f.ID != 0, `p.mail = ?`, f.ID)
	c.add(f.Project != "", `p.project = (SELECT id FROM project WHERE link_name = ?)`, f.Project)
	c.in(`p.state`, f.States)
	c.add(onlyDecided(f.States), `p.state <> 'new'`) // which lets SQLite take the index patch_decided
	c.person(`p.submitter`, `m.sender_name`, f.Submitter)
	c.add(f.Delegate != "", `p.delegate = ?`, strings.ToLower(f.Delegate))
	c.contains(`m.name`, f.Text)
	c.add(!f.Since.IsZero(), `p.date >= ?`, f.Since.Unix())
	c.add(!f.Until.IsZero(), `p.date < ?`, f.Until.Unix())
	c.add(f.Series != 0, `p.series = ?`, f.Series)
	c.add(!f.Archived, `NOT p.archived`)
	return c
}

// conditions is a WHERE clause in the making.
type conditions struct {
	terms []string
	args  []any
}

func (c *conditions) add(wanted bool, term string, args ...any) {
	if wanted {
		c.terms = append(c.terms, term)
		c.args = append(c.args, args...)
	}
}

func (c *conditions) in(column string, values []track.State) {
	switch {
	case len(values) == 1: // in a form that an index by the column and then by date serves
		c.add(true, column+` = ?`, string(values[0]))
	case len(values) > 1:
		args := make([]any, len(values))
		for i, v := range values {
			args[i] = string(v)
		}
		c.add(true, column+` IN (`+placeholders(len(values))+`)`, args...)
	}
}

func onlyDecided(states []track.State) bool {
	return len(states) > 0 && !slices.Contains(states, track.StateNew)
}

func (c *conditions) contains(column, text string) {
	c.add(text != "", column+` LIKE ? ESCAPE '\'`, likePattern(text))
}

// person matches an address exactly where one is given, so that the index serves; otherwise a part of an address, or of
// a name: the newest of that address, or the mail's own, shown.
func (c *conditions) person(column, shown, who string) {
	switch {
	case who == "":
	case strings.Contains(who, "@"):
		c.add(true, column+` = ?`, strings.ToLower(who))
	default:
		p := likePattern(who)
		c.add(true, `(`+column+` IN (SELECT email FROM person WHERE email LIKE ? ESCAPE '\' OR name LIKE ? ESCAPE '\')
			OR `+shown+` LIKE ? ESCAPE '\')`, p, p, p)
	}
}

func (c *conditions) where() string {
	if len(c.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.terms, " AND ")
}

func likePattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

func limit(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" LIMIT %d", n)
}

// countTrailers fills in how many trailers each patch has and is given. They are counted when asked for, so that no
// kept number can go stale.
func (r *reader) countTrailers(ctx context.Context, patches []track.PatchView) error {
	ids := make([]int64, len(patches))
	for i := range patches {
		ids[i] = patches[i].ID
	}
	trailers, err := trailersOf(ctx, r, ids)
	for i := range patches {
		patches[i].Trailers = trailers[patches[i].ID].Count()
	}
	return err
}

func parseMore(text sql.NullString) (m more, err error) {
	if !text.Valid {
		return m, nil
	}
	return m, json.Unmarshal([]byte(text.String), &m)
}

// SeriesList lists series, newest first.
func (s *Store) SeriesList(ctx context.Context, f track.Filter) ([]track.SeriesView, error) {
	tx, done, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	out, err := seriesViews(ctx, tx, f)
	return out, explain(err)
}

// leader is the mail that speaks for a series: its cover, or its lowest patch where there is none.
const leader = `coalesce(s.cover, (SELECT mail FROM patch WHERE series = s.id ORDER BY number LIMIT 1))`

func seriesViews(ctx context.Context, tx *sql.Tx, f track.Filter) ([]track.SeriesView, error) {
	c := &conditions{}
	c.add(f.Project != "", `s.project = (SELECT id FROM project WHERE link_name = ?)`, f.Project)
	c.person(`s.submitter`, `lm.sender_name`, f.Submitter)
	c.contains(`coalesce(s.given, s.name, lm.name)`, f.Text)
	c.add(!f.Since.IsZero(), `s.date >= ?`, f.Since.Unix())
	c.add(!f.Until.IsZero(), `s.date < ?`, f.Until.Unix())
	c.add(f.Series != 0, `s.id = ?`, f.Series)
	c.add(f.Incomplete, `NOT s.complete`)
	c.add(f.Delegate != "", `s.id IN (SELECT series FROM patch WHERE delegate = ?)`, strings.ToLower(f.Delegate))
	if err := c.anyState(ctx, tx, f.States); err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT s.id, pr.link_name, s.key, coalesce(s.given, s.name, lm.name, ''), coalesce(lm.name, ''), s.version, s.total, s.received, s.complete, s.date,
			s.submitter, coalesce(nullif(lm.sender_name, ''), pe.name, ''), coalesce(m.msgid, '')
		FROM series s JOIN project pr ON pr.id = s.project LEFT JOIN person pe ON pe.email = s.submitter
			LEFT JOIN mail m ON m.id = s.cover
			LEFT JOIN mail lm ON lm.id = `+leader+c.where()+` ORDER BY s.date DESC, s.id DESC`+limit(f.Limit), c.args...)
	if err != nil {
		return nil, err
	}
	var out []track.SeriesView
	err = eachRow(rows, func(scan func(...any) error) error {
		var v track.SeriesView
		var date int64
		var leading string
		if err := scan(&v.ID, &v.Project, &v.Key, &v.Name, &leading, &v.Version, &v.Total, &v.Received, &v.Complete, &date,
			&v.Submitter.Email, &v.Submitter.Name, &v.Cover); err != nil {
			return err
		}
		v.Date, v.Resend = unixSec(date), track.IsResend(leading)
		out = append(out, v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	r := newRevisions(ctx, tx)
	for i := range out {
		if out[i].Revises, err = r.revised(out[i].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// anyState matches series of which a patch has one of these states. Where few patches have, their series are looked up;
// where many have, the newest series are looked at one by one, and soon enough are found.
func (c *conditions) anyState(ctx context.Context, tx *sql.Tx, states []track.State) error {
	if len(states) == 0 {
		return nil
	}
	const few = 1000
	sub := &conditions{}
	sub.in(`state`, states)
	var n int
	if onlyDecided(states) {
		sub.add(true, `state <> 'new'`)
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM patch`+sub.where()+` LIMIT ?)`, append(sub.args, few)...).Scan(&n); err != nil {
			return err
		}
		if n < few {
			c.add(true, `s.id IN (SELECT series FROM patch`+sub.where()+`)`, sub.args...)
			return nil
		}
	}
	c.add(true, `EXISTS (SELECT 1 FROM patch`+sub.where()+` AND series = s.id)`, sub.args...)
	return nil
}

const mailViewQuery = `
	SELECT m.id, coalesce(pr.link_name, ''), m.msgid, ` + kindColumn + `, m.name, m.date, m.sender, coalesce(nullif(m.sender_name, ''), pe.name, ''),
		m.refs, coalesce(pm.msgid, ''), coalesce(p.series, c.series, 0), m.more,
		(SELECT count(*) FROM mail v WHERE v.msgid = m.msgid AND v.project IS m.project AND NOT v.chosen)
	FROM ` + rowTables + ` LEFT JOIN project pr ON pr.id = m.project LEFT JOIN person pe ON pe.email = m.sender`

// kindColumn is a mail's kind in the words of the dump.
const kindColumn = `
	CASE WHEN m.project IS NULL THEN 'unrouted' WHEN m.kind = 1 THEN 'patch' WHEN m.kind = 2 THEN 'cover'
		WHEN m.kind = 3 THEN 'ignored' WHEN r.parent IS NOT NULL THEN 'comment' ELSE 'pending' END`

func (r *reader) mailViews(ctx context.Context, where string, args ...any) ([]track.MailView, error) {
	rows, err := r.QueryContext(ctx, mailViewQuery+where, args...)
	if err != nil {
		return nil, explain(err)
	}
	var out []track.MailView
	err = eachRow(rows, func(scan func(...any) error) error {
		var v track.MailView
		var date int64
		var refs string
		var text sql.NullString
		if err := scan(&v.ID, &v.Project, &v.MsgID, &v.Kind, &v.Name, &date, &v.Submitter.Email, &v.Submitter.Name,
			&refs, &v.Parent, &v.Series, &text, &v.Variants); err != nil {
			return err
		}
		v.Date = unixSec(date)
		if refs != "" {
			v.Refs = strings.Split(refs, "\n")
		}
		m, err := parseMore(text)
		if err != nil {
			return err
		}
		v.Trailers, v.Notes, v.ActionRequired = m.Trailers, m.Notes, m.ActionRequired
		out = append(out, v)
		return nil
	})
	return out, explain(err)
}

// Comments lists the comments on a patch or cover, in canonical order.
func (s *Store) Comments(ctx context.Context, parent int64) ([]track.MailView, error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	return r.mailViews(ctx, ` WHERE r.parent = ? AND NOT r.ignored ORDER BY m.date, m.delivered, m.msgid`, parent)
}

// Find looks up stored mails by what a person may call one: its number, its Message-ID with or without <>, or a
// beginning of it that is enough. More than one is found when a mail came through several lists, or when the
// beginning is too short.
func (s *Store) Find(ctx context.Context, project, id string) ([]track.MailView, error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	const most = 20
	only := ``
	args := []any{}
	if project != "" {
		only = ` AND pr.link_name = ?`
		args = append(args, project)
	}
	if isNumber(id) {
		found, err := r.mailViews(ctx, ` WHERE m.id = ? AND m.chosen`+only, append([]any{id}, args...)...)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	exact := track.BoundID(bracketed(id))
	found, err := r.mailViews(ctx, ` WHERE m.msgid IN (?, ?) AND m.chosen`+only+` ORDER BY m.id`, append([]any{exact, id}, args...)...)
	if err != nil || len(found) > 0 {
		return found, err
	}
	beginning := "<" + strings.TrimPrefix(id, "<")
	return r.mailViews(ctx, ` WHERE m.msgid >= ? AND m.msgid < ? AND m.chosen`+only+` ORDER BY m.id LIMIT `+fmt.Sprint(most),
		append([]any{beginning, beginning + "\U0010ffff"}, args...)...)
}

func isNumber(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return text != ""
}

func bracketed(id string) string {
	return "<" + strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">") + ">"
}

// Members lists the mails of a series, the cover first, then by number.
func (s *Store) Members(ctx context.Context, series int64) ([]track.MailView, error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	covers, err := r.mailViews(ctx, ` WHERE m.id = (SELECT cover FROM series WHERE id = ?)`, series)
	if err != nil {
		return nil, err
	}
	patches, err := r.mailViews(ctx, ` WHERE p.series = ? ORDER BY p.number`, series)
	return append(covers, patches...), err
}

// Raw is a stored mail's bytes, as they were delivered.
func (s *Store) Raw(ctx context.Context, mail int64) ([]byte, error) {
	frame, err := s.frameOf(ctx, mail)
	if err != nil {
		return nil, explain(err)
	}
	if frame == nil {
		return nil, fmt.Errorf("mail %d: %w", mail, ErrNotFound)
	}
	raw, err := s.frames.decompress(frame)
	if err != nil {
		return nil, fmt.Errorf("mail %d: %w", mail, err)
	}
	return raw, nil
}

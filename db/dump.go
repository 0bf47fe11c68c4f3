package db

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// Dump writes the canonical dump: JSON Lines, sorted by their bytes. It holds no number of a row, no time of the
// clock, and nothing that depends on the order of arrival, so that two databases of the same mails and decisions give
// the same bytes.
func (s *Store) Dump(ctx context.Context, w io.Writer) error {
	lines, err := s.DumpLines(ctx, nil)
	if err != nil {
		return err
	}
	defer lines.Close()
	return lines.Write(w)
}

// DumpLines are the lines of the dump, each as clean makes it (nil: as it is). They are of one moment. When this
// returns they no longer hold the database up, however slowly they are read.
func (s *Store) DumpLines(ctx context.Context, clean func(line []byte) []byte) (lines *Lines, err error) {
	err = s.looking(ctx, func(w *writer) error {
		lines, err = dumpLines(ctx, w, "", clean)
		return err
	})
	return lines, err
}

func dumpLines(ctx context.Context, from asker, dir string, clean func(line []byte) []byte) (*Lines, error) {
	d := &dumper{asker: from, ctx: ctx, clean: clean, out: newSorter(dir)}
	d.json = json.NewEncoder(&d.text)
	d.json.SetEscapeHTML(false) // Message-IDs keep their angle brackets
	for _, collect := range []func() error{
		d.projects, d.mails, d.people, d.covers, d.patches, d.comments, d.revisions, d.allSeries,
	} {
		if err := collect(); err != nil {
			d.out.close()
			return nil, fmt.Errorf("dump: %w", explain(err))
		}
	}
	return linesOf(d.out)
}

type dumper struct {
	asker
	ctx   context.Context
	clean func(line []byte) []byte
	json  *json.Encoder // into text
	text  bytes.Buffer
	out   *sorter
}

func (d *dumper) line(record any) error {
	d.text.Reset()
	if err := d.json.Encode(record); err != nil {
		return err
	}
	line := bytes.TrimSuffix(d.text.Bytes(), []byte("\n"))
	if d.clean != nil {
		line = d.clean(line)
	}
	return d.out.add(line)
}

// rows makes a line of each row of the query; f scans it into a record.
func (d *dumper) rows(query string, f func(scan func(...any) error) (any, error)) error {
	return d.each(query, nil, func(scan func(...any) error) error {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		record, err := f(scan)
		if err != nil {
			return err
		}
		return d.line(record)
	})
}

type dumpProject struct {
	Type      string  `json:"type"`
	LinkName  string  `json:"link_name"`
	ListID    string  `json:"list_id"`
	ListEmail *string `json:"list_email"`
	Name      *string `json:"name"`
}

func (d *dumper) projects() error {
	return d.rows(`SELECT link_name, list_id, nullif(list_email, ''), nullif(name, '') FROM project WHERE NOT removed`,
		func(scan func(...any) error) (any, error) {
			r := dumpProject{Type: "project"}
			return &r, scan(&r.LinkName, &r.ListID, &r.ListEmail, &r.Name)
		})
}

type dumpMail struct {
	Type     string  `json:"type"`
	Project  *string `json:"project"`
	MsgID    string  `json:"msgid"`
	SHA256   string  `json:"sha256"`
	Kind     string  `json:"kind"`
	Variants int     `json:"variants"`
}

func (d *dumper) mails() error {
	return d.rows(`
		SELECT pr.link_name, m.msgid, m.sha256, `+kindColumn+`,
			(SELECT count(*) FROM mail v WHERE v.msgid = m.msgid AND v.project IS m.project AND NOT v.chosen)
		FROM `+rowTables+` LEFT JOIN project pr ON pr.id = m.project WHERE m.chosen`,
		func(scan func(...any) error) (any, error) {
			r := dumpMail{Type: "mail"}
			var sum []byte
			err := scan(&r.Project, &r.MsgID, &sum, &r.Kind, &r.Variants)
			r.SHA256 = hex.EncodeToString(sum)
			return &r, err
		})
}

type dumpPerson struct {
	Type  string  `json:"type"`
	Email string  `json:"email"`
	Name  *string `json:"name"`
}

func (d *dumper) people() error {
	return d.rows(`SELECT email, nullif(name, '') FROM person`, func(scan func(...any) error) (any, error) {
		r := dumpPerson{Type: "person"}
		return &r, scan(&r.Email, &r.Name)
	})
}

type dumpCover struct {
	Type       string  `json:"type"`
	Project    string  `json:"project"`
	MsgID      string  `json:"msgid"`
	Name       string  `json:"name"`
	Date       string  `json:"date"`
	Submitter  *string `json:"submitter"`
	ContentSHA string  `json:"content_sha256"`
}

func (d *dumper) covers() error {
	return d.rows(`
		SELECT pr.link_name, m.msgid, m.name, m.date, nullif(m.sender, ''), m.content_sha
		FROM cover c JOIN mail m ON m.id = c.mail JOIN project pr ON pr.id = m.project`,
		func(scan func(...any) error) (any, error) {
			r := dumpCover{Type: "cover"}
			var date int64
			var content []byte
			err := scan(&r.Project, &r.MsgID, &r.Name, &date, &r.Submitter, &content)
			r.Date, r.ContentSHA = dumpDate(date), hex.EncodeToString(content)
			return &r, err
		})
}

type dumpPatch struct {
	Type       string  `json:"type"`
	Project    string  `json:"project"`
	MsgID      string  `json:"msgid"`
	Name       string  `json:"name"`
	Date       string  `json:"date"`
	Submitter  *string `json:"submitter"`
	State      string  `json:"state"`
	Delegate   *string `json:"delegate"`
	PullURL    *string `json:"pull_url"`
	Hash       *string `json:"hash"`
	DiffSHA    *string `json:"diff_sha256"`
	ContentSHA string  `json:"content_sha256"`
	Series     *string `json:"series"`
	Number     *int    `json:"number"`
}

func (d *dumper) patches() error {
	return d.rows(`
		SELECT pr.link_name, m.msgid, m.name, m.date, nullif(m.sender, ''), p.state, p.delegate, m.pull_url, m.hash, m.diff_sha,
			m.content_sha, s.key, p.number
		FROM patch p JOIN mail m ON m.id = p.mail JOIN project pr ON pr.id = m.project LEFT JOIN series s ON s.id = p.series`,
		func(scan func(...any) error) (any, error) {
			r := dumpPatch{Type: "patch"}
			var date int64
			var hash, diff, content []byte
			err := scan(&r.Project, &r.MsgID, &r.Name, &date, &r.Submitter, &r.State, &r.Delegate, &r.PullURL, &hash, &diff,
				&content, &r.Series, &r.Number)
			r.Date, r.ContentSHA = dumpDate(date), hex.EncodeToString(content)
			r.Hash, r.DiffSHA = hexOrNull(hash), hexOrNull(diff)
			return &r, err
		})
}

type dumpComment struct {
	Type       string  `json:"type"`
	Project    string  `json:"project"`
	MsgID      string  `json:"msgid"`
	Parent     string  `json:"parent"`
	Date       string  `json:"date"`
	Submitter  *string `json:"submitter"`
	ContentSHA string  `json:"content_sha256"`
}

func (d *dumper) comments() error {
	return d.rows(`
		SELECT pr.link_name, m.msgid, pm.msgid, m.date, nullif(m.sender, ''), m.content_sha
		FROM reply r JOIN mail m ON m.id = r.mail JOIN mail pm ON pm.id = r.parent JOIN project pr ON pr.id = m.project
		WHERE NOT r.ignored`,
		func(scan func(...any) error) (any, error) {
			r := dumpComment{Type: "comment"}
			var date int64
			var content []byte
			err := scan(&r.Project, &r.MsgID, &r.Parent, &date, &r.Submitter, &content)
			r.Date, r.ContentSHA = dumpDate(date), hex.EncodeToString(content)
			return &r, err
		})
}

type dumpSeries struct {
	Type        string   `json:"type"`
	Project     string   `json:"project"`
	Key         string   `json:"key"`
	Name        *string  `json:"name"`
	Version     int      `json:"version"`
	Total       int      `json:"total"`
	Date        string   `json:"date"`
	Submitter   *string  `json:"submitter"`
	Cover       *string  `json:"cover"`
	Patches     [][2]any `json:"patches"`
	ReceivedAll bool     `json:"received_all"`
}

// allSeries reads a row for each patch of a series, which come one after the other.
func (d *dumper) allSeries() error {
	var r *dumpSeries
	last := int64(0)
	write := func() error {
		if r == nil {
			return nil
		}
		return d.line(r)
	}
	if err := d.each(`
		SELECT s.id, pr.link_name, s.key, coalesce(s.given, s.name), s.version, s.total, s.date, nullif(s.submitter, ''), c.msgid, s.complete,
			p.number, m.msgid
		FROM series s CROSS JOIN project pr ON pr.id = s.project LEFT JOIN mail c ON c.id = s.cover
			LEFT JOIN patch p ON p.series = s.id LEFT JOIN mail m ON m.id = p.mail
		ORDER BY s.id, p.number`, nil, func(scan func(...any) error) error {
		next := &dumpSeries{Type: "series", Patches: [][2]any{}}
		var id, date int64
		var number sql.NullInt64
		var patch sql.NullString
		if err := scan(&id, &next.Project, &next.Key, &next.Name, &next.Version, &next.Total, &date, &next.Submitter,
			&next.Cover, &next.ReceivedAll, &number, &patch); err != nil {
			return err
		}
		if r == nil || id != last {
			if err := errors.Join(d.ctx.Err(), write()); err != nil {
				return err
			}
			next.Date = dumpDate(date)
			r, last = next, id
		}
		if patch.Valid {
			r.Patches = append(r.Patches, [2]any{number.Int64, patch.String})
		}
		return nil
	}); err != nil {
		return err
	}
	return write()
}

type dumpRevision struct {
	Type    string `json:"type"`
	Project string `json:"project"`
	Series  string `json:"series"`  // its key
	Revises string `json:"revises"` // likewise
}

// revisions looks for each series of a version that can revise another, page by page.
func (d *dumper) revisions() error {
	finder := &revisions{asker: d.asker}
	for last := int64(math.MinInt64); ; {
		var page []int64
		if err := d.each(`SELECT id FROM series WHERE version > 1 AND id > ? ORDER BY id LIMIT 1000`, []any{last},
			func(scan func(...any) error) error {
				err := scan(&last)
				page = append(page, last)
				return err
			}); err != nil || len(page) == 0 {
			return err
		}
		finder.known = map[int64]int64{}
		for _, id := range page {
			if err := d.revision(finder, id); err != nil {
				return err
			}
		}
	}
}

func (d *dumper) revision(finder *revisions, id int64) error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	before, err := finder.revised(id)
	if err != nil || before == 0 {
		return err
	}
	return d.each(`
		SELECT pr.link_name, s.key, o.key FROM series s JOIN project pr ON pr.id = s.project JOIN series o ON o.id = +?
		WHERE s.id = +?`, []any{before, id}, func(scan func(...any) error) error {
		r := dumpRevision{Type: "revision"}
		if err := scan(&r.Project, &r.Series, &r.Revises); err != nil {
			return err
		}
		return d.line(&r)
	})
}

func dumpDate(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05") }

func hexOrNull(b []byte) *string {
	if len(b) == 0 {
		return nil
	}
	text := hex.EncodeToString(b)
	return &text
}

package db

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"time"

	"patchwatch/track"
)

// Dump writes the canonical dump: JSON Lines, sorted by their bytes. It holds no number of a row, no time of the
// clock, and nothing that depends on the order of arrival, so that two databases of the same mails and decisions give
// the same bytes. The records of one kind are sorted in memory.
func (s *Store) Dump(ctx context.Context, w io.Writer) error {
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	out := bufio.NewWriterSize(w, 1<<16)
	d := &dumper{tx: tx, ctx: ctx}
	for _, kind := range dumpKinds {
		if err := d.kind(kind, out); err != nil {
			return fmt.Errorf("dump %s: %w", kind, explain(err))
		}
	}
	return out.Flush()
}

// dumpKinds in the order in which the sorted lines begin.
var dumpKinds = []string{"comment", "cover", "mail", "patch", "person", "project", "revision", "series"}

type dumper struct {
	tx    *sql.Tx
	ctx   context.Context
	lines []string
}

func (d *dumper) kind(kind string, out *bufio.Writer) error {
	d.lines = d.lines[:0]
	collect := map[string]func() error{
		"comment": d.comments, "cover": d.covers, "mail": d.mails, "patch": d.patches,
		"person": d.people, "project": d.projects, "revision": d.revisions, "series": d.allSeries,
	}[kind]
	if err := collect(); err != nil {
		return err
	}
	sort.Strings(d.lines)
	for _, l := range d.lines {
		if _, err := out.WriteString(l); err != nil {
			return err
		}
	}
	return nil
}

func (d *dumper) line(record any) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false) // Message-IDs keep their angle brackets
	if err := e.Encode(record); err != nil {
		return err
	}
	d.lines = append(d.lines, buf.String())
	return nil
}

// rows makes a line of each row of the query; f scans it into a record.
func (d *dumper) rows(query string, f func(scan func(...any) error) (any, error)) error {
	rows, err := d.tx.QueryContext(d.ctx, query)
	if err != nil {
		return err
	}
	return eachRow(rows, func(scan func(...any) error) error {
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

func (d *dumper) allSeries() error {
	slots, err := d.slots()
	if err != nil {
		return err
	}
	return d.rows(`
		SELECT s.id, pr.link_name, s.key, coalesce(s.given, s.name), s.version, s.total, s.date, nullif(s.submitter, ''), m.msgid, s.complete
		FROM series s JOIN project pr ON pr.id = s.project LEFT JOIN mail m ON m.id = s.cover`,
		func(scan func(...any) error) (any, error) {
			r := dumpSeries{Type: "series", Patches: [][2]any{}}
			var id, date int64
			err := scan(&id, &r.Project, &r.Key, &r.Name, &r.Version, &r.Total, &date, &r.Submitter, &r.Cover, &r.ReceivedAll)
			r.Date = dumpDate(date)
			for _, s := range slots[id] {
				r.Patches = append(r.Patches, [2]any{s.Number, s.ID})
			}
			return &r, err
		})
}

type dumpRevision struct {
	Type    string `json:"type"`
	Project string `json:"project"`
	Series  string `json:"series"`  // its key
	Revises string `json:"revises"` // likewise
}

func (d *dumper) revisions() error {
	rows, err := d.tx.QueryContext(d.ctx, `SELECT s.id, s.version, pr.link_name, s.key FROM series s JOIN project pr ON pr.id = s.project`)
	if err != nil {
		return err
	}
	all := map[int64]dumpRevision{}
	var later []int64 // of a version that can revise another
	if err := eachRow(rows, func(scan func(...any) error) error {
		var id int64
		var version int
		r := dumpRevision{Type: "revision"}
		err := scan(&id, &version, &r.Project, &r.Series)
		if version > 1 {
			later = append(later, id)
		}
		all[id] = r
		return err
	}); err != nil {
		return err
	}
	finder := newRevisions(d.ctx, d.tx)
	for _, id := range later {
		before, err := finder.revised(id)
		if err != nil {
			return err
		}
		if before == 0 {
			continue
		}
		r := all[id]
		r.Revises = all[before].Series
		if err := d.line(r); err != nil {
			return err
		}
	}
	return nil
}

func (d *dumper) slots() (map[int64][]track.Slot, error) {
	rows, err := d.tx.QueryContext(d.ctx, `
		SELECT p.series, p.number, m.msgid FROM patch p JOIN mail m ON m.id = p.mail
		WHERE p.series IS NOT NULL ORDER BY p.series, p.number`)
	if err != nil {
		return nil, err
	}
	out := map[int64][]track.Slot{}
	err = eachRow(rows, func(scan func(...any) error) error {
		var series int64
		var s track.Slot
		err := scan(&series, &s.Number, &s.ID)
		out[series] = append(out[series], s)
		return err
	})
	return out, err
}

func dumpDate(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05") }

func hexOrNull(b []byte) *string {
	if len(b) == 0 {
		return nil
	}
	text := hex.EncodeToString(b)
	return &text
}

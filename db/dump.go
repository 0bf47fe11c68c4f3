package db

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/sorter"
	"patchwatch/db/internal/versions"
	"patchwatch/track"
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
	err = s.engine.Look(ctx, func(v engine.View) error {
		lines, err = dumpLines(ctx, v, s.finder(v), "", clean)
		return err
	})
	return lines, err
}

func dumpLines(ctx context.Context, from engine.View, f *versions.Finder, dir string,
	clean func(line []byte) []byte) (*Lines, error) {
	d := &dumper{View: from, finder: f, ctx: ctx, clean: clean, out: sorter.New(dir)}
	d.json = json.NewEncoder(&d.text)
	d.json.SetEscapeHTML(false) // Message-IDs keep their angle brackets
	for _, collect := range []func() error{d.projects, d.mails, d.people, d.allSeries, d.revisions} {
		if err := collect(); err != nil {
			d.out.Close()
			return nil, fmt.Errorf("dump: %w", err)
		}
	}
	return linesOf(d.out)
}

type dumper struct {
	engine.View
	finder *versions.Finder
	ctx    context.Context
	clean  func(line []byte) []byte
	links  map[int64]*string // link names of projects
	series []int64           // by number
	json   *json.Encoder     // into text
	text   bytes.Buffer
	out    *sorter.Sorter
}

// line adds a record, one of the dump's own types.
func (d *dumper) line(record any) error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	d.text.Reset()
	if err := d.json.Encode(record); err != nil {
		return err
	}
	line := bytes.TrimSuffix(d.text.Bytes(), []byte("\n"))
	if d.clean != nil {
		line = d.clean(line)
	}
	return d.out.Add(line)
}

// link is the link name of a project that is there, or was.
func (d *dumper) link(project int64) string {
	if name := d.links[project]; name != nil {
		return *name
	}
	return ""
}

type dumpProject struct {
	Type      string  `json:"type"`
	LinkName  string  `json:"link_name"`
	ListID    string  `json:"list_id"`
	ListEmail *string `json:"list_email"`
	Name      *string `json:"name"`
}

func (d *dumper) projects() error {
	all, err := d.Projects()
	if err != nil {
		return err
	}
	d.links = map[int64]*string{}
	for i := range all {
		p := &all[i]
		d.links[p.ID] = &p.LinkName
		if p.Removed {
			continue
		}
		if err := d.line(dumpProject{"project", p.LinkName, p.ListID, orNull(p.ListEmail), orNull(p.Name)}); err != nil {
			return err
		}
	}
	return nil
}

type dumpMail struct {
	Type     string     `json:"type"`
	Project  *string    `json:"project"`
	MsgID    string     `json:"msgid"`
	SHA256   string     `json:"sha256"`
	Kind     track.Role `json:"kind"`
	Variants int        `json:"variants"`
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

type dumpPatch struct {
	Type       string      `json:"type"`
	Project    string      `json:"project"`
	MsgID      string      `json:"msgid"`
	Name       string      `json:"name"`
	Date       string      `json:"date"`
	Submitter  *string     `json:"submitter"`
	State      track.State `json:"state"`
	Delegate   *string     `json:"delegate"`
	PullURL    *string     `json:"pull_url"`
	Hash       *string     `json:"hash"`
	DiffSHA    *string     `json:"diff_sha256"`
	ContentSHA string      `json:"content_sha256"`
	Series     *string     `json:"series"`
	Number     *int        `json:"number"`
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

// mails makes a line of each mail, and another of what was derived of it.
func (d *dumper) mails() error {
	return d.EachMail(func(m *engine.DerivedMail) error {
		parent := m.Reply != nil && m.Reply.Parent != 0
		if err := d.line(dumpMail{
			"mail", d.links[m.Project], m.MsgID, hex.EncodeToString(m.SHA256[:]),
			engine.RoleOf(m.Project, m.Kind, parent), m.Variants,
		}); err != nil {
			return err
		}
		date, sender, content := dumpDate(m.Date), orNull(m.Sender), hex.EncodeToString(m.ContentSHA)
		if m.Cover != nil {
			if err := d.line(dumpCover{"cover", d.link(m.Project), m.MsgID, m.Name, date, sender, content}); err != nil {
				return err
			}
		}
		if p := m.Patch; p != nil {
			r := dumpPatch{
				Type: "patch", Project: d.link(m.Project), MsgID: m.MsgID, Name: m.Name, Date: date, Submitter: sender,
				State: p.State, Delegate: orNull(p.Delegate), PullURL: orNull(m.PullURL), Hash: hexOrNull(m.Hash),
				DiffSHA: hexOrNull(m.DiffSHA), ContentSHA: content, Series: orNull(m.SeriesKey),
			}
			if p.Series != 0 {
				r.Number = &p.Number
			}
			if err := d.line(&r); err != nil {
				return err
			}
		}
		if parent && !m.Reply.Ignored {
			return d.line(dumpComment{"comment", d.link(m.Project), m.MsgID, m.ParentID, date, sender, content})
		}
		return nil
	})
}

type dumpPerson struct {
	Type  string  `json:"type"`
	Email string  `json:"email"`
	Name  *string `json:"name"`
}

func (d *dumper) people() error {
	return d.EachPerson(func(p engine.PersonRow) error { return d.line(dumpPerson{"person", p.Email, orNull(p.Name)}) })
}

type dumpSeries struct {
	Type        string     `json:"type"`
	Project     string     `json:"project"`
	Key         string     `json:"key"`
	Name        *string    `json:"name"`
	Version     int        `json:"version"`
	Total       int        `json:"total"`
	Date        string     `json:"date"`
	Submitter   *string    `json:"submitter"`
	Cover       *string    `json:"cover"`
	Patches     []dumpSlot `json:"patches"`
	ReceivedAll bool       `json:"received_all"`
}

// dumpSlot is a patch's number and its Message-ID.
type dumpSlot struct {
	number int
	msgid  string
}

// MarshalJSON writes a list of the two.
func (s dumpSlot) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "[%d,", s.number)
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s.msgid)
	return append(bytes.TrimSuffix(b.Bytes(), []byte("\n")), ']'), err
}

func (d *dumper) allSeries() error {
	return d.EachSeries(func(s *engine.SeriesRow, members []engine.Member) error {
		d.series = append(d.series, s.ID)
		name := s.Name
		if s.Given != "" {
			name = s.Given
		}
		r := dumpSeries{
			Type: "series", Project: d.link(s.Project), Key: s.Key, Name: orNull(name), Version: s.Version, Total: s.Total,
			Date: dumpDate(s.Date), Submitter: orNull(s.Submitter), Patches: []dumpSlot{}, ReceivedAll: s.Complete,
		}
		for _, m := range members {
			if m.Cover {
				r.Cover = &m.MsgID
			} else {
				r.Patches = append(r.Patches, dumpSlot{m.Number, m.MsgID})
			}
		}
		return d.line(&r)
	})
}

type dumpRevision struct {
	Type    string `json:"type"`
	Project string `json:"project"`
	Series  string `json:"series"`  // its key
	Revises string `json:"revises"` // likewise
}

// revisions looks for what each series revises, page by page.
func (d *dumper) revisions() error {
	for page := range slices.Chunk(d.series, 1000) {
		d.finder.Forget()
		before, err := d.finder.Before(page)
		if err != nil {
			return err
		}
		ids := slices.Clone(page)
		for _, b := range before {
			ids = append(ids, b.Series)
		}
		rows, err := d.Series(engine.Distinct(ids))
		if err != nil {
			return err
		}
		keys := make(map[int64]string, len(rows))
		for i := range rows {
			keys[rows[i].ID] = rows[i].Key
		}
		for i := range rows {
			s := &rows[i]
			if b := before[s.ID]; b.Series != 0 {
				if err := d.line(dumpRevision{"revision", d.link(s.Project), s.Key, keys[b.Series]}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func dumpDate(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func hexOrNull(b []byte) *string { return orNull(hex.EncodeToString(b)) }

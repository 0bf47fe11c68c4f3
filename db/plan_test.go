package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"patchwatch/track"
)

// recorder is a driver whose connections note every query.
type recorder struct {
	dsn     string
	queries []string
}

func (r *recorder) Connect(context.Context) (driver.Conn, error) {
	c, err := (&sqlite3.SQLiteDriver{}).Open(r.dsn)
	return &recordingConn{c.(*sqlite3.SQLiteConn), r}, err
}

func (r *recorder) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

type recordingConn struct {
	*sqlite3.SQLiteConn
	r *recorder
}

func (c *recordingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.r.queries = append(c.r.queries, query)
	return c.SQLiteConn.QueryContext(ctx, query, args)
}

func (c *recordingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.r.queries = append(c.r.queries, query)
	return c.SQLiteConn.PrepareContext(ctx, query)
}

// openRecording opens a store with a few mails, whose readers are recorded.
func openRecording(t *testing.T) (*Store, *recorder) {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	// Twice, the second time delivered earlier; then a forgery that turns out to be the original; then in new batches.
	for _, hours := range []int{5, 4, 3} {
		for i := range 30 {
			m := planMail(i, hours)
			d := Delivery{Mail: m, Frame: Compress(nil)}
			if _, err := s.Add(ctx, []Delivery{d}); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := &recorder{dsn: dsn(path, "mode=ro")}
	s.giveUpReaders()
	s.readers.Store(newReaders(sql.OpenDB(r)))
	return s, r
}

// planMail is a cover, a patch or a reply of one thread. Those of three hours have bytes of their own.
func planMail(i, hours int) *track.Mail {
	m := &track.Mail{
		MsgID: fmt.Sprintf("<%d@x>", i), Date: time.Unix(int64(i)*60, 0).UTC(), Delivered: time.Unix(int64(hours)*3600, 0).UTC(),
		From: track.Person{Email: "ann@x.org"}, ListIDs: []string{"a.b"}, Reply: i%3 == 2,
		Subject: track.Subject{Marked: true, Number: i % 3, Total: 2, Version: 1 + i/15, Rest: fmt.Sprintf("part %d", i%3)},
		SHA256:  sha256.Sum256(fmt.Appendf(nil, "%d %v", i, hours == 3)),
	}
	if i%3 == 1 {
		m.Diff = "diff"
	}
	if i > 0 {
		m.Refs = []string{fmt.Sprintf("<%d@x>", i-1)}
	}
	return m
}

// fullScan is a step of a plan that reads a whole table, or a whole index of it.
var fullScan = regexp.MustCompile(`^SCAN (mail|m|v|pm|patch|p|cover|c|reply|r|ref|raw|series|s)\b(.*)`)

func plan(t *testing.T, h *sql.DB, query string) []string {
	t.Helper()
	args := make([]any, strings.Count(query, "?"))
	if strings.Contains(query, "?1") {
		args = args[:1]
	}
	rows, err := h.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	var steps []string
	if err := eachRow(rows, func(scan func(...any) error) error {
		var step string
		err := scan(new(int), new(int), new(int), &step)
		steps = append(steps, step)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return steps
}

func wantNoScan(t *testing.T, query string, steps []string) {
	t.Helper()
	for _, step := range steps {
		if fullScan.MatchString(step) {
			t.Errorf("a full scan:\n%s\n%s", strings.Join(steps, "\n"), query)
		}
	}
}

// What adding a mail costs must not grow with what is stored.
func TestAddUsesIndices(t *testing.T) {
	s, _ := openRecording(t)
	h, err := sql.Open("sqlite3", dsn(s.path, "mode=ro"))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	statements := 0
	for query := range s.writer.stmts {
		if word, _, _ := strings.Cut(strings.TrimSpace(query), " "); slices.Contains([]string{"SELECT", "UPDATE", "DELETE", "INSERT"}, word) {
			statements++
			wantNoScan(t, query, plan(t, h, query))
		}
	}
	if statements < 15 {
		t.Errorf("only %d statements", statements)
	}
}

// A join with "= ?" would be compiled anew each time it is run; see loadRow.
func TestJoinsAreCompiledOnce(t *testing.T) {
	s, _ := openRecording(t)
	for query := range s.writer.stmts {
		if strings.Contains(query, " JOIN ") && regexp.MustCompile(`(=|IS) \?`).MatchString(query) {
			t.Errorf("= ? and not = +? in a join:\n%s", query)
		}
	}
}

func TestListsUseIndices(t *testing.T) {
	ctx := context.Background()
	s, r := openRecording(t)
	filters := map[string]track.Filter{
		"newest":               {Limit: 50},
		"of a project":         {Project: "a.b", Limit: 50},
		"of a state":           {Project: "a.b", States: []track.State{"new"}, Limit: 50},
		"of a state, anywhere": {States: []track.State{"new", "rfc"}, Limit: 50},
		"decided, anywhere":    {States: []track.State{"accepted"}, Limit: 50},
		"incomplete":           {Incomplete: true, Limit: 50},
		"of an address":        {Submitter: "ann@x.org", Limit: 50},
		"of a name":            {Submitter: "ann", Limit: 50},
		"of a delegate":        {Delegate: "ann@x.org", Limit: 50},
		"with a text":          {Project: "a.b", Text: "fix", Limit: 50},
		"of a time":            {Since: time.Unix(100, 0), Until: time.Unix(200, 0)},
		"of a series":          {Series: 1},
		"all of a project":     {Project: "a.b", Archived: true},
	}
	for name, f := range filters {
		t.Run(name, func(t *testing.T) {
			r.queries = nil
			_, err := s.Patches(ctx, f)
			_, err2 := s.SeriesList(ctx, f)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			wantIndexed(t, s, r)
		})
	}
}

func TestLookUpsUseIndices(t *testing.T) {
	ctx := context.Background()
	s, r := openRecording(t)
	for _, id := range []string{"1", "1@x", "<1@x>", "<1", "nothing like it"} {
		for _, project := range []string{"", "a.b"} {
			if _, err := s.Find(ctx, project, id); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.Comments(ctx, 1); err != nil {
		t.Fatal(err)
	}
	all, err := s.SeriesList(ctx, track.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		_, err := s.Members(ctx, v.ID)
		_, err2 := s.Versions(ctx, v.ID)
		_, _, err3 := s.Dependencies(ctx, v.ID)
		_, err4 := s.SentAgain(ctx, v.ID)
		if err := errors.Join(err, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.ContainsFunc(r.queries, func(q string) bool { return strings.Contains(q, "m.title = ") }) {
		t.Error("no series here is searched for by title")
	}
	if _, err := s.Copies(ctx, 1); err != nil {
		t.Fatal(err)
	}
	s.Raw(ctx, 1)
	wantIndexed(t, s, r)
}

// wantIndexed looks at the plans of all recorded queries, each once. A list of the newest may walk an index by date
// from its end, until it has enough.
func wantIndexed(t *testing.T, s *Store, r *recorder) {
	t.Helper()
	queries := slices.Clone(r.queries)
	slices.Sort(queries)
	for _, q := range slices.Compact(queries) {
		steps := plan(t, s.readers.Load().pool, q)
		for _, step := range steps {
			if m := fullScan.FindStringSubmatch(step); m != nil && !strings.Contains(m[2], "_newest") {
				t.Errorf("a full scan:\n%s\n%s", strings.Join(steps, "\n"), q)
			}
		}
	}
}

package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Titles of the mails of fill.
const (
	titleCover = 101
	titlePatch = 102
)

// at is a moment in the test's life.
func at(second int64) time.Time { return time.Unix(second, 0).UTC() }

func testMail(id string, second int64, change func(m *engine.Mail)) *engine.Mail {
	m := &engine.Mail{
		SHA256: sha256.Sum256([]byte(id)), Project: 1, MsgID: id, Chosen: true, ByList: true,
		Delivered: at(second + 5), Sent: at(second), Dated: true, Date: at(second),
		Sender: "ann@x.org", SenderName: "Ann", Name: "name of " + id, Version: 1, ContentSHA: []byte("content"),
	}
	change(m)
	return m
}

// testMails are a series of a cover and two patches with a reply and an ignored one, a variant of the first patch, a
// mail of no project, a second version of one patch, a pull request in no series, and a reply that waits for its
// parent.
func testMails() []*engine.Mail {
	marked := func(m *engine.Mail, kind track.Kind, number, total, version int, refs ...string) {
		m.Kind, m.Marked, m.Number, m.Total, m.Version, m.Refs = kind, true, number, total, version, refs
		if kind == track.Patch {
			m.DiffSHA, m.Hash, m.Title = []byte("diff"), []byte{0xab, 0xcd}, titlePatch
		}
	}
	return []*engine.Mail{
		testMail("<c@x>", 100, func(m *engine.Mail) { marked(m, track.Cover, 0, 2, 1); m.Title = titleCover }),
		testMail("<p1@x>", 101, func(m *engine.Mail) {
			marked(m, track.Patch, 1, 2, 1, "<c@x>")
			m.More = `{"Trailers":[{"Key":"Cc","Value":"x"}],"Files":["a.c"]}`
		}),
		testMail("<p2@x>", 102, func(m *engine.Mail) { marked(m, track.Patch, 2, 2, 1, "<c@x>"); m.SenderName = "" }),
		testMail("<r1@x>", 103, func(m *engine.Mail) {
			m.Sender, m.SenderName, m.Refs = "bob@x.org", "Bob 100%", []string{"<p1@x>"}
			m.More = `{"Trailers":[{"Key":"Acked-by","Value":"Bob"}],"ActionRequired":true,"Notes":["odd"]}`
		}),
		testMail("<r2@x>", 104, func(m *engine.Mail) {
			m.Kind, m.Sender, m.SenderName, m.Refs = track.Ignored, "eve@x.org", "Eve", []string{"<r1@x>", "<p1@x>"}
		}),
		testMail("<p1@x>", 90, func(m *engine.Mail) {
			marked(m, track.Patch, 1, 2, 1, "<c@x>")
			m.SHA256, m.Chosen, m.ByList = sha256.Sum256([]byte("forged")), false, false
		}),
		testMail("<u@x>", 105, func(m *engine.Mail) { m.Project, m.ByList, m.ImportedAs = 0, false, "old.list" }),
		testMail("<q1@x>", 1000, func(m *engine.Mail) {
			marked(m, track.Patch, 1, 1, 2, "<c@x>")
			m.Name, m.State, m.More = "[v2,RESEND] name", "rfc", `{"Depends":["p1@x"]}`
		}),
		testMail("<pull@x>", 1001, func(m *engine.Mail) {
			marked(m, track.Patch, 0, 2, 1)
			m.PullURL, m.Hash, m.DiffSHA, m.Title = "git://x", nil, nil, 0
		}),
		testMail("<wait@x>", 1002, func(m *engine.Mail) { m.Name, m.Refs, m.Sender = "", []string{"<gone@x>"}, "" }),
	}
}

func testDerived() *engine.Derived {
	patch := func(mail, series int64, number int, second int64) engine.PatchRow {
		return engine.PatchRow{
			Mail: mail, ID: mail, Project: 1, Series: series, Number: number, Date: at(second),
			Submitter: "ann@x.org", State: "new",
		}
	}
	d := &engine.Derived{
		Series: []engine.SeriesRow{
			{ID: 1, Project: 1, Key: "<c@x>", Name: "all of it", Version: 1, Total: 2, Received: 2,
				Complete: true, Date: at(100),
				Submitter: "ann@x.org", Cover: 1},
			{ID: 8, Project: 1, Key: "<q1@x>", Given: "a name", Version: 2, Total: 2, Received: 1, Date: at(1000),
				Submitter: "ann@x.org"},
		},
		Patches: []engine.PatchRow{patch(2, 1, 1, 101), patch(3, 1, 2, 102), patch(8, 8, 1, 1000), patch(9, 0, 0, 1001)},
		Covers: []engine.CoverRow{{Mail: 1, Project: 1, Series: 1, ID: 1, Date: at(100),
			Submitter: "ann@x.org", Hidden: true}},
		Replies: []engine.ReplyRow{
			{Mail: 4, Project: 1, Parent: 2, Date: at(103), Clean: true},
			{Mail: 5, Project: 1, Parent: 2, Date: at(104), Ignored: true, ID: 4, Hidden: true},
			{Mail: 10, Project: 1, Date: at(1002)},
		},
		People: []engine.PersonRow{
			{Email: "ann@x.org", Name: "Ann", Date: at(1001), Mail: 9},
			{Email: "bob@x.org", Name: "Bob 100%", Date: at(103), Mail: 4},
		},
	}
	d.Patches[1].Archived = true
	d.Patches[1].ID, d.Patches[1].Hidden, d.Patches[1].Checked = 3, true, track.CheckWarning
	d.Patches[2].State, d.Patches[2].Delegate = "rfc", "bob@x.org"
	return d
}

func testRefs(mails []*engine.Mail) (refs []engine.RefKey) {
	for _, m := range mails {
		it := track.Item{Kind: m.Kind, Marked: m.Marked, Number: m.Number, Total: m.Total}
		for _, ref := range m.Refs {
			if m.Chosen {
				refs = append(refs, engine.RefKey{Hash: engine.RefHash(m.Project, ref), Member: it.Member(), Mail: m.ID})
			}
		}
	}
	return refs
}

// testStart is what fill writes beside mails and what was derived of them.
type testStart struct {
	projects  []engine.Project
	decisions []engine.Decision
	log       []engine.LogEntry
	events    []engine.Event
	works     []engine.Work
	maildirs  []engine.Maildir
	learned   []engine.Dictionary
}

func newTestStart() *testStart {
	state, nobody, yes, name := "rfc", "", true, "a name"
	return &testStart{
		projects: []engine.Project{
			{Project: track.Project{LinkName: "net", ListID: "net.x", ListEmail: "net@x", Name: "Net", SubjectMatch: "net",
				MailStates: true,
				Rules:      []track.Rule{{Pattern: "b*", Delegate: "b@x", Priority: 2}, {Pattern: "a*", Delegate: "a@x"}}}},
			{Project: track.Project{LinkName: "gone", ListID: "gone.x", OnSight: true, MailDelegates: true}, Removed: true},
		},
		decisions: []engine.Decision{
			{Name: engine.Name{Project: 1, MsgID: "<q1@x>"}, State: &state, Delegate: &nobody, Archived: &yes},
			{Name: engine.Name{Project: 1, MsgID: "<p1@x>"}, SeriesName: &name},
		},
		log: []engine.LogEntry{
			{Time: time.UnixMicro(5_000_001).UTC(), Actor: "ann", What: "project", Project: "net", After: "list-id=net.x"},
			{Time: at(6), Actor: "ann", What: "state", Project: "net", MsgID: "<q1@x>", Before: "new", After: "rfc"},
			{Time: at(7), Actor: "bob", What: "state", Project: "gone", MsgID: "<q1@x>", Before: "new", After: "rfc"},
		},
		events: []engine.Event{
			{Date: time.UnixMicro(5_000_001).UTC(), Category: track.CoverCreated, Project: 1, Mail: 1, Series: 1},
			{Date: at(6), Category: track.PatchCommentCreated, Project: 1, Mail: 2, Comment: 4},
			{Date: at(7), Category: track.PatchStateChanged, Project: 1, Mail: 8, Actor: "ann", Before: "new", After: "rfc"},
		},
		works: []engine.Work{{ID: 7, Done: 2, Last: 9}, {ID: 3, Project: 1, Last: 9}},
		maildirs: []engine.Maildir{
			{Path: "/a", LastMail: at(1), LastEvent: at(2), LastScan: at(3)}, {Path: "/b", Paused: "the disk is full"},
		},
		learned: []engine.Dictionary{{ID: 40000, Mails: 200, Frame: []byte("one")},
			{ID: 35000, Mails: 2000, Frame: []byte("two")}},
	}
}

func (s *testStart) write(tx engine.Tx) error {
	for i := range s.projects {
		if err := tx.PutProject(&s.projects[i]); err != nil {
			return err
		}
	}
	errs := []error{
		tx.PutDecisions(s.decisions), tx.AddLog(s.log), tx.AddEvents(s.events), tx.PutWorks(s.works), tx.PutReading(3),
		tx.PutMaildirs("", s.maildirs),
	}
	for _, d := range s.learned {
		errs = append(errs, tx.PutDictionary(d))
	}
	return errors.Join(errs...)
}

func testFrame(m *engine.Mail) []byte { return slices.Repeat([]byte(m.MsgID), 5000) }

func openForTest(t *testing.T) *database {
	t.Helper()
	e := &database{path: filepath.Join(t.TempDir(), "x.db"), turn: newTurn(), writable: true}
	if err := e.openPatiently(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// openFilled opens a database with a few rows of each kind.
func openFilled(t *testing.T) (*database, *testStart, []*engine.Mail) {
	t.Helper()
	e, start, mails := openForTest(t), newTestStart(), testMails()
	if err := e.Write(context.Background(), func(tx engine.Tx) error {
		if err := start.write(tx); err != nil {
			return err
		}
		var frames [][]byte
		for _, m := range mails {
			frames = append(frames, testFrame(m))
		}
		if err := tx.Insert(mails, frames); err != nil {
			return err
		}
		return errors.Join(tx.PutRefs(testRefs(mails)), tx.Put(testDerived()))
	}); err != nil {
		t.Fatal(err)
	}
	return e, start, mails
}

// asked is a question and its answer.
type asked struct {
	name string
	got  func(v engine.View) (any, error)
	want any
}

// answers puts each question to a reader and to the writer, and to the writer once more when SQLite gives rows whose
// order is not asked for from behind.
func answers(t *testing.T, e *database, all []asked) {
	t.Helper()
	ask := func(where string, v engine.View) {
		for _, a := range all {
			got, err := a.got(v)
			if err != nil {
				t.Errorf("%s, %s: %v", where, a.name, err)
			} else if !reflect.DeepEqual(got, a.want) {
				t.Errorf("%s, %s:\n%s\nwant\n%s", where, a.name, asText(got), asText(a.want))
			}
		}
	}
	ctx := context.Background()
	err := e.View(ctx, func(v engine.View) error { ask("reader", v); return nil })
	err2 := e.Write(ctx, func(tx engine.Tx) error { ask("writer", tx); return nil })
	err3 := e.reverse()
	err4 := e.Write(ctx, func(tx engine.Tx) error { ask("writer, reversed", tx); return nil })
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
}

// asText is a value with what its pointers point to, where it has a form in JSON.
func asText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%+v", v)
	}
	return string(text)
}

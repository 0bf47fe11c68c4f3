package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"patchwatch/db/engine"
)

// engineAt makes an empty database.
func engineAt(t testing.TB, path string) *database {
	t.Helper()
	e := &database{path: path, turn: newTurn(), writable: true}
	if err := e.openPatiently(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func newEngine(t testing.TB) *database { return engineAt(t, filepath.Join(t.TempDir(), "x.db")) }

func write(t testing.TB, e engine.Engine, f func(tx engine.Tx) error) {
	t.Helper()
	if err := e.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// full sets every field of a mail to something else than nothing.
func full(t *testing.T, n int) *engine.Mail {
	m := &engine.Mail{}
	at := time.Unix(1_790_000_000+int64(n), 0).UTC()
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		n++
		switch f := v.Field(i); f.Interface().(type) {
		case bool:
			f.SetBool(true)
		case string:
			f.SetString(fmt.Sprintf("text %d", n))
		case time.Time:
			f.Set(reflect.ValueOf(at.Add(time.Duration(n) * time.Second)))
		case []string:
			f.Set(reflect.ValueOf([]string{fmt.Sprintf("<%d@x>", n), "<y>"}))
		case []byte:
			f.SetBytes([]byte{byte(n), 0, 255})
		case engine.Sum:
			f.Set(reflect.ValueOf(engine.Sum{byte(n), byte(n >> 8), 1}))
		default:
			f.SetInt(int64(n))
		}
	}
	m.Delivered = m.Delivered.Add(123456 * time.Microsecond)
	m.ID, m.Project = 0, 1
	return m
}

// A column that is forgotten, or mixed up with another, would lose what mails say.
func TestMailComesBackAsItWas(t *testing.T) {
	e := newEngine(t)
	epoch := time.Unix(0, 0).UTC()
	mails := []*engine.Mail{full(t, 1), full(t, 100),
		{MsgID: "<nothing>", ContentSHA: []byte{}, Delivered: epoch, Date: epoch}}
	frames := [][]byte{[]byte("one"), make([]byte, 30_000), {}}
	check := func(when string) {
		t.Helper()
		var ids []int64
		for _, m := range mails {
			ids = append(ids, m.ID)
		}
		if err := e.View(t.Context(), func(v engine.View) error {
			got, err := v.Mails(ids)
			for _, m := range mails {
				if !reflect.DeepEqual(got[m.ID], m) {
					t.Errorf("%s:\n%+v, want\n%+v", when, got[m.ID], m)
				}
			}
			at := 0
			if err := v.Frames(ids, func(_ int64, frame []byte) error {
				if !bytes.Equal(frame, frames[at]) {
					t.Errorf("%s: a frame of %d bytes, want %d", when, len(frame), len(frames[at]))
				}
				at++
				return nil
			}); err != nil {
				return err
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	write(t, e, func(tx engine.Tx) error {
		if err := tx.PutProject(&engine.Project{}); err != nil {
			return err
		}
		return tx.Insert(mails, frames)
	})
	check("inserted")
	for i, m := range mails {
		id, sum := m.ID, m.SHA256
		mails[i] = full(t, 50+i)
		mails[i].ID, mails[i].SHA256 = id, sum
	}
	write(t, e, func(tx engine.Tx) error { return tx.Update(mails) })
	check("updated")
	write(t, e, func(tx engine.Tx) error { return tx.Remove([]int64{mails[1].ID}) })
	mails, frames = slicesWithout(mails, 1), slicesWithout(frames, 1)
	check("one removed")
}

func slicesWithout[T any](s []T, i int) []T { return append(s[:i:i], s[i+1:]...) }

// A transaction that fails or panics leaves nothing, and the next goes on.
func TestNothingIsKeptOfAFailedWrite(t *testing.T) {
	e := newEngine(t)
	wrong := errors.New("wrong")
	put := func(tx engine.Tx) error { return tx.PutMaildirs("", []engine.Maildir{{Path: "/a"}}) }
	if err := e.Write(t.Context(), func(tx engine.Tx) error { put(tx); return wrong }); !errors.Is(err, wrong) {
		t.Error(err)
	}
	func() {
		defer func() { recover() }()
		e.Write(t.Context(), func(tx engine.Tx) error { put(tx); panic(wrong) })
	}()
	write(t, e, func(tx engine.Tx) error {
		if boxes, err := tx.Maildirs(); err != nil || len(boxes) > 0 {
			t.Error(boxes, err)
		}
		return put(tx)
	})
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if err := e.Write(t.Context(), put); !errors.Is(err, engine.ErrClosed) {
		t.Error(err)
	}
	if err := e.View(t.Context(), nil); !errors.Is(err, engine.ErrClosed) {
		t.Error(err)
	}
}

// What a transaction knows still holds if nobody else has written.
func TestStampTellsOfOthers(t *testing.T) {
	e := newEngine(t)
	stamp := func() (s engine.Stamp) {
		write(t, e, func(tx engine.Tx) (err error) {
			s, err = tx.Stamp()
			return errors.Join(err, tx.PutMaildirs("", nil))
		})
		return s
	}
	first := stamp()
	if again := stamp(); again != first || first.Opening == 0 {
		t.Errorf("nobody else wrote: %v, then %v", first, again)
	}
	other := engineAt(t, e.path)
	write(t, other, func(tx engine.Tx) error { return tx.PutReading(7) })
	if again := stamp(); again.Changes == first.Changes || again.Opening != first.Opening {
		t.Errorf("another wrote: %v, then %v", first, again)
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := e.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file, e.path); err != nil {
		t.Fatal(err)
	}
	if err := e.Write(t.Context(), func(engine.Tx) error { return nil }); !errors.Is(err, engine.ErrReplaced) {
		t.Fatal(err)
	}
	if again := stamp(); again.Opening != first.Opening+1 {
		t.Errorf("another database: %v, then %v", first, again)
	}
}

// The copy that check rebuilds has all but the frames, and goes with its folder.
func TestScratch(t *testing.T) {
	e := newEngine(t)
	m := full(t, 1)
	write(t, e, func(tx engine.Tx) error {
		return errors.Join(tx.PutProject(&engine.Project{}), tx.Insert([]*engine.Mail{m}, [][]byte{[]byte("frame")}),
			tx.AddEvents([]engine.Event{{Project: 1}, {Project: 1}}), tx.AddLog([]engine.LogEntry{{What: "state"}}))
	})
	s, err := e.Scratch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if dir := filepath.Dir(s.TempDir()); dir != filepath.Dir(e.path) {
		t.Errorf("it is in %s", dir)
	}
	write(t, s, func(tx engine.Tx) error {
		mails, err := tx.Mails([]int64{m.ID})
		if err != nil || !reflect.DeepEqual(mails[m.ID], m) {
			t.Errorf("%+v, %v", mails[m.ID], err)
		}
		if last, _, err := tx.LastEvent(); err != nil || last != 2 {
			t.Error(last, err)
		}
		return tx.Frames([]int64{m.ID}, func(_ int64, frame []byte) error {
			if frame != nil {
				t.Error("it has a frame")
			}
			return nil
		})
	})
	wrong := errors.New("wrong")
	if err := s.Write(t.Context(), func(engine.Tx) error { return wrong }); !errors.Is(err, wrong) {
		t.Error(err)
	}
	if err := s.View(t.Context(), func(engine.View) error { return nil }); !errors.Is(err, wrong) {
		t.Error("it is used after it has gone bad:", err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(e.path), ".patchwatch*")); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}

// A long look ends with its context.
func TestLookIsCancelled(t *testing.T) {
	e := newEngine(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(soon, cancel)
	err := e.look(ctx, func(w *writer) error {
		return w.Each(`WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n`, nil, nil)
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// soon is long enough to see that something waits.
const soon = 200 * time.Millisecond

func BenchmarkInsert(b *testing.B) {
	e := newEngine(b)
	write(b, e, func(tx engine.Tx) error { return tx.PutProject(&engine.Project{}) })
	frame := bytes.Repeat([]byte("0123456789"), 150)
	const batch = 256
	for n := 0; b.Loop(); {
		var mails []*engine.Mail
		var frames [][]byte
		for range batch {
			n++
			mails = append(mails, &engine.Mail{
				SHA256: engine.Sum{byte(n), byte(n >> 8), byte(n >> 16)}, Project: 1,
				MsgID: fmt.Sprintf("<%d@bench>", n), Chosen: true,
				Delivered: time.Unix(int64(n), 0), Date: time.Unix(int64(n), 0), Kind: 1, Sender: "a@x.org", Name: "some subject",
				Refs: []string{"<a@b>", "<c@d>"}, ContentSHA: make([]byte, 32), DiffSHA: make([]byte, 32), Title: int64(n) * 7919,
			})
			frames = append(frames, frame)
		}
		write(b, e, func(tx engine.Tx) error {
			err := tx.Insert(mails, frames)
			var d engine.Derived
			var refs []engine.RefKey
			for _, m := range mails {
				d.Series = append(d.Series, engine.SeriesRow{
					ID: m.ID, Project: 1, Key: m.MsgID, Name: m.Name, Date: m.Date, Submitter: m.Sender,
				})
				d.Patches = append(d.Patches, engine.PatchRow{
					Mail: m.ID, Project: 1, Series: m.ID, Date: m.Date, Submitter: m.Sender, State: "new",
				})
				refs = append(refs, engine.RefKey{Hash: m.Title * 104729, Mail: m.ID})
			}
			return errors.Join(err, tx.PutRefs(refs), tx.Put(&d))
		})
	}
	b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "mails/s")
}

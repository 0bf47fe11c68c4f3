package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"patchwatch/search"
)

// An index that was read is written on, and whole: what a connection remembers of it from before is no damage.
func TestCheckedAgain(t *testing.T) {
	here := smallTown(50)
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	defer x.Close()
	w := writerOf(t, x, here)
	defer w.Close()
	for round := range 4 {
		catchUp(t, w)
		if _, err := w.Tidy(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := x.Check(context.Background()); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for i := range 20 {
			d := search.Document{Date: firstDate.Add(time.Duration(i) * time.Second)}
			d.Texts[search.PartText] = []string{fmt.Sprintf("more%d of round%d", i, round)}
			here.add(&made{doc: d, stands: true})
			if _, err := w.Step(context.Background(), 5, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// damagedTown is a database that says of itself that it is damaged.
type damagedTown struct{ *town }

var errDamagedTown = fmt.Errorf("the database is damaged: %w", sqlite3.Error{Code: sqlite3.ErrCorrupt})

func (damagedTown) LastMail(context.Context) (int64, error) { return 0, errDamagedTown }

func (damagedTown) Tracked(context.Context, []int64, Wants) (map[int64]search.Tracked, error) {
	return nil, errDamagedTown
}

// Damage of the database is not taken for that of the index, which would be made anew for it again and again.
func TestDamageOfTheDatabase(t *testing.T) {
	here := smallTown(50)
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	defer x.Close()
	w := writerOf(t, x, here)
	catchUp(t, w)
	w.Close()
	before, err := os.Stat(x.Path())
	if err != nil {
		t.Fatal(err)
	}
	w = writerOf(t, x, damagedTown{here})
	defer w.Close()
	_, writing := w.Step(context.Background(), 10, 1)
	_, asking := x.Search(context.Background(), damagedTown{here}, Query{Tree: parse(t, "common")})
	for what, err := range map[string]error{"who writes": writing, "who asks": asking} {
		if !errors.Is(err, errDamagedTown) || errors.Is(err, ErrDamaged) {
			t.Errorf("%s is told %v", what, err)
		}
	}
	if now, err := os.Stat(x.Path()); err != nil || !os.SameFile(before, now) || x.Discarding() {
		t.Errorf("the index is thrown away: %v", err)
	}
}

// A file that is removed while it is opened to be written is not there; it is not damaged.
func TestRemovedWhileOpened(t *testing.T) {
	here := smallTown(5)
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, here)
	defer w.Close()
	catchUp(t, w)
	info := w.info
	if err := errors.Join(w.close(), x.remove()); err != nil {
		t.Fatal(err)
	}
	w.open(info)
	_, err := readMeta(context.Background(), w.db)
	if isDamage(err) || !isLost(err) {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(x.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
	catchUp(t, w)
}

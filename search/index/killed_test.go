package index

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/search"
)

// TestMain lets the test binary be a process that indexes until it is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("PATCHWATCH_TEST_INDEX"); path != "" {
		indexForEver(path)
	}
	os.Exit(m.Run())
}

const city = 1500 // mails

// bigTown is the same in each process.
func bigTown() *town {
	here := newTown()
	for i := range city {
		d := search.Document{Date: firstDate.Add(time.Duration(i) * time.Minute), MsgIDs: []string{fmt.Sprintf("%d@x", i)}}
		d.Texts[search.PartSubject] = []string{fmt.Sprintf("mail %d of the city fixes%d", i, i%7)}
		d.Texts[search.PartText] = []string{fmt.Sprintf("walking walked walks%d", i%50), "nothing else"}
		here.add(&made{doc: d, stands: true})
	}
	for i := range int64(50) {
		here.restate(i*9+1, func(m *made) { m.doc.Date = m.doc.Date.Add(time.Hour) })
	}
	return here
}

func indexForEver(path string) {
	here := bigTown()
	for {
		w, err := New(path, 1).Writer(here)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		for range 200 {
			if _, err := w.Step(context.Background(), 16, 2); err != nil {
				fmt.Printf("step: %#v %v\n", err, err)
				os.Exit(1)
			}
			if _, err := w.Tidy(context.Background()); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
			fmt.Print(".") // a step is done
		}
		w.Close()
	}
}

// TestKilledWhileIndexing kills who indexes after some steps, at a random moment of the next. In the end nothing is
// missing, and nothing is there twice.
func TestKilledWhileIndexing(t *testing.T) {
	kills := 20
	if os.Getenv("PATCHWATCH_LONG") != "" {
		kills = 200
	}
	here := bigTown()
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	defer x.Close()
	progress := 0
	for range kills {
		before, _ := x.State(context.Background())
		killIndexing(t, x.Path(), rand.IntN(city/16/4), time.Duration(rand.IntN(10_000))*time.Microsecond)
		after, err := x.State(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if before.Watermark < after.Watermark && after.Watermark < city {
			progress++
		}
		if after.Watermark >= city || rand.IntN(6) == 0 {
			os.Remove(x.Path())
		}
	}
	if progress == 0 {
		t.Error("no process was killed in the middle of its work")
	}
	w := writerOf(t, x, here)
	defer w.Close()
	catchUp(t, w)
	if err := x.Check(context.Background()); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"city", "fixes3", "walk*", "walks", `"walks7"`, "mid:700@x", "s:mail NOT walks3",
		"d:20260201.."} {
		n := parse(t, text)
		got, want := find(t, x, here, Query{Tree: n}), here.scan(n, false)
		if len(got) != len(want) || len(want) == 0 && text != "walks" {
			t.Errorf("%s finds %d mails, should find %d", text, len(got), len(want))
		}
	}
	rows, mails := 0, 0
	if err := x.reading(context.Background(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT (SELECT count(*) FROM words WHERE words MATCH '"#a"'), count(*) FROM document`).
			Scan(&rows, &mails)
	}); err != nil || rows != city || mails != city {
		t.Errorf("%d rows of words, %d documents of %d mails: %v", rows, mails, city, err)
	}
}

// killIndexing starts who indexes, and kills it a while after so many steps.
func killIndexing(t *testing.T, path string, steps int, after time.Duration) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "PATCHWATCH_TEST_INDEX="+path)
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	defer limit.Stop()
	done := make([]byte, steps) // a dot for each
	n, _ := io.ReadFull(out, done)
	if n < steps {
		t.Errorf("it stands still or has died after %d steps of %d", n, steps)
	}
	time.Sleep(after)
	c.Process.Kill()
	said, _ := io.ReadAll(io.LimitReader(out, 1000))
	if said = append(done[:n], said...); strings.Trim(string(said), ".") != "" {
		t.Errorf("%s", said)
	}
	c.Wait()
}

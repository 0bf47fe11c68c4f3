package sqlite

import (
	"bytes"
	"crypto/rand"
	"testing"

	"patchwatch/db/engine"
)

// Frames of all lengths come back whole, and leave the pages full.
func TestChunks(t *testing.T) {
	e := newEngine(t)
	lengths := []int{1, 399, 400, 401, 419, 420, 421, 8100, 8136, 8137, 8138, 8150, 8164, 8184, 8192,
		16_384, 100_000, 3 << 20}
	for n := range 1500 {
		lengths = append(lengths, 200+n*37%6000)
	}
	var frames [][]byte
	total := 0
	for _, n := range lengths {
		frame := make([]byte, n)
		rand.Read(frame)
		frames = append(frames, frame)
		total += n
	}
	empty := pages(t, e)
	for at := 0; at < len(frames); at += 100 {
		write(t, e, func(tx engine.Tx) error {
			w := e.writer
			if err := w.page.look(w); err != nil {
				return err
			}
			for i := at; i < min(at+100, len(frames)); i++ {
				if err := w.putFrame(int64(i+1), frames[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for i, want := range frames {
		if got := storedFrame(t, e, int64(i+1)); !bytes.Equal(got, want) {
			t.Fatalf("a frame of %d bytes came back with %d", len(want), len(got))
		}
	}
	if used := float64(total) / float64((pages(t, e)-empty)*pageSize); used < 0.95 {
		t.Errorf("the pages are %.1f %% full", 100*used)
	}
	if err := e.writer.exec(`DELETE FROM piece WHERE id = ?`, int64(17*chunksOfMail+2)); err != nil {
		t.Fatal(err)
	}
	if got := storedFrame(t, e, 17); got != nil {
		t.Errorf("of a frame that lacks a chunk there came %d bytes", len(got))
	}
}

func pages(t *testing.T, e *database) (n int) {
	t.Helper()
	if _, err := e.writer.row(`SELECT page_count FROM pragma_page_count`, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func storedFrame(t *testing.T, e engine.Engine, mail int64) (got []byte) {
	t.Helper()
	if err := e.View(ctx, func(v engine.View) error {
		return v.Frames([]int64{mail}, func(_ int64, frame []byte) error {
			got = frame
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

// A frame too long for its chunks to fill a page each has longer ones.
func TestChunksOfAHugeFrame(t *testing.T) {
	p := lastPage{size: 512}
	whole, n := 300<<20, 0
	for left := whole; left > 0; n++ {
		left -= p.cut(left, whole)
	}
	if n >= chunksOfMail {
		t.Errorf("%d chunks", n)
	}
}

package db

import (
	"bytes"
	"context"
	"crypto/rand"
	"testing"
)

// Frames of all lengths come back whole, and leave the pages full.
func TestPieces(t *testing.T) {
	s := storeAt(t)
	lengths := []int{1, 399, 400, 401, 419, 420, 421, 8100, 8136, 8137, 8138, 8150, 8164, 8184, 8192, 16_384, 100_000, 3 << 20}
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
	for at := 0; at < len(frames); at += 100 {
		if err := s.write(context.Background(), func(w *writer) error {
			if err := w.shelf.look(w); err != nil {
				return err
			}
			for i := at; i < min(at+100, len(frames)); i++ {
				if err := w.putFrame(int64(i+1), frames[i]); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range frames {
		got, err := s.frameOf(context.Background(), int64(i+1))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("a frame of %d bytes came back with %d: %v", len(want), len(got), err)
		}
	}
	var pages int
	if _, err := s.writer.row(`SELECT page_count FROM pragma_page_count`, nil, &pages); err != nil {
		t.Fatal(err)
	}
	if used := float64(total) / float64(pages*pageSize); used < 0.95 {
		t.Errorf("the pages are %.1f %% full", 100*used)
	}
	if err := s.writer.exec(`DELETE FROM piece WHERE id = ?`, int64(17*piecesOfMail+2)); err != nil {
		t.Fatal(err)
	}
	if got, err := s.frameOf(context.Background(), 17); err != nil || got != nil {
		t.Errorf("of a frame that lacks a piece there came %d bytes: %v", len(got), err)
	}
}

// A frame too long for its pieces to fill a page each has longer ones.
func TestPiecesOfAHugeFrame(t *testing.T) {
	s := shelf{page: 512}
	whole, n := 300<<20, 0
	for left := whole; left > 0; n++ {
		left -= s.cut(left, whole)
	}
	if n >= piecesOfMail {
		t.Errorf("%d pieces", n)
	}
}

// A batch of mails is bounded by what they hold. A small one must not count for as much as the largest there can be.
func TestSmallFramesAreSmall(t *testing.T) {
	learnt, err := newCodec([]dictionary{{id: firstDictionaryID, mails: 1, bytes: bytes.Repeat([]byte("a header of a mail\n"), 50)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*codec{plain, learnt} {
		for _, size := range []int{0, 1, 100, 255, 256, 1000, 5000} {
			frame := c.encoder.EncodeAll(bytes.Repeat([]byte("x"), size), nil)
			f := framing{pieces: [][]byte{frame}}
			if got := f.size(); got < size || got > size+len(frame)+2048 {
				t.Errorf("a mail of %d bytes counts for %d", size, got)
			}
		}
	}
}

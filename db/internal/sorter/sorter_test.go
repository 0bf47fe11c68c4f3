package sorter

import (
	"bytes"
	"io"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Whatever is put in, and however little is held in memory, it comes out in order.
func TestSorter(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 40), 0, 2000).Draw(t, "records")
		s := &Sorter{dir: dir, most: rapid.IntRange(1, 20_000).Draw(t, "most")}
		for _, r := range records {
			if err := s.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		var got [][]byte
		if err := s.Each(func(r []byte) error {
			got = append(got, bytes.Clone(r))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(records, bytes.Compare)
		if !slices.EqualFunc(got, records, bytes.Equal) {
			t.Fatalf("%d records in, %d out, or in another order", len(records), len(got))
		}
	})
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d files are left", len(left))
	}
}

// More runs than can be merged at once.
func TestSorterOfManyRuns(t *testing.T) {
	s := &Sorter{dir: t.TempDir(), most: 1}
	const n = 3*mostRuns + 7
	for i := range n {
		if err := s.Add([]byte{byte(i * 7 >> 8), byte(i * 7)}); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.runs) > mostRuns {
		t.Errorf("%d runs", len(s.runs))
	}
	c, err := s.Sorted()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var last []byte
	count := 0
	for {
		r, err := c.Next()
		if err == io.EOF {
			break
		}
		if err != nil || bytes.Compare(last, r) > 0 {
			t.Fatalf("%v: %x after %x", err, r, last)
		}
		last = bytes.Clone(r)
		count++
	}
	if count != n {
		t.Errorf("%d records, want %d", count, n)
	}
}

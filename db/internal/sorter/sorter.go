// Package sorter sorts more records than fit into memory.
package sorter

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"slices"
)

// Sorter puts any number of records into the order of their bytes, in memory that does not grow with them. What it
// can't hold is sorted and written to a file, part by part, and the parts are merged when the records are read.
type Sorter struct {
	dir   string // of the file; empty: where temporary files go
	most  int    // bytes of records in memory
	held  []byte
	spans []span32 // of the records in held
	file  *os.File // nil: all is in memory
	end   int64
	runs  []run
}

type span32 struct{ from, to uint32 }

// run is a part of the file that is in order.
type run struct{ from, to int64 }

const (
	sortBytes = 8 << 20
	runBuffer = 32 << 10
	mostRuns  = 256 // that are merged at once
)

// New makes a sorter whose file, if it needs one, is in dir.
func New(dir string) *Sorter { return &Sorter{dir: dir, most: sortBytes} }

// NewTorn is a sorter that has records in a file which was cut off: for tests of whoever reads them.
func NewTorn(dir string, records ...string) (*Sorter, error) {
	s := &Sorter{dir: dir, most: 1}
	for _, r := range records {
		if err := s.Add([]byte(r)); err != nil {
			return nil, err
		}
	}
	if _, err := s.Sorted(); err != nil {
		return nil, err
	}
	return s, s.file.Truncate(5)
}

// Add takes a copy of the record.
func (s *Sorter) Add(record []byte) error {
	if len(s.held) > 0 && len(s.held)+len(record) > s.most {
		if err := s.spill(); err != nil {
			return err
		}
	}
	from := len(s.held)
	s.held = append(s.held, record...)
	s.spans = append(s.spans, span32{uint32(from), uint32(len(s.held))})
	return nil
}

func (s *Sorter) sortHeld() {
	slices.SortFunc(s.spans, func(a, b span32) int {
		return bytes.Compare(s.held[a.from:a.to], s.held[b.from:b.to])
	})
}

// spill writes what is in memory to the file.
func (s *Sorter) spill() (err error) {
	if s.file == nil {
		if s.file, err = scratchFile(s.dir); err != nil {
			return err
		}
	}
	if len(s.runs) == mostRuns {
		if err := s.mergeRuns(); err != nil {
			return err
		}
	}
	s.sortHeld()
	w := newRunWriter(s.file, s.end)
	for _, at := range s.spans {
		w.put(s.held[at.from:at.to])
	}
	s.held, s.spans = s.held[:0], s.spans[:0]
	if cap(s.held) > 2*s.most { // after one huge record
		s.held = nil
	}
	return s.endRun(w)
}

func (s *Sorter) endRun(w *runWriter) error {
	if err := w.out.Flush(); err != nil {
		return err
	}
	s.runs = append(s.runs, run{s.end, w.end})
	s.end = w.end
	return nil
}

// mergeRuns makes one run of all, in another file.
func (s *Sorter) mergeRuns() error {
	merged, err := scratchFile(s.dir)
	if err != nil {
		return err
	}
	w := newRunWriter(merged, 0)
	all := s.cursor()
	for {
		record, err := all.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			merged.Close()
			return err
		}
		w.put(record)
	}
	s.file.Close()
	s.file, s.end, s.runs = merged, 0, nil
	return s.endRun(w)
}

// Sorted gives all records that were added, in order. No more may be added.
func (s *Sorter) Sorted() (*Cursor, error) {
	if s.file == nil {
		s.sortHeld()
		return &Cursor{Sorter: s}, nil
	}
	if err := s.spill(); err != nil {
		return nil, err
	}
	s.held, s.spans = nil, nil
	return s.cursor(), nil
}

func (s *Sorter) cursor() *Cursor {
	c := &Cursor{Sorter: s}
	for _, r := range s.runs {
		part := io.NewSectionReader(s.file, r.from, r.to-r.from)
		c.parts = append(c.parts, &runReader{in: bufio.NewReaderSize(part, runBuffer), left: part.Size()})
	}
	return c
}

// Each calls f with all records in order, and closes the sorter.
func (s *Sorter) Each(f func(record []byte) error) error {
	defer s.Close()
	return s.Walk(f)
}

// Walk calls f with all records in order. They can be read again.
func (s *Sorter) Walk(f func(record []byte) error) error {
	c, err := s.Sorted()
	if err != nil {
		return err
	}
	for {
		record, err := c.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(record); err != nil {
			return err
		}
	}
}

// Close gives back memory and file.
func (s *Sorter) Close() {
	if s.file != nil {
		s.file.Close()
	}
	*s = Sorter{}
}

// scratchFile is a file without a name, so that it vanishes with the process, however that ends.
func scratchFile(dir string) (*os.File, error) {
	if dir == "" {
		dir = scratchDir()
	}
	f, err := os.CreateTemp(dir, ".patchwatch-sort-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// scratchDir is where large temporary files go: /tmp may be in memory, /var/tmp is not (file-hierarchy(7)).
func scratchDir() string {
	const large = "/var/tmp"
	if os.Getenv("TMPDIR") == "" && isDir(large) {
		return large
	}
	return os.TempDir()
}

// runWriter writes records one after the other, each after its length.
type runWriter struct {
	out *bufio.Writer // it keeps the first error
	end int64
}

func newRunWriter(file *os.File, at int64) *runWriter {
	return &runWriter{bufio.NewWriterSize(io.NewOffsetWriter(file, at), runBuffer), at}
}

func (w *runWriter) put(record []byte) {
	var length [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(length[:], uint64(len(record)))
	w.out.Write(length[:n])
	w.out.Write(record)
	w.end += int64(n + len(record))
}

type runReader struct {
	in     *bufio.Reader
	left   int64
	record []byte
}

func (r *runReader) next() error {
	if r.left == 0 {
		return io.EOF
	}
	n, err := binary.ReadUvarint(r.in)
	if err == nil {
		r.record = slices.Grow(r.record[:0], int(n))[:n]
		_, err = io.ReadFull(r.in, r.record)
	}
	if err == io.EOF { // the file was cut off
		err = io.ErrUnexpectedEOF
	}
	var length [binary.MaxVarintLen64]byte
	r.left -= int64(binary.PutUvarint(length[:], n)) + int64(n)
	return err
}

// Cursor goes through the records of a sorter.
type Cursor struct {
	*Sorter
	at    int          // of spans, where all is in memory
	parts []*runReader // a heap by record, once begun
	begun bool
}

// Next gives the next record, which is there until next is called again; io.EOF after the last.
func (c *Cursor) Next() ([]byte, error) {
	if c.file == nil {
		if c.at == len(c.spans) {
			return nil, io.EOF
		}
		at := c.spans[c.at]
		c.at++
		return c.held[at.from:at.to], nil
	}
	if err := c.advance(); err != nil {
		return nil, err
	}
	if len(c.parts) == 0 {
		return nil, io.EOF
	}
	return c.parts[0].record, nil
}

// advance reads on in the part that the last record came from; the first time, in all parts.
func (c *Cursor) advance() error {
	if c.begun {
		return c.readOn(0)
	}
	c.begun = true
	for i := len(c.parts) - 1; i >= 0; i-- {
		if err := c.readOn(i); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cursor) readOn(i int) error {
	if len(c.parts) == 0 {
		return nil
	}
	switch err := c.parts[i].next(); {
	case err == io.EOF:
		last := len(c.parts) - 1
		c.parts[i] = c.parts[last]
		c.parts = c.parts[:last]
	case err != nil:
		return err
	}
	c.sink(i)
	return nil
}

// sink restores the heap below i.
func (c *Cursor) sink(i int) {
	for {
		least := i
		for _, below := range []int{2*i + 1, 2*i + 2} {
			if below < len(c.parts) && bytes.Compare(c.parts[below].record, c.parts[least].record) < 0 {
				least = below
			}
		}
		if least == i {
			return
		}
		c.parts[i], c.parts[least] = c.parts[least], c.parts[i]
		i = least
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

package db

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"patchwatch/db/internal/sorter"
)

// Lines are the lines of a dump in order, in memory that does not grow with them. Close them after use.
type Lines struct{ sorted *sorter.Cursor }

// Next gives the next line, without its end, until it is called again; io.EOF after the last.
func (l *Lines) Next() ([]byte, error) { return l.sorted.Next() }

// Close gives back what holds the lines.
func (l *Lines) Close() { l.sorted.Close() }

// Write writes all lines.
func (l *Lines) Write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	for {
		line, err := l.Next()
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return err
		}
		out.Write(line) // out keeps the first error
		if err := out.WriteByte('\n'); err != nil {
			return err
		}
	}
}

// longestLine is more bytes than any line of a dump has. The longest is that of a series, with all its mails.
const longestLine = 64 << 20

// SortLines reads a dump. Somebody may have edited it, or joined several, so it need not be in order.
func SortLines(r io.Reader) (*Lines, error) {
	s := sorter.New("")
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := readLine(in)
		if err == nil {
			err = s.Add(line)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			s.Close()
			return nil, err
		}
	}
	return linesOf(s)
}

func linesOf(s *sorter.Sorter) (*Lines, error) {
	c, err := s.Sorted()
	if err != nil {
		s.Close()
		return nil, err
	}
	return &Lines{c}, nil
}

// readLine gives a line without its end; io.EOF after the last, which may lack its end.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line = bytes.Clone(line)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(line) > longestLine {
				return nil, fmt.Errorf("it is no dump: one of its lines has more than %d MiB", longestLine>>20)
			}
			var more []byte
			more, err = in.ReadSlice('\n')
			line = append(line, more...)
		}
	}
	if err == io.EOF && len(line) > 0 {
		err = nil
	}
	return bytes.TrimSuffix(line, []byte("\n")), err
}

// DiffLines calls onlyA and onlyB with the lines that only one has, in order, and tells how many both have.
func DiffLines(a, b *Lines, onlyA, onlyB func(line []byte) error) (both int, err error) {
	la, endA := a.Next()
	lb, endB := b.Next()
	for endA == nil || endB == nil {
		order := bytes.Compare(la, lb)
		switch {
		case endA == nil && (endB == io.EOF || endB == nil && order < 0):
			err = onlyA(la)
			la, endA = nextOr(a, err)
		case endB == nil && (endA == io.EOF || endA == nil && order > 0):
			err = onlyB(lb)
			lb, endB = nextOr(b, err)
		case endA == nil && endB == nil:
			both++
			la, endA = a.Next()
			lb, endB = b.Next()
		default: // one can't be read
			return both, firstFault(endA, endB)
		}
	}
	return both, firstFault(endA, endB)
}

func nextOr(l *Lines, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return l.Next()
}

func firstFault(errs ...error) error {
	for _, err := range errs {
		if err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

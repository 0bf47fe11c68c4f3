package db

import (
	"bytes"
	"context"

	"github.com/klauspost/compress/zstd"
)

// Frames are stored in pieces. SQLite puts a row onto the table's last page if it fits there whole, and else begins a new
// page; with some kilobytes a row and eight a page that leaves a fifth of the pages empty. So the first piece of a frame
// is as long as what the last page has left, and each next one fills a page. How much is left is reckoned here, not asked: if
// another process has written, or an assumption about SQLite's format no longer holds, a page is less full, no more.

const (
	piecesOfMail = 1 << 16 // piece.id of a mail's first piece is its number times this
	leafHeader   = 8       // bytes of a page that hold no rows (SQLite's file format, 1.6)
	pieceCost    = 20      // at most, of a row beside its bytes: a pointer, three varints, the header of the record
	leastPiece   = 400     // not worth a row of its own below that
	overflowRoom = 35      // a row that is longer than a page less this goes on elsewhere
)

// shelf knows the last page of the table of pieces.
type shelf struct {
	page int   // bytes of one, 0: not asked yet
	left int   // bytes that the last one has left
	last int64 // the newest piece when that was reckoned
}

// look is called at the beginning of a transaction.
func (s *shelf) look(w *writer) error {
	if s.page == 0 {
		if _, err := w.row(`PRAGMA page_size`, nil, &s.page); err != nil {
			return err
		}
	}
	var last int64
	if _, err := w.row(`SELECT coalesce(max(id), 0) FROM piece`, nil, &last); err != nil {
		return err
	}
	if last != s.last { // another has written since, or we were rolled back
		s.last, s.left = last, 0
	}
	return nil
}

// cut gives the length of the next piece of a frame of which so many bytes are left.
func (s *shelf) cut(frame, whole int) int {
	if huge := whole / (piecesOfMail / 2); huge > s.page { // or it would have more pieces than there are numbers
		s.left = 0
		return min(frame, huge)
	}
	if s.left < pieceCost+min(frame, leastPiece) {
		s.left = s.page - leafHeader
	}
	n := min(frame, s.left-pieceCost, s.page-overflowRoom-pieceCost)
	s.left -= n + pieceCost
	return n
}

// putFrame stores the frame of a new mail.
func (w *writer) putFrame(mail int64, frame []byte) error {
	whole := len(frame)
	for part := int64(0); part == 0 || len(frame) > 0; part++ {
		n := w.shelf.cut(len(frame), whole)
		w.shelf.last = mail*piecesOfMail + part
		if err := w.exec(`INSERT INTO piece (id, bytes) VALUES (?, ?)`, w.shelf.last, frame[:n]); err != nil {
			return err
		}
		frame = frame[n:]
	}
	return nil
}

func (w *writer) dropFrame(mail int64) error {
	return w.exec(`DELETE FROM piece WHERE id >= ? AND id < ?`, mail*piecesOfMail, (mail+1)*piecesOfMail)
}

// piecesQuery takes the numbers of a mail's first piece and of the next mail's.
const piecesQuery = `SELECT id, bytes FROM piece WHERE id >= ? AND id < ? ORDER BY id`

// frame is the frame of a mail; nil if it is not there whole.
func (w *writer) frame(mail int64) ([]byte, error) {
	f, err := w.framing(mail)
	return f.frame(), err
}

func (w *writer) framing(mail int64) (f framing, err error) {
	err = w.each(piecesQuery, []any{firstPiece(mail), endOfPieces(mail)}, f.add)
	return f, err
}

// framing puts a frame together.
type framing struct {
	pieces [][]byte
	next   int64 // the number that the next piece must have
	torn   bool  // one is missing
}

func (f *framing) add(scan func(...any) error) error {
	var id int64
	var piece []byte
	if err := scan(&id, &piece); err != nil {
		return err
	}
	f.put(id, piece)
	return nil
}

func (f *framing) put(id int64, piece []byte) {
	if id&(piecesOfMail-1) != f.next {
		f.torn = true
	}
	f.next = id&(piecesOfMail-1) + 1
	f.pieces = append(f.pieces, piece)
}

// size is about how many bytes the frame and its content take. The frame says how long the content is, unless that is
// less than 256 bytes, which are one block. Any other frame that does not say it is damaged, and may take as much as
// the largest mail.
func (f *framing) size() int {
	held := 0
	for _, piece := range f.pieces {
		held += len(piece)
	}
	var h zstd.Header
	switch {
	case held == 0:
		return 0
	case h.Decode(f.pieces[0]) != nil || h.FrameContentSize > maxRaw:
		return held + maxRaw
	case !h.HasFCS && h.FirstBlock.OK && h.FirstBlock.Last:
		return held + int(min(h.WindowSize, 128<<10)) // no block holds more (RFC 8878, 3.1.1.2.4)
	case !h.HasFCS:
		return held + maxRaw
	}
	return held + int(h.FrameContentSize)
}

// frame is nil if there was no piece, or one was missing before others. If the last ones are, it can't be decompressed.
func (f *framing) frame() []byte {
	if f.torn || len(f.pieces) == 0 {
		return nil
	}
	if len(f.pieces) == 1 {
		return f.pieces[0]
	}
	return bytes.Join(f.pieces, nil)
}

// frameOf is the same for readers.
func (s *Store) frameOf(ctx context.Context, mail int64) ([]byte, error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	rows, err := r.QueryContext(ctx, piecesQuery, firstPiece(mail), endOfPieces(mail))
	if err != nil {
		return nil, err
	}
	var f framing
	err = eachRow(rows, f.add)
	return f.frame(), err
}

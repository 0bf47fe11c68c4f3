package sqlite

import (
	"bytes"
	"math"
)

// Frames are stored in chunks, the rows of the table piece. SQLite puts a row onto the table's last page if it fits
// there whole, and else begins a new page; with some kilobytes a row and eight a page that leaves a fifth of the pages
// empty. So the first chunk of a frame is as long as what the last page has left, and each next one fills a page. How
// much is left is reckoned here, not asked: if another process has written, or an assumption about SQLite's format no
// longer holds, a page is less full, no more.

const (
	chunksOfMail = 1 << 16 // the number of a mail's first chunk is the mail's times this
	leafHeader   = 8       // bytes of a page that hold no rows (SQLite's file format, 1.6)
	chunkCost    = 20      // at most, of a row beside its bytes: a pointer, three varints, the header of the record
	leastChunk   = 400     // not worth a row of its own below that
	overflowRoom = 35      // a row that is longer than a page less this goes on elsewhere
)

// lastPage is the last page of the table of chunks.
type lastPage struct {
	size int   // bytes of a page, 0: not asked yet
	left int   // bytes that it has left
	last int64 // the newest chunk when that was reckoned
}

// look is called before a transaction writes chunks.
func (p *lastPage) look(w *writer) error {
	if p.size == 0 {
		if _, err := w.row(`PRAGMA page_size`, nil, &p.size); err != nil {
			return err
		}
	}
	var last int64
	if _, err := w.row(`SELECT coalesce(max(id), 0) FROM piece`, nil, &last); err != nil {
		return err
	}
	if last != p.last { // another has written since, or we were rolled back
		p.last, p.left = last, 0
	}
	return nil
}

// cut gives the length of the next chunk of a frame of which so many bytes are left.
func (p *lastPage) cut(frame, whole int) int {
	if huge := whole / (chunksOfMail / 2); huge > p.size { // or it would have more chunks than there are numbers
		p.left = 0
		return min(frame, huge)
	}
	if p.left < chunkCost+min(frame, leastChunk) {
		p.left = p.size - leafHeader
	}
	n := min(frame, p.left-chunkCost, p.size-overflowRoom-chunkCost)
	p.left -= n + chunkCost
	return n
}

// putFrame stores the frame of a new mail.
func (w *writer) putFrame(mail int64, frame []byte) error {
	whole := len(frame)
	for part := int64(0); part == 0 || len(frame) > 0; part++ {
		n := w.page.cut(len(frame), whole)
		w.page.last = mail*chunksOfMail + part
		if err := w.exec(`INSERT INTO piece (id, bytes) VALUES (?, ?)`, w.page.last, frame[:n]); err != nil {
			return err
		}
		frame = frame[n:]
	}
	return nil
}

func (w *writer) dropFrame(mail int64) error {
	return w.exec(`DELETE FROM piece WHERE id >= ? AND id < ?`, firstChunk(mail), endOfChunks(mail))
}

// chunksQuery takes the numbers firstChunk and endOfChunks of a mail. Its rows are for chunks.add.
const chunksQuery = `SELECT id, bytes FROM piece WHERE id >= ? AND id < ? ORDER BY id`

// firstChunk and endOfChunks bound the numbers of a mail's chunks. In a damaged database a mail may have any number.
func firstChunk(mail int64) int64 {
	return min(max(mail, math.MinInt64/chunksOfMail), math.MaxInt64/chunksOfMail) * chunksOfMail
}

func endOfChunks(mail int64) int64 {
	if mail >= math.MaxInt64/chunksOfMail {
		return math.MaxInt64
	}
	return firstChunk(mail + 1)
}

// chunks puts a frame together.
type chunks struct {
	parts [][]byte
	next  int64 // the number in the frame that the next chunk must have
	torn  bool  // one is missing
}

// add takes a row of chunksQuery.
func (c *chunks) add(scan func(...any) error) error {
	var id int64
	var part []byte
	if err := scan(&id, &part); err != nil {
		return err
	}
	c.put(id, part)
	return nil
}

func (c *chunks) put(id int64, part []byte) {
	if id&(chunksOfMail-1) != c.next {
		c.torn = true
	}
	c.next = id&(chunksOfMail-1) + 1
	c.parts = append(c.parts, part)
}

// frame is nil if there was no chunk, or one was missing before others. If the last ones are, it can't be decompressed.
func (c *chunks) frame() []byte {
	if c.torn || len(c.parts) == 0 {
		return nil
	}
	if len(c.parts) == 1 {
		return c.parts[0]
	}
	return bytes.Join(c.parts, nil)
}

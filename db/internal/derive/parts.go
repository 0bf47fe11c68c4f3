package derive

import (
	"context"
	"encoding/binary"
	"hash/maphash"
	"math"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/sorter"
	"patchwatch/track"
)

// A rebuild has track.Assemble look at all mails, part by part. A part is closed, as Assemble demands: mails that may
// share a series, or lead to one another, are in one part. Usually that is a thread. Adding a mail finds its part by
// walking; to find all parts at once, mails are sorted by what may connect them, and those that come to lie together
// are joined.
//
// Memory holds four bytes for each mail, and what people put into series. All the rest is sorted in files.
type parts struct {
	*Writing
	ctx   context.Context
	dir   string         // of the files
	up    []uint32       // by the place of a mail among all, by number: a mail of its part with a lower place, or itself
	links *sorter.Sorter // Message-IDs that are stored, and those that are referred to
	tied  *ties          // what people put into series
	marks *sorter.Sorter // members by their markers
	seed  maphash.Seed
}

// findParts also puts right who refers to whom, in the table's own order: in another order each row would change
// another page.
func findParts(ctx context.Context, w *Writing, dir string, total int, puts puts) (*parts, error) {
	p := &parts{
		Writing: w, ctx: ctx, dir: dir, up: make([]uint32, 0, total), tied: puts.ties(),
		links: sorter.New(dir), marks: sorter.New(dir), seed: maphash.MakeSeed(),
	}
	defer p.links.Close()
	defer p.marks.Close()
	if err := w.Tx.EachItem(p.take); err != nil {
		return nil, err
	}
	if err := p.joinLinked(); err != nil {
		return nil, err
	}
	if err := p.correctRefs(); err != nil {
		return nil, err
	}
	return p, p.joinMarked()
}

// take takes a mail in. A mail's place is its place among all that EachItem gives.
func (p *parts) take(project, mail int64, it *track.Item) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	place := uint32(len(p.up))
	p.up = append(p.up, place)
	p.tied.take(engine.Name{Project: project, MsgID: it.ID}, place, p.join)
	l := link{
		hash: engine.RefHash(project, it.ID), place: place, member: it.Member(),
		talk: it.Kind == track.Talk || it.Kind == track.Ignored,
	}
	if err := p.links.Add(l.record()); err != nil {
		return err
	}
	l.refers, l.mail, l.sender = true, mail, maphash.String(p.seed, it.Sender)
	for _, ref := range it.Refs {
		l.hash = engine.RefHash(project, ref)
		if err := p.links.Add(l.record()); err != nil {
			return err
		}
	}
	if !it.Marked || !l.member {
		return nil
	}
	return p.marks.Add(mark{p.markerOf(project, it), it.Date.Unix(), int64(it.Number), place}.record())
}

// markerOf hashes the marker. Two with one hash make a part larger than it need be, and change nothing.
func (p *parts) markerOf(project int64, it *track.Item) uint64 {
	return maphash.Comparable(p.seed, struct {
		project        int64
		sender         string
		version, total int
	}{project, it.Sender, it.Version, it.Total})
}

// link is a mail under its own Message-ID, or under one that it refers to.
type link struct {
	hash         int64
	refers       bool
	member, talk bool
	mail         int64  // that refers
	sender       uint64 // of it, hashed
	place        uint32
}

// record sorts as the table ref does, a mail itself before those that refer to it.
func (l link) record() []byte {
	b := make([]byte, 0, 32)
	b = appendSorted(b, l.hash)
	b = append(b, bit(l.refers), bit(l.member))
	b = appendSorted(b, l.mail)
	b = binary.BigEndian.AppendUint64(b, l.sender)
	b = binary.BigEndian.AppendUint32(b, l.place)
	return append(b, bit(l.talk))
}

func linkOf(b []byte) link {
	return link{
		hash: sortedInt(b), refers: b[8] != 0, member: b[9] != 0, mail: sortedInt(b[10:]),
		sender: binary.BigEndian.Uint64(b[18:]), place: binary.BigEndian.Uint32(b[26:]), talk: b[30] != 0,
	}
}

// joinLinked joins talk with the talk that refers to it, members likewise, and members of one sender that refer to one
// id.
func (p *parts) joinLinked() error {
	var own *link // the mail of this Message-ID, if it is stored
	var hash int64
	senders := map[uint64]uint32{} // that refer to it
	return p.links.Walk(func(record []byte) error {
		l := linkOf(record)
		if l.hash != hash {
			hash, own = l.hash, nil
			clear(senders)
		}
		if !l.refers {
			own = &l
			return nil
		}
		if own != nil && (own.talk && l.talk || own.member && l.member) {
			p.join(own.place, l.place)
		}
		if l.member {
			if other, ok := senders[l.sender]; ok {
				p.join(other, l.place)
			}
			senders[l.sender] = l.place
		}
		return p.ctx.Err()
	})
}

// mark is a member under its marker.
type mark struct {
	marker       uint64
	date, number int64
	place        uint32
}

func (m mark) record() []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 32), m.marker)
	b = appendSorted(appendSorted(b, m.date), m.number)
	return binary.BigEndian.AppendUint32(b, m.place)
}

func markOf(b []byte) mark {
	return mark{binary.BigEndian.Uint64(b), sortedInt(b[8:]), sortedInt(b[16:]), binary.BigEndian.Uint32(b[24:])}
}

// joinMarked joins members of one marker with those of another number within track.Window.
func (p *parts) joinMarked() error {
	var m marked
	return p.marks.Each(func(record []byte) error {
		next := markOf(record)
		if len(m.recent) > 0 && m.recent[0].marker != next.marker {
			m = marked{recent: m.recent[:0]}
		}
		m.take(next, p.join)
		return nil
	})
}

// marked are the members of a marker, one after the other by date.
type marked struct {
	recent []mark // within track.Window before the newest, from first on
	first  int
	other  int // the newest of these that has another number than the newest; below first: none
}

// take joins the next one with those before it within track.Window that have another number. All of these lie within
// the window of each other as well, so where two of them differ in number, all of them are one part already.
func (m *marked) take(next mark, join func(a, b uint32)) {
	window := int64(track.Window / time.Second)
	for m.first < len(m.recent) && m.recent[m.first].date < next.date-window {
		m.first++
	}
	last := len(m.recent) - 1
	switch {
	case last < m.first: // it is alone
		m.recent, m.first, last = m.recent[:0], 0, -1
		m.other = -1
	case m.other >= m.first && m.recent[last].number == next.number:
		join(m.recent[m.other].place, next.place)
	case m.other >= m.first:
		join(m.recent[last].place, next.place)
	case m.recent[last].number != next.number:
		for _, before := range m.recent[m.first:] {
			join(before.place, next.place)
		}
	}
	if last >= 0 && m.recent[last].number != next.number {
		m.other = last
	}
	m.recent = append(m.recent, next)
	if m.first > 1000 && m.first > len(m.recent)/2 {
		m.recent = append(m.recent[:0], m.recent[m.first:]...)
		m.other, m.first = m.other-m.first, 0
	}
}

func (p *parts) root(place uint32) uint32 {
	for p.up[place] != place {
		p.up[place] = p.up[p.up[place]]
		place = p.up[place]
	}
	return place
}

func (p *parts) join(a, b uint32) {
	a, b = p.root(a), p.root(b)
	p.up[max(a, b)] = min(a, b)
}

// A batch is some parts of one project: enough mails to be worth it, and not more than can be held.
const (
	batchMails = 2000
	batchText  = 4 << 20 // bytes of references and the like
)

// eachBatch calls f with the numbers of the mails of parts of one project, until all have been there. The largest part
// is what must be held at once.
func (p *parts) eachBatch(most int, f func(project int64, mails []int64) error) error {
	order := sorter.New(p.dir)
	defer order.Close()
	place := uint32(0)
	if err := p.Tx.EachItem(func(project, mail int64, it *track.Item) error {
		text := len(it.ID) + len(it.Name)
		for _, ref := range it.Refs {
			text += len(ref)
		}
		b := binary.BigEndian.AppendUint32(appendSorted(nil, project), p.root(place))
		b = binary.BigEndian.AppendUint32(appendSorted(b, mail), uint32(min(text, math.MaxUint32)))
		place++
		return order.Add(b)
	}); err != nil {
		return err
	}
	var mails []int64
	var project int64
	var root uint32
	text := 0
	flush := func() error {
		if len(mails) == 0 {
			return nil
		}
		if err := p.ctx.Err(); err != nil {
			return err
		}
		err := f(project, mails)
		mails, text = mails[:0], 0
		return err
	}
	if err := order.Each(func(b []byte) error {
		nextProject, nextRoot := sortedInt(b), binary.BigEndian.Uint32(b[8:])
		if nextProject != project || nextRoot != root && (len(mails) >= most || text >= batchText) {
			if err := flush(); err != nil {
				return err
			}
		}
		project, root = nextProject, nextRoot
		mails = append(mails, sortedInt(b[12:]))
		text += int(binary.BigEndian.Uint32(b[20:]))
		return nil
	}); err != nil {
		return err
	}
	return flush()
}

// appendSorted writes a number so that the bytes are in the order of the numbers.
func appendSorted(b []byte, n int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(n)^1<<63) }
func sortedInt(b []byte) int64              { return int64(binary.BigEndian.Uint64(b) ^ 1<<63) }

func bit(set bool) byte {
	if set {
		return 1
	}
	return 0
}

package rangediff

import (
	"cmp"
	"maps"
	"slices"
	"sort"

	"patchwatch/internal/order"
)

// aligned returns the overlay of the new version over the base of the old one. Unless the base is known to be the same,
// it may have changed in between, elsewhere in the file. Then the lines that both show stand at other places, and what
// the new version shows is moved to where the old one has it. at is the number of a line of which they show different
// texts even then, or 0.
func aligned(old, new *overlay, same bool) (moved *overlay, at int) {
	if same {
		_, at := mergeSeen(old.seen, new.seen)
		return new, at
	}
	a := aligner{old: inPlace(old.seen), blocks: blocksOf(inPlace(new.seen))}
	if at := a.vote(); at > 0 {
		return nil, at
	}
	if at := a.disagree(); at > 0 {
		return nil, at
	}
	return a.move(new), 0
}

func inPlace(seen []baseLine) []baseLine {
	sorted := slices.Clone(seen)
	order.By(sorted, func(x, y baseLine) int { return cmp.Compare(x.at, y.at) })
	return sorted
}

// A block is lines of the base that follow each other. shift is how much further down the old version has them.
type block struct {
	lines []baseLine
	shift int
	voted bool
}

func (b *block) from() int { return b.lines[0].at }
func (b *block) to() int   { return b.lines[len(b.lines)-1].at + 1 }

func blocksOf(seen []baseLine) (blocks []block) {
	begin := 0
	for i := range seen {
		if i+1 == len(seen) || seen[i+1].at != seen[i].at+1 {
			blocks = append(blocks, block{lines: seen[begin : i+1]})
			begin = i + 1
		}
	}
	return blocks
}

type aligner struct {
	old    []baseLine
	blocks []block // of the new version
}

// vote chooses the shift of each block: the one that most of its lines have to their equals in the old version, or that
// of the block before. at is the number of a line in a block that is much like one of the old version, but not the
// same.
func (a *aligner) vote() (at int) {
	var new []baseLine
	for i := range a.blocks {
		new = append(new, a.blocks[i].lines...)
	}
	d, x, y := number(texts(a.old), texts(new))
	d.compare(x, y)
	shifts := map[int]int{} // by place in the new version's base
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case d.old.changed[i]:
			i++
		case d.new.changed[j]:
			j++
		default:
			shifts[new[j].at] = a.old[i].at - new[j].at
			i, j = i+1, j+1
		}
	}
	for i := range a.blocks {
		if at := a.choose(&a.blocks[i], shifts); at > 0 {
			return at
		}
	}
	a.fill()
	return 0
}

func texts(lines []baseLine) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.text
	}
	return out
}

// choose chooses the shift that most lines vote for. Few lines may be equal by chance: then at least all others have to
// agree.
func (a *aligner) choose(b *block, shifts map[int]int) (at int) {
	votes := map[int]int{}
	for _, l := range b.lines {
		if s, ok := shifts[l.at]; ok {
			votes[s]++
		}
	}
	best := 0
	for _, s := range slices.Sorted(maps.Keys(votes)) {
		if votes[s] > votes[best] {
			best = s
		}
	}
	if votes[best] == 0 {
		return 0
	}
	b.shift = best
	at = a.disagrees(b)
	switch {
	case at == 0:
		b.voted = true
	case 2*votes[best] >= len(b.lines):
		return at
	}
	return 0
}

// fill gives blocks that the old version does not show the shift of a neighbour.
func (a *aligner) fill() {
	first := slices.IndexFunc(a.blocks, func(b block) bool { return b.voted })
	shift := 0
	if first >= 0 {
		shift = a.blocks[first].shift
	}
	for i := range a.blocks {
		if b := &a.blocks[i]; b.voted {
			shift = b.shift
		} else {
			b.shift = shift
		}
	}
}

// disagree is the number of a line of the old version at which moved blocks are not in order, or show something else.
func (a *aligner) disagree() (at int) {
	end := 0
	for i := range a.blocks {
		b := &a.blocks[i]
		if b.from()+b.shift < end {
			return max(1, end)
		}
		end = b.to() + b.shift
		if at := a.disagrees(b); at > 0 {
			return at
		}
	}
	return 0
}

// disagrees is the number of a line of which a moved block shows another text than the old version, or 0.
func (a *aligner) disagrees(b *block) (at int) {
	from := sort.Search(len(a.old), func(i int) bool { return a.old[i].at >= b.from()+b.shift })
	for _, l := range a.old[from:] {
		if l.at >= b.to()+b.shift {
			break
		}
		if l.text != b.lines[l.at-b.shift-b.from()].text {
			return l.at + 1
		}
	}
	return 0
}

// move moves an overlay. Ranges of unknown lines become longer or shorter.
func (a *aligner) move(o *overlay) *overlay {
	out := &overlay{}
	for _, p := range o.pieces {
		switch {
		case p.base < 0:
		case p.text != nil:
			p.base += a.shiftAt(p.base)
		default:
			from, to := a.gap(p.base, p.base+p.lines)
			p.base, p.lines = from, to-from
		}
		if p.lines > 0 {
			out.pieces = append(out.pieces, p)
		}
	}
	for i := range a.blocks {
		for _, l := range a.blocks[i].lines {
			out.seen = append(out.seen, baseLine{l.at + a.blocks[i].shift, l.text})
		}
	}
	return out
}

// before is the index of the last block that begins at a place or before it; -1 if none does.
func (a *aligner) before(at int) int {
	return sort.Search(len(a.blocks), func(i int) bool { return a.blocks[i].from() > at }) - 1
}

func (a *aligner) shiftAt(at int) int { return a.blocks[a.before(at)].shift }

// gap is where a range of unknown lines is.
func (a *aligner) gap(from, to int) (int, int) {
	last := a.before(from)
	next := last + 1
	if last >= 0 {
		from += a.blocks[last].shift
	}
	switch {
	case to == endless:
	case next < len(a.blocks) && a.blocks[next].from() == to:
		to += a.blocks[next].shift
	case last >= 0:
		to += a.blocks[last].shift
	}
	return from, max(from, to)
}

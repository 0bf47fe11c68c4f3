package rangediff

import "math"

// A lineDiff finds which lines of two texts differ. A line is a number here: equal lines have equal ones, below some
// bound. It keeps its memory from one pair of texts to the next.
//
// The result is that of git's own diff (without options), since the cost of a pair depends on it. Lines that the other
// text has not are changed for certain, and lines that it has very often are, where they stand among these; the rest
// is found by Myers's algorithm in linear space ("An O(ND) Difference Algorithm and Its Variations", 1986, section 4b),
// which gives up the shortest result where that would take long. At last each change is moved to where its neighbours
// allow it: as far down as it goes, or beside a change in the other text.
type lineDiff struct {
	old, new side
	count    []int32 // by line: how often the other text has it
	work     int     // steps that were taken: it grows by each pair

	forward, backward []int
	costly            int // how many differences are too many to look for the fewest
}

// A side is one of the two texts.
type side struct {
	lines   []int32
	changed []bool // by line, and one more at the end that is never set
	kept    []int32
	at      []int // by index in kept: where that line is
	pruned  int   // lines that changed for certain
}

func newLineDiff(distinct int) *lineDiff { return &lineDiff{count: make([]int32, distinct)} }

// compare sets which lines changed.
func (d *lineDiff) compare(old, new []int32) { d.compareWithin(old, new, math.MaxInt) }

// compareWithin is compare for texts of which only few lines may differ. It gives up, and returns false, when it knows
// that more than that do.
func (d *lineDiff) compareWithin(old, new []int32, most int) (ok bool) {
	d.old.reset(old)
	d.new.reset(new)
	d.prune()
	n := len(d.old.kept) + len(d.new.kept) + 3
	d.forward, d.backward = grow(d.forward, n), grow(d.backward, n)
	d.costly = max(256, roughRoot(n))
	d.work += len(old) + len(new)
	pruned := d.old.pruned + d.new.pruned
	if pruned > most || !d.search(box{0, len(d.old.kept), 0, len(d.new.kept), false}, most-pruned) {
		return false
	}
	budget := slideBudget + 100*(len(old)+len(new))
	d.old.slide(&d.new, &budget)
	d.new.slide(&d.old, &budget)
	return true
}

func (s *side) reset(lines []int32) {
	s.lines = lines
	s.changed = grow(s.changed, len(lines)+1)
	clear(s.changed)
	s.kept, s.at, s.pruned = s.kept[:0], s.at[:0], 0
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}

// roughRoot is the power of two by which git bounds what grows with the root of a size: for n from 4^k up to 4^(k+1) it
// is 2^(k+1).
func roughRoot(n int) int {
	root := 1
	for ; n > 0; n >>= 2 {
		root <<= 1
	}
	return root
}

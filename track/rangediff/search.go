package rangediff

import "math"

// A box is a part of both texts, as ranges of what was kept of them. If minimal is set, its fewest differences are
// looked for, however long that takes: a heuristic has found before that they are few.
type box struct {
	oldFrom, oldTo, newFrom, newTo int
	minimal                        bool
}

// search marks what changed within a box. It splits the box where a shortest path through it is half way, again and
// again, until nothing is left on one side. It gives up, and returns false, when it knows that more lines than most
// differ.
func (d *lineDiff) search(b box, most int) (ok bool) {
	old, new := d.old.kept, d.new.kept
	for {
		for b.oldFrom < b.oldTo && b.newFrom < b.newTo && old[b.oldFrom] == new[b.newFrom] {
			b.oldFrom, b.newFrom = b.oldFrom+1, b.newFrom+1
		}
		for b.oldFrom < b.oldTo && b.newFrom < b.newTo && old[b.oldTo-1] == new[b.newTo-1] {
			b.oldTo, b.newTo = b.oldTo-1, b.newTo-1
		}
		if b.oldFrom == b.oldTo || b.newFrom == b.newTo {
			d.old.markKept(b.oldFrom, b.oldTo)
			d.new.markKept(b.newFrom, b.newTo)
			return true
		}
		s := newSplitter(d, b)
		at, ok := s.split(most)
		if d.work += s.work; !ok {
			return false
		}
		most = math.MaxInt // only of the whole is it known what it may be
		d.search(box{b.oldFrom, at.old, b.newFrom, at.new, at.minimalBefore}, most)
		b = box{at.old, b.oldTo, at.new, b.newTo, at.minimalAfter}
	}
}

func (s *side) markKept(from, to int) {
	for i := from; i < to; i++ {
		s.changed[s.at[i]] = true
	}
}

// A splitter walks through a box from both of its corners at once, on diagonals. Diagonal k has the places where the
// index in the old text is k more than the index in the new one. For each diagonal it has how far the walk has come, as
// an index in the old text.
type splitter struct {
	box
	old, new          []int32
	forward, backward []int // by diagonal, from base on
	base              int
	work              int
	costly            int

	first, last int // the diagonals on which the walks begin

	// the diagonals that the walks have reached
	forwardMin, forwardMax, backwardMin, backwardMax int
}

// A split is a place to split a box at.
type split struct {
	old, new                    int
	minimalBefore, minimalAfter bool
}

func newSplitter(d *lineDiff, b box) *splitter {
	s := &splitter{
		box: b, old: d.old.kept, new: d.new.kept, forward: d.forward, backward: d.backward,
		base: len(d.new.kept) + 1, costly: d.costly, first: b.oldFrom - b.newFrom, last: b.oldTo - b.newTo,
	}
	s.forwardMin, s.forwardMax = s.first, s.first
	s.backwardMin, s.backwardMax = s.last, s.last
	s.forward[s.base+s.first] = b.oldFrom
	s.backward[s.base+s.last] = b.oldTo
	return s
}

// split finds the place. Where both walks meet, a shortest path goes through it. After many steps a place is good
// enough that is far from its corner for the differences on the way there, or at last any. It gives up, and returns
// false, if there are more differences than most.
func (s *splitter) split(most int) (at split, ok bool) {
	for cost := 1; ; cost++ {
		at, met, longRun := s.stepForward()
		if met {
			return at, true
		}
		back, met, longRunBack := s.stepBackward()
		if met {
			return back, true
		}
		if cost > most/2 { // the walks have gone through 2*cost differences, and have not met
			return at, false
		}
		s.work += s.forwardMax - s.forwardMin + s.backwardMax - s.backwardMin
		if s.minimal {
			continue
		}
		if (longRun || longRunBack) && cost > heuristicFrom {
			if at, ok := s.farForward(cost); ok {
				return at, true
			}
			if at, ok := s.farBackward(cost); ok {
				return at, true
			}
		}
		if cost >= s.costly {
			return s.farthest(), true
		}
	}
}

const (
	heuristicFrom = 256 // differences
	longRunFrom   = 20  // equal lines in a row are a long run
	farFactor     = 4   // as many steps from the corner as this times the differences is far
)

// stepForward goes one difference further on all diagonals from the first corner.
func (s *splitter) stepForward() (at split, met, longRun bool) {
	if s.forwardMin > s.oldFrom-s.newTo {
		s.forwardMin--
		s.forward[s.base+s.forwardMin-1] = -1
	} else {
		s.forwardMin++
	}
	if s.forwardMax < s.oldTo-s.newFrom {
		s.forwardMax++
		s.forward[s.base+s.forwardMax+1] = -1
	} else {
		s.forwardMax--
	}
	mayMeet := (s.first-s.last)&1 != 0
	for k := s.forwardMax; k >= s.forwardMin; k -= 2 {
		i := max(s.forward[s.base+k-1]+1, s.forward[s.base+k+1])
		begin := i
		for j := i - k; i < s.oldTo && j < s.newTo && s.old[i] == s.new[j]; i, j = i+1, j+1 {
		}
		longRun = longRun || i-begin > longRunFrom
		s.work += i - begin
		s.forward[s.base+k] = i
		if mayMeet && s.backwardMin <= k && k <= s.backwardMax && s.backward[s.base+k] <= i {
			return split{i, i - k, true, true}, true, longRun
		}
	}
	return split{}, false, longRun
}

// stepBackward goes one difference further on all diagonals from the last corner.
func (s *splitter) stepBackward() (at split, met, longRun bool) {
	if s.backwardMin > s.oldFrom-s.newTo {
		s.backwardMin--
		s.backward[s.base+s.backwardMin-1] = math.MaxInt
	} else {
		s.backwardMin++
	}
	if s.backwardMax < s.oldTo-s.newFrom {
		s.backwardMax++
		s.backward[s.base+s.backwardMax+1] = math.MaxInt
	} else {
		s.backwardMax--
	}
	mayMeet := (s.first-s.last)&1 == 0
	for k := s.backwardMax; k >= s.backwardMin; k -= 2 {
		i := min(s.backward[s.base+k-1], s.backward[s.base+k+1]-1)
		begin := i
		for j := i - k; i > s.oldFrom && j > s.newFrom && s.old[i-1] == s.new[j-1]; i, j = i-1, j-1 {
		}
		longRun = longRun || begin-i > longRunFrom
		s.work += begin - i
		s.backward[s.base+k] = i
		if mayMeet && s.forwardMin <= k && k <= s.forwardMax && i <= s.forward[s.base+k] {
			return split{i, i - k, true, true}, true, longRun
		}
	}
	return split{}, false, longRun
}

// farForward finds a place that the walk from the first corner has reached behind a long run, and that is far from the
// corner.
func (s *splitter) farForward(cost int) (at split, ok bool) {
	best := 0
	for k := s.forwardMax; k >= s.forwardMin; k -= 2 {
		i := s.forward[s.base+k]
		j := i - k
		far := (i - s.oldFrom) + (j - s.newFrom) - abs(k-s.first)
		if far > farFactor*cost && far > best &&
			s.oldFrom+longRunFrom <= i && i < s.oldTo && s.newFrom+longRunFrom <= j && j < s.newTo &&
			s.equalRun(i-longRunFrom, j-longRunFrom) {
			best, at = far, split{i, j, true, false}
		}
	}
	return at, best > 0
}

// farBackward is farForward from the last corner.
func (s *splitter) farBackward(cost int) (at split, ok bool) {
	best := 0
	for k := s.backwardMax; k >= s.backwardMin; k -= 2 {
		i := s.backward[s.base+k]
		j := i - k
		far := (s.oldTo - i) + (s.newTo - j) - abs(k-s.last)
		if far > farFactor*cost && far > best &&
			s.oldFrom < i && i <= s.oldTo-longRunFrom && s.newFrom < j && j <= s.newTo-longRunFrom &&
			s.equalRun(i, j) {
			best, at = far, split{i, j, false, true}
		}
	}
	return at, best > 0
}

func (s *splitter) equalRun(i, j int) bool {
	for n := range longRunFrom {
		if s.old[i+n] != s.new[j+n] {
			return false
		}
	}
	return true
}

// farthest is the place that is farthest from its corner.
func (s *splitter) farthest() split {
	fromFirst, atFirst := -1, 0
	for k := s.forwardMax; k >= s.forwardMin; k -= 2 {
		i := min(s.forward[s.base+k], s.oldTo)
		if i-k > s.newTo {
			i = s.newTo + k
		}
		if far := i + i - k; far > fromFirst {
			fromFirst, atFirst = far, i
		}
	}
	fromLast, atLast := math.MaxInt, 0
	for k := s.backwardMax; k >= s.backwardMin; k -= 2 {
		i := max(s.backward[s.base+k], s.oldFrom)
		if i-k < s.newFrom {
			i = s.newFrom + k
		}
		if far := i + i - k; far < fromLast {
			fromLast, atLast = far, i
		}
	}
	if s.oldTo+s.newTo-fromLast < fromFirst-s.oldFrom-s.newFrom {
		return split{atFirst, fromFirst - atFirst, true, false}
	}
	return split{atLast, fromLast - atLast, false, true}
}

func abs(n int) int { return max(n, -n) }

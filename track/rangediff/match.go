package rangediff

import (
	"bufio"
	"crypto/sha256"
	"hash/maphash"
	"strings"

	"patchwatch/track/difftext"
)

// A Status says what became of a patch.
type Status byte

// The statuses are the signs of git range-diff.
const (
	Unchanged Status = '='
	Changed   Status = '!' // the message, the diff or both
	Dropped   Status = '<' // the new version has it no more
	New       Status = '>' // the old version did not have it
)

// A Pair is a patch of the old version and what it is in the new one, by their indexes in the order in which they were
// added. An index is -1 where there is none.
type Pair struct {
	Old, New int
	Status   Status
	Whole    bool // it is too large to be compared line by line
}

// A Matcher pairs the patches of two versions. It is given one patch after the other and keeps no text, only a number
// for each line, and not even these of patches that are too large; so callers need not hold all texts at once.
type Matcher struct {
	limits   limits
	seed     maphash.Seed
	old, new []*entry
	weight   int // of the patches whose lines are kept
	cut      bool
}

// limits bound what strangers can cause with large series.
type limits struct {
	bytes  int // of a patch; a longer one is not even taken apart
	weight int // of all patches; where they have more, the largest are left out
	wide   int // patches, of both versions, that have no equal
	work   int // steps of comparing lines, in all
}

func usualLimits() limits { return limits{bytes: 4 << 20, weight: 1 << 20, wide: 2000, work: 1 << 29} }

// weightOf is what a text counts for: as many lines as it has, and one more for every 64 bytes.
func weightOf(text string) int { return strings.Count(text, "\n") + len(text)/64 }

// NewMatcher returns a Matcher for two versions without patches.
func NewMatcher() *Matcher { return &Matcher{limits: usualLimits(), seed: maphash.MakeSeed()} }

// An entry is what is kept of a patch. Texts are kept as hashes only, since they can be long.
type entry struct {
	title  uint64
	files  map[uint64]bool   // some of those that it touches
	names  uint64            // of all of these; 0: not known
	all    [sha256.Size]byte // of what is compared of message and diff
	diff   [sha256.Size]byte // of what is compared of the diff
	size   int               // lines of the diff, as git counts them
	lines  []uint64
	weight int
	ids    []int32 // the lines, numbered
	whole  bool    // its lines are not kept
	match  int     // the index of the other patch; -1: none
}

// AddOld adds the next patch of the old version, and AddNew that of the new one.
func (m *Matcher) AddOld(p Patch) { m.old = append(m.old, m.add(p)) }

// AddNew adds the next patch of the new version.
func (m *Matcher) AddNew(p Patch) { m.new = append(m.new, m.add(p)) }

func (m *Matcher) add(p Patch) *entry {
	e := &entry{title: maphash.String(m.seed, p.Title), match: -1}
	message := strings.Join(p.messageLines(), "\n")
	if len(p.Diff)+len(message) > m.limits.bytes {
		e.whole = true
		e.size = strings.Count(p.Diff, "\n")
		e.diff = sha256.Sum256([]byte(p.Diff))
		e.all = sha256.Sum256(append(e.diff[:], message...))
		return e
	}
	files := difftext.Read(p.Diff)
	e.files, e.names = m.hashNames(files)
	sum := sha256.New()
	out := bufio.NewWriter(sum)
	e.size = p.diffLines(files, func(line string) {
		e.lines = append(e.lines, maphash.String(m.seed, line))
		out.WriteString(line) // into a hash: it can't fail, nor can the next
		out.WriteByte('\n')
	})
	out.Flush()
	sum.Sum(e.diff[:0])
	e.all = sha256.Sum256(append(e.diff[:], message...))
	e.weight = weightOf(p.Diff) + len(message)/64
	m.weight += e.weight
	m.leaveOut(e)
	return e
}

// maxFiles is how many files of a patch are known one by one.
const maxFiles = 100

func (m *Matcher) hashNames(files []difftext.File) (some map[uint64]bool, all uint64) {
	some = map[uint64]bool{}
	var h maphash.Hash
	h.SetSeed(m.seed)
	for i := range files {
		name := files[i].Name()
		h.WriteString(name)
		h.WriteByte(0)
		if len(some) < maxFiles {
			some[maphash.String(m.seed, name)] = true
		}
	}
	return some, h.Sum64() | 1
}

// leaveOut leaves out the lines of the largest patches, until those of the others are within the limit. Which patches
// these are hardly depends on the order in which they come.
func (m *Matcher) leaveOut(added *entry) {
	for m.weight > m.limits.weight {
		largest := added
		for _, side := range [][]*entry{m.old, m.new} {
			for _, e := range side {
				if e.weight > largest.weight {
					largest = e
				}
			}
		}
		m.weight -= largest.weight
		largest.lines, largest.weight, largest.whole = nil, 0, true
	}
}

// Cut tells that patches were left unpaired or were paired by title, since there were too many to compare each with
// each. Pairs has to be called first.
func (m *Matcher) Cut() bool { return m.cut }

// Pairs returns the pairs, the patches that were dropped and those that are new. They are in the order of the new
// version; a patch that was dropped comes behind all that were before it in the old one.
func (m *Matcher) Pairs() []Pair {
	m.pairEqual()
	old, new := unmatched(m.old), unmatched(m.new)
	switch {
	case len(old) == 0 || len(new) == 0:
	case len(old)+len(new) > m.limits.wide:
		m.cut = true
		m.pairTitles(old, new)
	case len(m.old)+len(m.new) > m.limits.wide:
		m.pairCheapest(old, new)
	default:
		m.pairCheapest(indexes(m.old), indexes(m.new))
	}
	return m.inOrder()
}

func indexes(side []*entry) []int {
	out := make([]int, len(side))
	for i := range side {
		out[i] = i
	}
	return out
}

func unmatched(side []*entry) (indexes []int) {
	for i, e := range side {
		if e.match < 0 {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// pairEqual pairs patches with equal diffs. Of several in the old version the last one is taken first, as git does.
func (m *Matcher) pairEqual() {
	byDiff := map[[sha256.Size]byte][]int{}
	for i, e := range m.old {
		byDiff[e.diff] = append(byDiff[e.diff], i)
	}
	for j, e := range m.new {
		if same := byDiff[e.diff]; len(same) > 0 {
			m.pair(same[len(same)-1], j)
			byDiff[e.diff] = same[:len(same)-1]
		}
	}
}

func (m *Matcher) pairTitles(old, new []int) {
	byTitle := map[uint64][]int{}
	for _, i := range old {
		byTitle[m.old[i].title] = append(byTitle[m.old[i].title], i)
	}
	for _, j := range new {
		if same := byTitle[m.new[j].title]; len(same) > 0 {
			m.pair(same[0], j)
			byTitle[m.new[j].title] = same[1:]
		}
	}
}

func (m *Matcher) pair(i, j int) { m.old[i].match, m.new[j].match = j, i }

func (m *Matcher) inOrder() []Pair {
	var out []Pair
	shown := make([]bool, len(m.old))
	i := 0
	dropped := func() {
		for ; i < len(m.old) && (shown[i] || m.old[i].match < 0); i++ {
			if !shown[i] {
				out = append(out, Pair{Old: i, New: -1, Status: Dropped, Whole: m.old[i].whole})
			}
		}
	}
	for j, e := range m.new {
		dropped()
		if e.match < 0 {
			out = append(out, Pair{Old: -1, New: j, Status: New, Whole: e.whole})
			continue
		}
		p := Pair{Old: e.match, New: j, Status: Changed, Whole: e.whole || m.old[e.match].whole}
		if e.all == m.old[e.match].all {
			p.Status, p.Whole = Unchanged, false
		}
		shown[e.match] = true
		out = append(out, p)
	}
	dropped()
	return out
}

package rangediff

// How often a line of one text is in the other.
const (
	never = iota
	sometimes
	often
)

// mostOften bounds from when on a line is in a text often. Below, it is the root of the number of lines.
const mostOften = 1024

// prune leaves out what both texts begin and end with, and marks the lines of which no search is needed.
func (d *lineDiff) prune() {
	a, b := d.old.lines, d.new.lines
	begin := 0
	for begin < min(len(a), len(b)) && a[begin] == b[begin] {
		begin++
	}
	end := 0
	for end < min(len(a), len(b))-begin && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	classOld := d.classify(a[begin:len(a)-end], b, roughRoot(len(a)))
	classNew := d.classify(b[begin:len(b)-end], a, roughRoot(len(b)))
	d.old.keep(begin, classOld)
	d.new.keep(begin, classNew)
}

// classify says how often each of these lines is in the other text.
func (d *lineDiff) classify(lines, other []int32, limit int) []byte {
	limit = min(limit, mostOften)
	for _, l := range other {
		d.count[l]++
	}
	class := make([]byte, len(lines))
	for i, l := range lines {
		switch n := int(d.count[l]); {
		case n >= limit:
			class[i] = often
		case n > 0:
			class[i] = sometimes
		}
	}
	for _, l := range other {
		d.count[l] = 0
	}
	return class
}

// keep keeps the lines to search among. The others are changed.
func (s *side) keep(begin int, class []byte) {
	for i, c := range class {
		at := begin + i
		if c == sometimes || c == often && !amongChanged(class, i) {
			s.kept = append(s.kept, s.lines[at])
			s.at = append(s.at, at)
		} else {
			s.changed[at] = true
			s.pruned++
		}
	}
}

// amongChanged tells whether a line that is often in the other text stands among lines that are not in it at all, so
// that a match would only tear them apart: there are some of these on both sides before the next line that is
// sometimes there, and more than three for each line that is often there.
func amongChanged(class []byte, at int) bool {
	goneBefore, oftenBefore := countRun(class, at, -1)
	if goneBefore == 0 {
		return false
	}
	goneAfter, oftenAfter := countRun(class, at, +1)
	if goneAfter == 0 {
		return false
	}
	gone, frequent := goneBefore+goneAfter, oftenBefore+oftenAfter
	return frequent*4 < frequent+gone
}

// countRun counts the lines beside one, up to the next that is sometimes in the other text, and no more than a hundred.
// The line itself counts on each side.
func countRun(class []byte, at, step int) (gone, frequent int) {
	const window = 100
	frequent = 1
	for i, n := at+step, 0; i >= 0 && i < len(class) && n < window && class[i] != sometimes; i, n = i+step, n+1 {
		if class[i] == never {
			gone++
		} else {
			frequent++
		}
	}
	return gone, frequent
}

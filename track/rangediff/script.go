package rangediff

// context is how many equal lines are shown on each side of what changed, and counted.
const context = 3

// A change is a range of lines of the old text that a range of lines of the new one takes the place of.
type change struct{ oldFrom, oldTo, newFrom, newTo int }

// changes appends what the last compare has found, in order.
func (d *lineDiff) changes(out []change) []change {
	i, j := 0, 0
	for i < len(d.old.lines) || j < len(d.new.lines) {
		c := change{oldFrom: i, newFrom: j}
		for d.old.changed[i] {
			i++
		}
		for d.new.changed[j] {
			j++
		}
		if c.oldTo, c.newTo = i, j; c.oldFrom < i || c.newFrom < j {
			out = append(out, c)
			continue
		}
		i, j = i+1, j+1
	}
	return out
}

// extent is the range of changes, from the first on, that one hunk shows: at most twice the context is between two.
func extent(changes []change) int {
	n := 1
	for n < len(changes) && changes[n].oldFrom-changes[n-1].oldTo <= 2*context {
		n++
	}
	return n
}

// length is how many lines a diff has, each hunk's header included. old and new are the lengths of the two texts.
func length(changes []change, old, new int) int {
	lines := 0
	for len(changes) > 0 {
		n := extent(changes)
		first, last := changes[0], changes[n-1]
		before := min(context, first.newFrom)
		after := min(context, old-last.oldTo, new-last.newTo)
		lines += 1 + before + after + last.oldTo - first.oldFrom
		for _, c := range changes[:n] {
			lines += c.newTo - c.newFrom
		}
		changes = changes[n:]
	}
	return lines
}

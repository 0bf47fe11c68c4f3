package remarks

import (
	"hash/maphash"
	"math/bits"
	"strings"
)

// nowhere is the place of a line that was not found.
var nowhere = ref{-1, -1}

// A matcher finds the places of the quoted lines of one reply, in order.
type matcher struct {
	*Thread
	lines    []Line
	keys     []string    // by line
	distance map[int]int // by mail that may be quoted: 1 for the one that is answered, and so on
	cursor   ref         // the last line that was found
	found    []ref       // by line
}

// maxDistance is how many generations back a reply may quote, besides the patch.
const maxDistance = 100

func (t *Thread) matcher(parent int, lines []Line) *matcher {
	m := &matcher{Thread: t, lines: lines, distance: map[int]int{}, cursor: nowhere}
	d := 1
	for at := parent; at > Root && d < maxDistance; at = t.mails[at].parent {
		m.distance[at] = d
		d++
	}
	m.distance[Root] = d
	m.keys, m.found = make([]string, len(lines)), make([]ref, len(lines))
	for i, l := range lines {
		m.keys[i], m.found[i] = keyOf(l.Text), nowhere
	}
	return m
}

// quotation finds the places of the lines of a quotation. to is where it ends at first; it returns where it really
// does: a line may have been broken so that its rest has no mark.
func (m *matcher) quotation(from, to int) (end int) {
	for i := from; i < to; {
		switch {
		case m.keys[i] == "":
			i++
		case m.follows(i) || m.whole(i, to):
			i++
		default:
			i = m.part(i, to)
			to = max(to, i)
		}
	}
	m.backwards(from, to)
	return to
}

// follows tells that a line is the one after the last that was found.
func (m *matcher) follows(i int) bool {
	if m.cursor == nowhere {
		return false
	}
	at := m.mails[m.cursor.mail].next(int(m.cursor.at))
	if at < 0 || m.mails[m.cursor.mail].keys[at] != m.keys[i] {
		return false
	}
	m.cursor.at = int32(at)
	m.found[i] = m.cursor
	return true
}

// whole looks for a line as a whole. If it is at several places, the one counts at which most of what follows is found,
// too, then one that comes soon after the last line.
func (m *matcher) whole(i, to int) bool {
	best, most, choices := nowhere, 0, 0
	for _, r := range m.Thread.lines[m.keys[i]] {
		d, ok := m.distance[int(r.mail)]
		if !ok {
			continue
		}
		choices++
		score := 4*m.agree(i, to, r) + m.near(r)
		if d == m.lines[i].Depth {
			score += 12
		}
		if score > most {
			best, most = r, score
		}
	}
	if best == nowhere || !m.enough(i, to, best, choices) {
		return false
	}
	m.cursor, m.found[i] = best, best
	return true
}

// agree is how much of a quotation, from a line on, is found from a place on: the lengths of the lines, each up to 24.
func (m *matcher) agree(i, to int, r ref) (sum int) {
	const most, lines = 24, 16
	of := m.mails[r.mail]
	at := int(r.at)
	for n := 0; n < lines && i < to && at >= 0; i++ {
		if m.keys[i] == "" {
			continue
		}
		if m.keys[i] != of.keys[at] {
			break
		}
		sum += min(len(m.keys[i]), most)
		at = of.next(at)
		n++
	}
	return sum
}

// near is how near a place is to the last line that was found, from 0 to 32. One before it is half as near.
func (m *matcher) near(r ref) int {
	if r.mail != m.cursor.mail {
		return 0
	}
	d := int(r.at - m.cursor.at)
	if d > 0 {
		return max(0, 32-2*bits.Len(uint(d)))
	}
	return max(0, 16-bits.Len(uint(-d)))
}

// enough tells that a place is certain enough: a brace alone may be anywhere.
func (m *matcher) enough(i, to int, r ref, choices int) bool {
	const usual = 8 // bytes of a key that say something
	soon := r.mail == m.cursor.mail && r.at > m.cursor.at && r.at-m.cursor.at <= 60
	return m.agree(i, to, r) >= usual || choices == 1 && len(m.keys[i]) >= 3 || soon
}

// part looks for a line that was broken, or filled anew. It returns the index of the next line to look for.
func (m *matcher) part(i, to int) int {
	if end := m.broken(i, to); end > i {
		return end
	}
	m.filled(i)
	return i + 1
}

// broken looks for a line that begins like this one, and goes on as the lines below do. The last of them may have lost
// its mark of quotation.
func (m *matcher) broken(i, to int) (end int) {
	key := m.keys[i]
	if len(key) < startLength {
		return i
	}
	m.starts.fill(len(m.mails))
	best, most := nowhere, -1
	for _, r := range m.starts.at(maphash.String(m.starts.seed, key[:startLength])) {
		whole := m.mails[r.mail].keys[r.at]
		if _, ok := m.distance[int(r.mail)]; !ok || !strings.HasPrefix(whole, key) {
			continue
		}
		score := m.near(r)
		if i+1 < len(m.lines) && m.keys[i+1] != "" && strings.HasPrefix(whole[len(key):], m.keys[i+1]) {
			score += 100
		}
		if score > most {
			best, most = r, score
		}
	}
	if best == nowhere {
		return i
	}
	m.cursor, m.found[i] = best, best
	rest := m.mails[best.mail].keys[best.at][len(key):]
	for i++; i < len(m.lines) && rest != ""; i++ {
		next := m.keys[i]
		quoted := i < to && m.lines[i].Depth > 0
		if next == "" || !strings.HasPrefix(rest, next) || !quoted && next != rest {
			break
		}
		m.found[i], rest = best, rest[len(next):]
	}
	return i
}

// filled looks for three words of a line that follow each other, wherever lines end. Half of the line has to be found
// so.
func (m *matcher) filled(i int) {
	words := strings.Fields(unmarked(m.lines[i].Text))
	if len(words) < 3 {
		return
	}
	m.triples.fill(len(m.mails))
	first, last, hits := nowhere, nowhere, 0
	for k := 0; k+3 <= len(words); k++ {
		r := m.nearest(m.triples.at(m.triple([3]string(words[k:k+3]))), last)
		if r == nowhere {
			continue
		}
		if hits++; first == nowhere {
			first = r
		}
		last = r
	}
	if 2*hits < len(words)-2 || hits == 0 || first.mail != last.mail {
		return
	}
	at := m.mails[last.mail].words[min(int(last.at)+2, len(m.mails[last.mail].words)-1)]
	m.cursor = ref{last.mail, at}
	m.found[i] = m.cursor
}

// nearest chooses among places of words the one that follows the last, otherwise the one that is nearest to the line
// that was found last.
func (m *matcher) nearest(all []ref, last ref) ref {
	best, most := nowhere, -1
	for _, r := range all {
		if _, ok := m.distance[int(r.mail)]; !ok {
			continue
		}
		if last != nowhere && r.mail == last.mail && r.at > last.at && r.at-last.at <= 20 {
			return r
		}
		line := ref{r.mail, m.mails[r.mail].words[r.at]}
		if score := m.near(line); score > most {
			best, most = r, score
		}
	}
	return best
}

// backwards finds lines that said too little alone, by the lines behind them.
func (m *matcher) backwards(from, to int) {
	after := nowhere
	for i := to - 1; i >= from; i-- {
		switch {
		case m.keys[i] == "":
		case m.found[i] != nowhere:
			after = m.found[i]
		case after != nowhere:
			of := m.mails[after.mail]
			at := of.before(int(after.at))
			if at < 0 || of.keys[at] != m.keys[i] {
				after = nowhere
				continue
			}
			after = ref{after.mail, int32(at)}
			m.found[i] = after
		}
	}
}

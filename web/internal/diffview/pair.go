package diffview

// Lines of which one takes the place of the other are found by the words that they share.

// A run is lines of a hunk that are removed, and those that are added in their place.
type run struct{ old, new []*Line }

// runs finds the runs of a hunk that remove and add.
func (h *Hunk) runs() (out []run) {
	var r run
	end := func() {
		if len(r.old) > 0 && len(r.new) > 0 {
			out = append(out, r)
		}
		r = run{}
	}
	for i := range h.Lines {
		switch l := &h.Lines[i]; l.Op {
		case '-':
			if len(r.new) > 0 {
				end()
			}
			r.old = append(r.old, l)
		case '+':
			r.new = append(r.new, l)
		case '\\':
		default:
			end()
		}
	}
	end()
	return out
}

// Limits of what is compared.
const (
	maxPairs  = 1024 // of lines in a run that are compared each with each; in larger ones those at the same place are
	maxLength = 2000 // bytes of a line
	alike     = 0.3  // which part of two lines has to be the same for one to take the place of the other
)

// A compared line has its words as numbers: equal words have equal ones.
type compared struct {
	line   *Line
	tokens []token
	weight int // bytes that are no white space
}

// MarkWords sets which words of the lines of a hunk differ from the lines that they take the place of. work is how many
// steps it may take, and is reduced by those that it took: without any left, nothing is marked.
func (h *Hunk) MarkWords(work *int) {
	if *work <= 0 {
		return
	}
	for _, r := range h.runs() {
		ids := map[string]int{}
		old, new := tokenize(r.old, ids, work), tokenize(r.new, ids, work)
		for _, p := range pairs(old, new, len(ids), work) {
			if *work <= 0 {
				return
			}
			mark(&old[p[0]], &new[p[1]], work)
		}
	}
}

func tokenize(lines []*Line, ids map[string]int, work *int) []compared {
	out := make([]compared, len(lines))
	for i, l := range lines {
		out[i].line = l
		if *work <= 0 || len(l.Text) > maxLength {
			continue
		}
		*work -= len(l.Text)
		out[i].tokens = tokens(l.Text, ids)
		for _, t := range out[i].tokens {
			if !t.space {
				out[i].weight += t.to - t.from
			}
		}
	}
	return out
}

// pairs returns which old line became which new one, in order: those pairs that are most alike together.
func pairs(old, new []compared, words int, work *int) (out [][2]int) {
	counts := make([]int, words)
	if len(old)*len(new) > maxPairs {
		for i := range min(len(old), len(new)) {
			if likeness(&old[i], &new[i], counts, work) >= alike {
				out = append(out, [2]int{i, i})
			}
		}
		return out
	}
	// best[i][j] is how alike the pairs of the lines from i and j on are at most.
	n, m := len(old), len(new)
	like, best := make([]float64, n*m), make([]float64, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			l := likeness(&old[i], &new[j], counts, work)
			like[i*m+j] = l
			b := max(best[(i+1)*(m+1)+j], best[i*(m+1)+j+1])
			if l >= alike {
				b = max(b, l+best[(i+1)*(m+1)+j+1])
			}
			best[i*(m+1)+j] = b
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		b := best[i*(m+1)+j]
		switch {
		case like[i*m+j] >= alike && b == like[i*m+j]+best[(i+1)*(m+1)+j+1]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case b == best[(i+1)*(m+1)+j]:
			i++
		default:
			j++
		}
	}
	return out
}

// likeness is the part of two lines, from 0 to 1, that consists of the same words, wherever these are. counts are zero,
// and are so afterwards.
func likeness(a, b *compared, counts []int, work *int) float64 {
	if a.weight == 0 || b.weight == 0 || *work <= 0 {
		return 0
	}
	*work -= len(a.tokens) + len(b.tokens)
	for _, t := range a.tokens {
		counts[t.id]++
	}
	same := 0
	for _, t := range b.tokens {
		if counts[t.id]--; counts[t.id] >= 0 && !t.space {
			same += t.to - t.from
		}
	}
	for _, t := range a.tokens {
		counts[t.id] = 0
	}
	for _, t := range b.tokens {
		counts[t.id] = 0
	}
	return 2 * float64(same) / float64(a.weight+b.weight)
}

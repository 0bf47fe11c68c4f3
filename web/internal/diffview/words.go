package diffview

// A token is a word, a run of white space, or another character.
type token struct {
	place
	id    int
	space bool
}

// place is where a token is.
type place struct{ from, to int }

type class byte

const (
	other class = iota
	space
	word
)

func classOf(c byte) class {
	switch {
	case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v':
		return space
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c >= 0x80:
		return word // letters beyond ASCII stay together, whatever they are
	}
	return other
}

// tokens takes a line apart. ids numbers the tokens.
func tokens(text string, ids map[string]int) (out []token) {
	for from := 0; from < len(text); {
		c := classOf(text[from])
		to := from + 1
		for to < len(text) && c != other && classOf(text[to]) == c {
			to++
		}
		id, ok := ids[text[from:to]]
		if !ok {
			id = len(ids)
			ids[text[from:to]] = id
		}
		out = append(out, token{place{from, to}, id, c == space})
		from = to
	}
	return out
}

// mostMarked is the part of a line up to which its changes are marked. If more changed, all of it did.
const mostMarked = 0.75

// mark marks what differs between a line and the one that it became.
func mark(a, b *compared, work *int) {
	old, new := differing(a.tokens, b.tokens, work)
	x, y := spans(a, old), spans(b, new)
	if weight(a, x) > mostMarked && weight(b, y) > mostMarked {
		return
	}
	a.line.Words, b.line.Words = x, y
}

// maxCells bounds the table of two lines that are compared word by word.
const maxCells = 40_000

// differing tells which tokens of both lines are not in the longest sequence that they have in common.
func differing(a, b []token, work *int) (x, y []bool) {
	x, y = make([]bool, len(a)), make([]bool, len(b))
	from := 0
	for from < len(a) && from < len(b) && a[from].id == b[from].id {
		from++
	}
	n, m := len(a), len(b)
	for n > from && m > from && a[n-1].id == b[m-1].id {
		n, m = n-1, m-1
	}
	w, h := n-from, m-from
	if w*h > maxCells || w*h > *work {
		set(x[from:n])
		set(y[from:m])
		return x, y
	}
	*work -= w*h + len(a) + len(b)
	best := make([]int, (w+1)*(h+1)) // by what is left of both: how many bytes they have in common
	for i := w - 1; i >= 0; i-- {
		for j := h - 1; j >= 0; j-- {
			b1 := max(best[(i+1)*(h+1)+j], best[i*(h+1)+j+1])
			if a[from+i].id == b[from+j].id {
				b1 = max(b1, best[(i+1)*(h+1)+j+1]+worth(a[from+i]))
			}
			best[i*(h+1)+j] = b1
		}
	}
	i, j := 0, 0
	for i < w && j < h {
		here := best[i*(h+1)+j]
		switch {
		case a[from+i].id == b[from+j].id && here == best[(i+1)*(h+1)+j+1]+worth(a[from+i]):
			i, j = i+1, j+1
		case here == best[(i+1)*(h+1)+j]:
			x[from+i] = true
			i++
		default:
			y[from+j] = true
			j++
		}
	}
	set(x[from+i : n])
	set(y[from+j : m])
	return x, y
}

// worth is what it counts to keep a token. A long word says more than a comma, and white space nearly nothing.
func worth(t token) int {
	if t.space {
		return 1
	}
	return 2 * (t.to - t.from)
}

func set(all []bool) {
	for i := range all {
		all[i] = true
	}
}

// spans makes ranges of the tokens that differ. White space between two that do is one of them.
func spans(c *compared, differ []bool) (out []Span) {
	for i, t := range c.tokens {
		between := t.space && i > 0 && i+1 < len(differ) && differ[i-1] && differ[i+1]
		if !differ[i] && !between {
			continue
		}
		if n := len(out); n > 0 && out[n-1].To == t.from {
			out[n-1].To = t.to
			continue
		}
		out = append(out, Span{t.from, t.to})
	}
	return out
}

// weight is the part of a line that is marked, white space apart.
func weight(c *compared, marked []Span) float64 {
	if c.weight == 0 {
		return 0
	}
	sum, k := 0, 0
	for _, t := range c.tokens {
		for k < len(marked) && marked[k].To <= t.from {
			k++
		}
		if !t.space && k < len(marked) && marked[k].From <= t.from {
			sum += t.to - t.from
		}
	}
	return float64(sum) / float64(c.weight)
}

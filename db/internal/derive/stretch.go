package derive

import "sort"

// span is a stretch of time, in seconds since 1970, both ends within.
type span struct{ from, to int64 }

// stretch is a span in which the members of a marker were handed out: all, or all but those of one number.
type stretch struct {
	span
	all bool
	but int
}

// asked is a span in which members are still to be looked up: those of a number, or all of others.
type asked struct {
	span
	number int
	same   bool
}

// handOut tells what is to be looked up for a mail of this number, and what has been handed out then.
func handOut(before []stretch, want span, number int) (ask []asked, after []stretch) {
	var done []stretch
	covered := []span{}
	for _, s := range before {
		covered = append(covered, s.span)
		both := span{max(s.from, want.from), min(s.to, want.to)}
		if s.all || s.but == number || both.from > both.to {
			done = append(done, s)
			continue
		}
		ask = append(ask, asked{both, s.but, true})
		done = append(done, stretch{span: both, all: true})
		for _, rest := range gaps([]span{both}, s.span) {
			done = append(done, stretch{span: rest, but: s.but})
		}
	}
	for _, gap := range gaps(covered, want) {
		ask = append(ask, asked{gap, number, false})
		done = append(done, stretch{span: gap, but: number})
	}
	return ask, merged(done)
}

// merged puts stretches that touch and say the same into one, so that thousands of mails don't leave as many.
func merged(all []stretch) []stretch {
	sort.Slice(all, func(i, j int) bool { return all[i].from < all[j].from })
	var out []stretch
	for _, s := range all {
		if last := len(out) - 1; last >= 0 && out[last].all == s.all && (s.all || out[last].but == s.but) &&
			out[last].to+1 == s.from {
			out[last].to = s.to
			continue
		}
		out = append(out, s)
	}
	return out
}

// gaps are the parts of want that none of the covered spans has.
func gaps(covered []span, want span) []span {
	open := []span{want}
	for _, c := range covered {
		var rest []span
		for _, o := range open {
			if c.to < o.from || c.from > o.to {
				rest = append(rest, o)
				continue
			}
			if o.from < c.from {
				rest = append(rest, span{o.from, c.from - 1})
			}
			if o.to > c.to {
				rest = append(rest, span{c.to + 1, o.to})
			}
		}
		open = rest
	}
	return open
}

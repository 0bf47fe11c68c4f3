package view

import (
	"slices"

	"patchwatch/track"
)

// threaded is a comment and its depth: 0 answers the patch itself.
type threaded struct {
	track.MailView
	depth int
}

// deepestMargin bounds how far a deep answer is moved to the right.
const deepestMargin = 6

// byThread puts each comment below the one that it answers: the nearest that it refers to and that is there.
// Otherwise it keeps the order, which is by date. Comments that answer each other in a circle stand by themselves.
func byThread(patch string, comments []track.MailView) []threaded {
	known := map[string]bool{}
	for _, c := range comments {
		known[c.MsgID] = true
	}
	answers := map[string][]track.MailView{}
	for _, c := range comments {
		above := answered(c, patch, known)
		answers[above] = append(answers[above], c)
	}
	var out []threaded
	shown := map[string]bool{}
	// Without recursion: a thread can be as deep as it has mails.
	walk := func(first track.MailView) {
		for stack := []threaded{{first, 0}}; len(stack) > 0; {
			next := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if shown[next.MsgID] {
				continue
			}
			shown[next.MsgID] = true
			out = append(out, next)
			below := answers[next.MsgID]
			for i := len(below) - 1; i >= 0; i-- {
				stack = append(stack, threaded{below[i], next.depth + 1})
			}
		}
	}
	for _, c := range slices.Concat(answers[patch], comments) { // the latter for those in a circle
		walk(c)
	}
	return out
}

func answered(c track.MailView, patch string, known map[string]bool) string {
	for _, ref := range c.Refs {
		if ref == patch || known[ref] && ref != c.MsgID {
			return ref
		}
	}
	return patch
}

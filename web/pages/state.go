package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/mailtext"
)

// standing is a state as pages show it: in words, and as a shape.
type standing struct{ Text, Class string }

func stateWords(s track.State) string {
	return mailtext.Visible(strings.ReplaceAll(string(s), "-", " "))
}

func standingOf(s track.State) standing {
	class := ""
	switch s {
	case track.StateAccepted, "mainlined", "queued":
		class = "good"
	case track.StateRejected, track.StateChangesRequested:
		class = "bad"
	case track.StateUnderReview, track.StateAwaitingUpstream, "needs-ack":
		class = "busy"
	case track.StateSuperseded, track.StateNotApplicable, track.StateDeferred, track.StateRFC:
		class = "over"
	}
	return standing{stateWords(s), class}
}

// standingOfAll is the state of several patches: that of all of them, or how many there are in each, the most first.
func standingOfAll(patches []track.PatchRow) standing {
	counts := map[track.State]int{}
	for i := range patches {
		counts[patches[i].State]++
	}
	var states []track.State
	for s := range counts {
		states = append(states, s)
	}
	slices.SortFunc(states, func(a, b track.State) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(string(a),
			string(b)))
	})
	switch len(states) {
	case 0:
		return standing{}
	case 1:
		return standingOf(states[0])
	}
	var parts []string
	for _, s := range states {
		parts = append(parts, fmt.Sprintf("%d %s", counts[s], stateWords(s)))
	}
	return standing{strings.Join(parts, ", "), standingOf(states[0]).Class}
}

// openStates are those in which something is still to be done about a patch.
func (c *call) openStates() (all track.In[track.State]) {
	all = track.In[track.State]{}
	for _, s := range c.World.States {
		if s.Open {
			all = append(all, s.Slug)
		}
	}
	return all
}

// stateChoices are all states, by number.
func (c *call) stateChoices(chosen track.State) (all []choice) {
	for _, s := range c.World.States {
		all = append(all, choice{Value: strconv.Itoa(s.Number), Text: stateWords(s.Slug), Chosen: s.Slug == chosen})
	}
	return all
}

// checks are how many checks of some patches came out how.
type checks struct{ OK, Warn, Fail, Wait int }

func (c *checks) add(all []track.Check) {
	for _, k := range track.Newest(all) {
		switch k.State {
		case track.CheckSuccess:
			c.OK++
		case track.CheckWarning:
			c.Warn++
		case track.CheckFail:
			c.Fail++
		default:
			c.Wait++
		}
	}
}

// any tells whether there are any.
func (c checks) any() bool { return c != checks{} }

// reviews are how many people said what about some patches: equal lines count once.
type reviews struct{ Reviewed, Acked, Tested int }

func reviewsOf(all ...track.PatchTrailers) (r reviews) {
	seen := map[string]bool{}
	for _, of := range all {
		for _, t := range slices.Concat(of.Own, of.Given) {
			line := t.String()
			if seen[line] {
				continue
			}
			seen[line] = true
			switch track.TrailerKey(t.Key) {
			case "Reviewed-by":
				r.Reviewed++
			case "Acked-by":
				r.Acked++
			case "Tested-by":
				r.Tested++
			}
		}
	}
	return r
}

// any tells whether anybody said anything.
func (r reviews) any() bool { return r != reviews{} }

package dbtest

import (
	"cmp"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// pushing are the rows of what is sent to other programs.
type pushing struct {
	hooks     table[int64, track.Hook]
	leases    table[string, engine.Lease]
	lastGiven int64 // the highest number of a hook
}

func newPushing() pushing {
	return pushing{
		hooks: newTable[int64, track.Hook](cmp.Compare[int64]), leases: newTable[string, engine.Lease](cmp.Compare[string]),
	}
}

func (p *pushing) snapshot() pushing {
	return pushing{hooks: p.hooks.snapshot(), leases: p.leases.snapshot(), lastGiven: p.lastGiven}
}

func (v *view) Hooks() (out []track.Hook, err error) {
	for _, h := range v.hooks.all() {
		out = append(out, copyHook(h))
	}
	return out, nil
}

func copyHook(h track.Hook) track.Hook {
	h.Categories = slices.Clone(h.Categories)
	if len(h.Categories) == 0 {
		h.Categories = nil
	}
	h.Made, h.GivenUp = seconds(h.Made), secondsOrZero(h.GivenUp)
	h.FailingSince, h.NextTry = microsOrZero(h.FailingSince), microsOrZero(h.NextTry)
	return h
}

func (t *tx) PutHook(h *track.Hook) error {
	if h.ID == 0 {
		h.ID = t.lastGiven + 1
	}
	t.lastGiven = max(t.lastGiven, h.ID)
	t.hooks.put(h.ID, copyHook(*h))
	return nil
}

func (t *tx) DropHooks(ids []int64) error {
	for _, id := range ids {
		t.hooks.drop(id)
	}
	return nil
}

func (v *view) Lease(name string) (engine.Lease, error) {
	l := v.leases.get(name)
	l.Name = name
	return l, nil
}

func (t *tx) PutLease(l engine.Lease) error {
	if l.Holder == "" {
		t.leases.drop(l.Name)
		return nil
	}
	l.Until = micros(l.Until)
	t.leases.put(l.Name, l)
	return nil
}

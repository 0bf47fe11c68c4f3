package dbtest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// push is what sending events to other programs does.
func (r *rows) push() step {
	return oneOf(r.t, "push", r.hook, r.hook, r.dropHooks, r.lease)()
}

// hook makes a hook or changes one.
func (r *rows) hook() step {
	t := r.t
	h := track.Hook{
		ID:  rapid.Int64Range(0, 4).Draw(t, "hook"),
		URL: oneOf(t, "url", "https://x/", "http://y/?a"), Project: r.anyProject(),
		Categories: rapid.SliceOfNDistinct(rapid.SampledFrom([]track.Category{track.PatchCreated, track.CheckCreated}), 0, 2,
			rapid.ID[track.Category]).Draw(t, "categories"),
		Secret: oneOf(t, "secret", "", "ä"), AllowPrivate: rapid.Bool().Draw(t, "private"), Made: r.anyTime("made"),
		HookProgress: track.HookProgress{
			Sent: rapid.Int64Range(0, 9).Draw(t, "sent"), Failures: rapid.IntRange(0, 3).Draw(t, "failures"),
			Fault: oneOf(t, "fault", "", "500"),
		},
	}
	if rapid.Bool().Draw(t, "fails") {
		h.FailingSince, h.NextTry = r.anyTime("since").Add(7*time.Microsecond), r.anyTime("next").Add(9*time.Microsecond)
		h.GivenUp = oneOf(t, "given up", time.Time{}, r.anyTime("given up"))
	}
	return step{"hook ", func(tx engine.Tx) (string, error) {
		one, two := h, h
		two.ID = 0
		err := tx.PutHook(&one)
		if err == nil {
			err = tx.PutHook(&two)
		}
		return fmt.Sprint(one.ID, two.ID), err
	}}
}

func (r *rows) dropHooks() step {
	id := rapid.Int64Range(1, 6).Draw(r.t, "hook")
	return step{"drop hooks", func(tx engine.Tx) (string, error) { return "", tx.DropHooks([]int64{id, id + 1, 99}) }}
}

func (r *rows) lease() step {
	l := engine.Lease{Name: oneOf(r.t, "lease", "hooks", "others"), Holder: oneOf(r.t, "holder", "", "a", "b"),
		Until: r.anyTime("until").Add(3 * time.Microsecond)}
	return step{"lease", func(tx engine.Tx) (string, error) { return "", tx.PutLease(l) }}
}

// pushing asks where events are sent.
func (a *asking) pushing() {
	hooks, err := a.Hooks()
	a.say("hooks", hooks, err)
	for _, name := range []string{"hooks", "others", "none"} {
		l, err := a.Lease(name)
		a.say("lease "+name, l, err)
	}
}

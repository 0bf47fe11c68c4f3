package db

import (
	"encoding/json"
	"time"

	"patchwatch/db/engine"
)

// merging is one value that was decided in two places.
type merging[T comparable] struct {
	base    *T // what was seen there last; nil: this is the first time
	theirs  T
	ours    T    // what stands here
	decided bool // somebody decided it here, or it was taken from there
}

// take tells whether theirs is to be taken. later tells whether it was decided there after it was decided here; it is
// asked only if it was decided in both places. kept is true if ours stays although theirs is another.
func (m merging[T]) take(later func() (bool, error)) (take, kept bool, err error) {
	switch {
	case m.theirs == m.ours, m.base != nil && m.theirs == *m.base:
		return false, false, nil
	case !m.decided, m.base != nil && m.ours == *m.base:
		return true, false, nil
	}
	take, err = later()
	return take, err == nil && !take, err
}

// seenPatch is what was decided there about a patch when it was read last. Delegate is an address of here.
type seenPatch struct {
	State     string  `json:",omitempty"`
	Delegate  string  `json:",omitempty"`
	Archived  bool    `json:",omitempty"`
	CommitRef string  `json:",omitempty"`
	PullURL   string  `json:",omitempty"`
	Related   []int64 `json:",omitempty"`
	Joined    []int64 `json:",omitempty"` // Related when they were joined here
}

func parseSeen[T any](text string) (*T, error) {
	if text == "" {
		return nil, nil
	}
	v := new(T)
	return v, json.Unmarshal([]byte(text), v)
}

func seenText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers have a JSON form
	}
	return string(text)
}

// base is a field of what was seen last; nil: nothing was.
func base[S, T any](seen *S, field func(*S) T) *T {
	if seen == nil {
		return nil
	}
	v := field(seen)
	return &v
}

// decidedHere is when something was decided about a mail last, by the log; the zero time: it is not known.
func (a *adopting) decidedHere(what string, name engine.Name) (time.Time, error) {
	const most = 1000
	lines, err := a.Tx.Log(engine.LogQuery{Project: a.linkName, MsgID: name.MsgID, Most: most})
	for _, l := range lines {
		if l.What == what {
			return l.Time, err
		}
	}
	return time.Time{}, err
}

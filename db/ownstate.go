package db

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// OwnStates lists the states that Patchwork does not have, by number.
func (s *Store) OwnStates(ctx context.Context) (out []engine.OwnState, err error) {
	err = s.view(ctx, func(v engine.View) error {
		out, err = v.OwnStates()
		return err
	})
	return out, err
}

// stateSlug is what a state of one's own may be called.
var stateSlug = regexp.MustCompile(`^[a-z0-9]+([-_][a-z0-9]+)*$`)

// AddOwnState makes a state, and gives it with its number: where that is 0, the first one that is free. One that is
// there already is changed.
func (s *Store) AddOwnState(ctx context.Context, by track.Actor, o engine.OwnState) (engine.OwnState, error) {
	err := s.decideBy(ctx, by, func(w *writing) error { return w.addOwnState(&o) })
	return o, err
}

func (w *writing) addOwnState(o *engine.OwnState) error {
	patchworks := len(track.States())
	_, notNumber := strconv.Atoi(string(o.Slug))
	switch {
	case notNumber == nil:
		return fmt.Errorf("state %q: a slug is no number", o.Slug)
	case !stateSlug.MatchString(string(o.Slug)) || len(o.Slug) > 100:
		return fmt.Errorf("state %q: a slug has small letters, digits and hyphens", o.Slug)
	case slices.Contains(track.States(), o.Slug):
		return fmt.Errorf("state %s is there always: %w", o.Slug, engine.ErrConflict)
	case o.Number > 0 && o.Number <= patchworks:
		return fmt.Errorf("state %s: the numbers 1 to %d are those of Patchwork's states: %w", o.Slug,
			patchworks, engine.ErrConflict)
	case o.Number < 0 || o.Number > 1_000_000:
		return fmt.Errorf("state %s: a number is at least %d and at most a million", o.Slug, patchworks+1)
	}
	all, err := w.Tx.OwnStates()
	if err != nil {
		return err
	}
	before, wasOpen := "", false
	all = slices.DeleteFunc(all, func(was engine.OwnState) bool {
		if was.Slug == o.Slug {
			before, wasOpen = ownStateText(was), was.Open
			if o.Number == 0 {
				o.Number = was.Number
			}
		}
		return was.Slug == o.Slug
	})
	taken := func(n int) bool {
		return slices.ContainsFunc(all, func(was engine.OwnState) bool { return was.Number == n })
	}
	for n := patchworks + 1; o.Number == 0; n++ {
		if !taken(n) {
			o.Number = n
		}
	}
	if taken(o.Number) {
		return fmt.Errorf("state %s: another state has the number %d: %w", o.Slug, o.Number, engine.ErrConflict)
	}
	if err := w.Tx.PutOwnStates(append(all, *o)); err != nil {
		return err
	}
	if wasOpen != o.Open {
		if err := w.leaveRetiring(); err != nil {
			return err
		}
	}
	if after := ownStateText(*o); before != after {
		return w.Note("project-state", "", "", before, after)
	}
	return nil
}

// leaveRetiring notes that other patches may show as superseded than before.
func (w *writing) leaveRetiring() error {
	all, err := w.Tx.Projects()
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Supersede && !p.Removed {
			if err := w.leaveDeciding(p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func ownStateText(o engine.OwnState) string {
	text := string(o.Slug) + " (" + strconv.Itoa(o.Number)
	if o.Open {
		text += ", open"
	}
	return text + ")"
}

// ParseState finds a state by its slug, its name or its number, ignoring case, Patchwork's or one of one's own.
func (s *Store) ParseState(ctx context.Context, name string) (track.State, bool, error) {
	if state, ok := track.ParseState(name); ok {
		return state, true, nil
	}
	own, err := s.OwnStates(ctx)
	if err != nil {
		return "", false, err
	}
	state, ok := FindState(own, name)
	return state, ok, nil
}

// FindState finds a state among Patchwork's and these.
func FindState(own []engine.OwnState, name string) (track.State, bool) {
	if state, ok := track.ParseState(name); ok {
		return state, true
	}
	name = strings.TrimSpace(name)
	number, err := strconv.Atoi(name)
	if err == nil && number >= 1 && number <= len(track.States()) {
		return track.States()[number-1], true
	}
	slug := track.State(strings.ReplaceAll(strings.ToLower(name), " ", "-"))
	for _, o := range own {
		if o.Slug == slug || err == nil && o.Number == number {
			return o.Slug, true
		}
	}
	return "", false
}

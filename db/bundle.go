package db

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Bundles lists bundles by number: all, or those of one owner.
func (s *Store) Bundles(ctx context.Context, owner int64) (out []track.Bundle, err error) {
	err = s.view(ctx, func(v engine.View) error {
		out, err = v.Bundles(owner)
		return err
	})
	return out, err
}

// Bundle finds a bundle by its number, or by one that a Patchwork server gave it.
func (s *Store) Bundle(ctx context.Context, id int64) (track.Bundle, error) {
	return viewed(ctx, s, func(v engine.View) (track.Bundle, error) {
		all, err := v.Bundles(0)
		if err != nil {
			return track.Bundle{}, err
		}
		b, err := bundleIn(all, id)
		if err == nil {
			return b, nil
		}
		if here, failed := adoptedAs(v, track.AliasBundle, id); here != 0 || failed != nil {
			if failed != nil {
				return b, failed
			}
			return bundleIn(all, here)
		}
		return b, err
	})
}

func bundleIn(all []track.Bundle, id int64) (track.Bundle, error) {
	at := slices.IndexFunc(all, func(b track.Bundle) bool { return b.ID == id })
	if at < 0 {
		return track.Bundle{}, fmt.Errorf("bundle %d: %w", id, engine.ErrNotFound)
	}
	return all[at], nil
}

// AddBundle makes a bundle, and gives it with its number. ErrConflict: its owner has one of that name.
func (s *Store) AddBundle(ctx context.Context, by track.Actor, b track.Bundle) (track.Bundle, error) {
	err := s.decideBy(ctx, by, func(w *writing) error {
		b.ID = 0
		return w.putBundle(&b, nil)
	})
	return b, err
}

// SetBundle changes a bundle, found by its number.
func (s *Store) SetBundle(ctx context.Context, by track.Actor, b track.Bundle) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		all, err := w.Tx.Bundles(0)
		if err != nil {
			return err
		}
		is, err := bundleIn(all, b.ID)
		if err != nil {
			return err
		}
		return w.putBundle(&b, &is)
	})
}

// RemoveBundle takes a bundle out, by its number.
func (s *Store) RemoveBundle(ctx context.Context, by track.Actor, id int64) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		all, err := w.Tx.Bundles(0)
		if err != nil {
			return err
		}
		is, err := bundleIn(all, id)
		if err != nil {
			return err
		}
		if err := w.Tx.DropBundles([]int64{id}); err != nil {
			return err
		}
		return w.noteBundle(is.Project, &is, nil)
	})
}

// mostInBundle bounds what one bundle holds.
const mostInBundle = 10_000

// putBundle writes a bundle over what it is; nil: it is new.
func (w *writing) putBundle(b, is *track.Bundle) error {
	if err := checkBundle(b); err != nil {
		return err
	}
	if _, err := w.user(b.Owner); err != nil {
		return err
	}
	if err := w.areProjects([]int64{b.Project}); err != nil {
		return err
	}
	all, err := w.Tx.Bundles(b.Owner)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.ID != b.ID && o.Name == b.Name {
			return fmt.Errorf("there is a bundle %s already: %w", b.Name, engine.ErrConflict)
		}
	}
	var kept []string
	if is != nil && is.Project == b.Project {
		kept = is.Patches
	}
	if err := w.arePatches(b.Project, without(b.Patches, kept)); err != nil {
		return err
	}
	if is != nil && is.Project != b.Project {
		w.Touch(is.Project) // where it is no more
	}
	if err := w.Tx.PutBundle(b); err != nil {
		return err
	}
	return w.noteBundle(b.Project, is, b)
}

// arePatches refuses Message-IDs that are not those of patches of a project. What was put into a bundle before is not
// asked again: it stays there, whatever becomes of it.
func (w *writing) arePatches(project int64, msgids []string) error {
	rows, err := w.Tx.RowsNamed(project, msgids)
	if err != nil {
		return err
	}
	patch := make(map[string]bool, len(rows))
	for _, r := range rows {
		patch[r.ID] = r.Kind == track.Patch
	}
	for _, id := range msgids {
		if !patch[id] {
			return fmt.Errorf("patch %s: %w", id, engine.ErrNotFound)
		}
	}
	return nil
}

// without is a list without those that are in another.
func without(all, others []string) (out []string) {
	there := make(map[string]bool, len(others))
	for _, o := range others {
		there[o] = true
	}
	for _, x := range all {
		if !there[x] {
			out = append(out, x)
		}
	}
	return out
}

func checkBundle(b *track.Bundle) error {
	switch {
	case b.Owner == 0:
		return fmt.Errorf("bundle %q: %w", b.Name, errNoUser)
	case strings.TrimSpace(b.Name) == "" || strings.Contains(b.Name, "/") || utf8.RuneCountInString(b.Name) > 50 ||
		!utf8.ValidString(b.Name):
		return fmt.Errorf("bundle %q: a name has 1 to 50 characters, and no slash", b.Name)
	case len(b.Patches) > mostInBundle:
		return fmt.Errorf("bundle %s: %d patches are too many", b.Name, len(b.Patches))
	}
	seen := map[string]bool{}
	b.Patches = slices.DeleteFunc(slices.Clone(b.Patches), func(id string) bool {
		was := seen[id]
		seen[id] = true
		return was
	})
	return nil
}

// noteBundle notes a change of a bundle; nil: it was not there, or is no more.
func (w *writing) noteBundle(project int64, before, after *track.Bundle) error {
	if before != nil && after != nil && reflect.DeepEqual(*before, *after) {
		return nil
	}
	links, err := engine.LinkNames(w.Tx)
	if err != nil {
		return err
	}
	return w.Note("bundle", links[project], "", bundleText(before), bundleText(after))
}

// bundleText is a bundle as the log has it.
func bundleText(b *track.Bundle) string {
	if b == nil {
		return ""
	}
	open := "private"
	if b.Public {
		open = "public"
	}
	return fmt.Sprintf("%s (%s): %s", b.Name, open, firstOf(b.Patches))
}

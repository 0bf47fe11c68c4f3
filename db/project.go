package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/track"
)

// Projects lists the tracked projects by link name.
func (s *Store) Projects(ctx context.Context) (out []track.Project, err error) {
	err = s.view(ctx, func(v engine.View) error {
		all, err := v.Projects()
		out = derive.Tracked(all)
		return err
	})
	return out, err
}

// RemovedProjects are the numbers of projects that are not tracked any more. Until its mail is routed anew, it is still
// in them, and what happened in them stays: no reader is to see either.
func (s *Store) RemovedProjects(ctx context.Context) (ids []int64, err error) {
	err = s.view(ctx, func(v engine.View) error {
		all, err := v.Projects()
		for _, p := range all {
			if p.Removed {
				ids = append(ids, p.ID)
			}
		}
		return err
	})
	return ids, err
}

// AddProject adds a project and routes the mail that waited for it. A project that was made on sight for the same
// list becomes this one, with all that was decided in it; and from now on none is made on sight. It returns how many
// stored mails are routed otherwise than before.
//
// A project that has a number keeps it, if no other has it.
//
// The decision stands at once, and watchers go on while stored mails are routed anew. If that is broken off, Finish
// does the rest, and so does adding the same project again.
func (s *Store) AddProject(
	ctx context.Context, by track.Actor, p track.Project, read derive.Reader, progress derive.Progress,
) (int, error) {
	if err := s.BeginProject(ctx, by, p); err != nil {
		return 0, err
	}
	return s.Finish(ctx, read, progress)
}

// BeginProject is AddProject for those who cannot wait for the stored mail, which Finish then routes.
func (s *Store) BeginProject(ctx context.Context, by track.Actor, p track.Project) error {
	return s.decideBy(ctx, by, func(w *writing) error { return w.addProject(p) })
}

func (w *writing) addProject(p track.Project) error {
	if _, err := track.CompileSubjectMatch(p.SubjectMatch); err != nil {
		return fmt.Errorf("project %s: %w", p.LinkName, err)
	}
	all, err := w.Tx.Projects()
	if err != nil {
		return err
	}
	if half, err := w.halfAdded(all, p); err != nil || half {
		return err
	}
	row, err := w.rowToAdd(all, p)
	if err != nil {
		return err
	}
	if err := w.decideAllOnSight(all); err != nil {
		return err
	}
	before := settingsBefore(all, row.ID)
	if err := w.PutProject(row); err != nil {
		return err
	}
	if err := w.LogProject(row.LinkName, before, settingsOf(&row.Project)); err != nil {
		return err
	}
	if err := w.leaveDeciding(row.ID); err != nil {
		return err
	}
	return w.leaveRouting()
}

// halfAdded tells whether exactly this project is there, and its mail not yet routed.
func (w *writing) halfAdded(all []engine.Project, p track.Project) (bool, error) {
	o := named(all, p.LinkName)
	if o == nil || o.OnSight || !sameSettings(&o.Project, &p) {
		return false, nil
	}
	return w.routingLeft()
}

func (w *writing) routingLeft() (bool, error) {
	works, err := w.Tx.Works()
	for _, j := range works {
		if j.Project == 0 {
			return true, err
		}
	}
	return false, err
}

// rowToAdd is the row that a project gets: a new one, that of the project which was made on sight for its list, or that
// of a removed one of its link name.
func (w *writing) rowToAdd(all []engine.Project, p track.Project) (*engine.Project, error) {
	row := &engine.Project{Project: p}
	row.OnSight, row.Rules = false, nil
	if slices.ContainsFunc(all, func(o engine.Project) bool { return o.ID == p.ID }) {
		row.ID = 0
	}
	fresh := row.ID
	for i := range all {
		switch o := &all[i]; {
		case o.Removed:
			if o.LinkName == p.LinkName && row.ID == fresh {
				row.ID, row.Rules = o.ID, o.Rules
			}
		case o.ListID == p.ListID && o.OnSight:
			return row, w.adopt(all, o, row)
		case strings.EqualFold(o.LinkName, p.LinkName):
			return nil, fmt.Errorf("there is a project %s already: %w", o.LinkName, engine.ErrConflict)
		case o.ListID == p.ListID && o.SubjectMatch == p.SubjectMatch:
			return nil, fmt.Errorf("project %s has the list id %s and the same subject rule: %w", o.LinkName,
				o.ListID, engine.ErrConflict)
		}
	}
	return row, nil
}

// adopt gives the row of a project that was made on sight to one that is added. A removed project of that link name
// would be in the way; all that was decided in it goes with it to the adopted one.
func (w *writing) adopt(all []engine.Project, onSight, row *engine.Project) error {
	row.ID, row.Rules, row.ListID = onSight.ID, onSight.Rules, onSight.ListID
	for i := range all {
		o := &all[i]
		if o.LinkName != row.LinkName || o.ID == onSight.ID {
			continue
		}
		for _, move := range []func(from, to int64) error{w.Tx.MoveDecisions, w.Tx.MoveChecks, w.Tx.MoveAdopted,
			w.moveBundles, w.moveHooks, w.moveMaintainers} {
			if err := move(o.ID, onSight.ID); err != nil {
				return err
			}
		}
		o.LinkName = fmt.Sprintf("removed %d %s", o.ID, o.LinkName)
		if err := w.PutProject(o); err != nil {
			return err
		}
	}
	return nil
}

// moveBundles hands the bundles of a project to another.
func (w *writing) moveBundles(from, to int64) error {
	all, err := w.Tx.Bundles(0)
	if err != nil {
		return err
	}
	return handOver(all, func(b *track.Bundle) *int64 { return &b.Project }, from, to, w.Tx.PutBundle)
}

// handOver puts those of all whose project is one as the other's.
func handOver[T any](all []T, project func(*T) *int64, from, to int64, put func(*T) error) error {
	for i := range all {
		if p := project(&all[i]); *p == from {
			*p = to
			if err := put(&all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveMaintainers has those who maintain a project maintain another instead.
func (w *writing) moveMaintainers(from, to int64) error {
	all, err := w.Tx.Users()
	if err != nil {
		return err
	}
	var moved []*engine.User
	for i := range all {
		u := &all[i]
		at := slices.Index(u.Maintains, from)
		if at < 0 {
			continue
		}
		u.Maintains[at] = to
		slices.Sort(u.Maintains)
		u.Maintains = slices.Compact(u.Maintains)
		moved = append(moved, u)
	}
	return w.Tx.PutUsers(moved)
}

// decideAllOnSight makes ordinary projects of those that were made on sight. The first decision about projects is
// also one about these: they must not vanish, with their patches, because another was added.
func (w *writing) decideAllOnSight(all []engine.Project) error {
	for i := range all {
		if !all[i].OnSight {
			continue
		}
		all[i].OnSight = false
		if err := w.PutProject(&all[i]); err != nil {
			return err
		}
	}
	return nil
}

// SetProject changes the project of p's link name to p, and looks at stored mail anew where that matters, as AddProject
// does.
func (s *Store) SetProject(
	ctx context.Context, by track.Actor, p track.Project, read derive.Reader, progress derive.Progress,
) (int, error) {
	if err := s.decideBy(ctx, by, func(w *writing) error { return w.setProject(p) }); err != nil {
		return 0, err
	}
	return s.Finish(ctx, read, progress)
}

func (w *writing) setProject(p track.Project) error {
	if _, err := track.CompileSubjectMatch(p.SubjectMatch); err != nil {
		return fmt.Errorf("project %s: %w", p.LinkName, err)
	}
	all, err := w.Tx.Projects()
	if err != nil {
		return err
	}
	row := named(all, p.LinkName)
	if row == nil {
		return fmt.Errorf("project %s: %w", p.LinkName, engine.ErrNotFound)
	}
	first := anyOnSight(all)
	if err := w.decideAllOnSight(all); err != nil {
		return err
	}
	was := row.Project
	row.Project = p
	row.ID, row.LinkName, row.OnSight, row.Rules = was.ID, was.LinkName, was.OnSight, was.Rules
	if err := w.PutProject(row); err != nil {
		return err
	}
	if err := w.LogProject(row.LinkName, settingsOf(&was), settingsOf(&row.Project)); err != nil {
		return err
	}
	if was.MailStates != p.MailStates || was.MailDelegates != p.MailDelegates || was.Supersede != p.Supersede {
		if err := w.leaveDeciding(row.ID); err != nil {
			return err
		}
	}
	if first || was.ListID != p.ListID || was.ListEmail != p.ListEmail || was.SubjectMatch != p.SubjectMatch {
		return w.leaveRouting() // mail is routed by other rules than before
	}
	return nil
}

func anyOnSight(all []engine.Project) bool {
	for _, p := range all {
		if p.OnSight {
			return true
		}
	}
	return false
}

// named is the project of a link name that is tracked; nil if there is none.
func named(all []engine.Project, linkName string) *engine.Project {
	for i := range all {
		if all[i].LinkName == linkName && !all[i].Removed {
			return &all[i]
		}
	}
	return nil
}

// RemoveProject stops tracking a project. Its mail stays stored, unrouted; what was decided in it comes back when a
// project of this link name is added again.
func (s *Store) RemoveProject(
	ctx context.Context, by track.Actor, linkName string, read derive.Reader, progress derive.Progress,
) (int, error) {
	if err := s.decideBy(ctx, by, func(w *writing) error { return w.removeProject(linkName) }); err != nil {
		return 0, err
	}
	return s.Finish(ctx, read, progress)
}

func (w *writing) removeProject(linkName string) error {
	all, err := w.Tx.Projects()
	if err != nil {
		return err
	}
	row := named(all, linkName)
	if row == nil {
		if half, err := w.halfRemoved(all, linkName); err != nil || half {
			return err
		}
		return fmt.Errorf("project %s: %w", linkName, engine.ErrNotFound)
	}
	if err := w.decideAllOnSight(all); err != nil {
		return err
	}
	row.Removed = true
	if err := w.PutProject(row); err != nil {
		return err
	}
	if err := w.LogProject(row.LinkName, settingsOf(&row.Project), ""); err != nil {
		return err
	}
	return w.leaveRouting()
}

// halfRemoved tells whether the project is removed already, and its mail not yet routed.
func (w *writing) halfRemoved(all []engine.Project, linkName string) (bool, error) {
	for _, p := range all {
		if p.LinkName == linkName && p.Removed {
			return w.routingLeft()
		}
	}
	return false, nil
}

func sameSettings(a, b *track.Project) bool {
	return a.LinkName == b.LinkName && settingsOf(a) == settingsOf(b)
}

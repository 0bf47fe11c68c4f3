package webtest

import (
	"context"
	"fmt"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// What is written to a Fake. Each write is noted, so that a test sees it.

func said[T any](p *T) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprint(*p)
}

func (s *Fake) Decide(_ context.Context, by track.Actor, patches []int64, d track.Decided) error {
	for i := range s.PatchList {
		r := &s.PatchList[i]
		if !slices.Contains(patches, r.ID) {
			continue
		}
		if d.State != nil {
			r.State = *d.State
		}
		if d.Delegate != nil {
			r.Delegate = *d.Delegate
		}
		if d.Archived != nil {
			r.Archived = *d.Archived
		}
		if d.CommitRef != nil {
			r.CommitRef = *d.CommitRef
		}
		if d.PullURL != nil {
			r.PullURL = *d.PullURL
		}
	}
	return s.write([]int64{1, 2}, "%s decides about %v: %s %s %s %s %s", by, patches,
		said(d.State), said(d.Delegate), said(d.Archived), said(d.CommitRef), said(d.PullURL))
}

func (s *Fake) Relate(ctx context.Context, by track.Actor, patch int64, to []int64, also track.Decided) error {
	if also != (track.Decided{}) {
		if err := s.Decide(ctx, by, []int64{patch}, also); err != nil {
			return err
		}
	}
	return s.write([]int64{1}, "%s relates %d to %v", by, patch, to)
}

func (s *Fake) SetAddressed(_ context.Context, by track.Actor, comment int64, addressed *bool) error {
	for i := range s.CommentList {
		if s.CommentList[i].ID == comment {
			s.CommentList[i].Addressed = addressed
		}
	}
	return s.write([]int64{1}, "%s addresses %d: %s", by, comment, said(addressed))
}

func (s *Fake) SetUser(_ context.Context, by track.Actor, u track.User) error {
	for i := range s.UserList {
		if s.UserList[i].ID == u.ID {
			s.UserList = slices.Clone(s.UserList)
			s.UserList[i] = u
		}
	}
	return s.write([]int64{0}, "%s sets user %d", by, u.ID)
}

// SetProject writes a project.
func (s *Fake) SetProject(_ context.Context, by track.Actor, p track.Project) error {
	s.ProjectList = slices.Clone(s.ProjectList)
	s.ProjectList[slices.IndexFunc(s.ProjectList, func(o track.Project) bool { return o.ID == p.ID })] = p
	return s.write([]int64{0}, "%s sets project %d", by, p.ID)
}

// ChecksOf is Checks of patches as lists have them.
func (s *Fake) ChecksOf(ctx context.Context, patches []track.MailBrief) (map[int64][]track.Check, error) {
	ids := make([]int64, len(patches))
	for i := range patches {
		ids[i] = patches[i].ID
	}
	return s.Checks(ctx, ids)
}

// ChecksOn is Checks of the patch that a mail is.
func (s *Fake) ChecksOn(ctx context.Context, mail int64) ([]track.Check, error) {
	for _, r := range s.PatchList {
		if r.Mail == mail {
			all, err := s.Checks(ctx, []int64{r.ID})
			return all[r.ID], err
		}
	}
	return nil, s.ask()
}

// Together runs one after the other.
func (s *Fake) Together(ctx context.Context, fs ...func(context.Context) error) error {
	for _, f := range fs {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *Fake) Checks(_ context.Context, patches []int64) (map[int64][]track.Check, error) {
	out := map[int64][]track.Check{}
	for _, r := range s.PatchList {
		for _, k := range s.CheckList {
			if slices.Contains(patches, r.ID) && k.MsgID == r.MsgID {
				out[r.ID] = append(out[r.ID], k)
			}
		}
	}
	return out, s.ask()
}

func (s *Fake) AddCheck(_ context.Context, by track.Actor, c track.Check, patch int64) (track.Check, error) {
	c.ID, c.Date = int64(len(s.CheckList)+1), at("2026-02-01T00:00:00.123456")
	for _, r := range s.PatchList {
		if r.ID == patch {
			c.Project, c.MsgID = r.Project, r.MsgID
		}
	}
	s.CheckList = append(s.CheckList, c)
	return c, s.write([]int64{c.Project}, "%s checks %d: %s %s %s %s",
		by, patch, c.State, c.Context, c.TargetURL, c.Description)
}

func (s *Fake) Bundles(_ context.Context, owner int64) ([]track.Bundle, error) {
	return s.BundleList, s.ask()
}

func (s *Fake) Bundle(_ context.Context, id int64) (track.Bundle, error) {
	for _, b := range s.BundleList {
		if b.ID == id {
			return b, s.Fails
		}
	}
	return track.Bundle{}, engine.ErrNotFound
}

func (s *Fake) AddBundle(_ context.Context, by track.Actor, b track.Bundle) (track.Bundle, error) {
	for _, o := range s.BundleList {
		if o.Owner == b.Owner && o.Name == b.Name {
			return b, engine.ErrConflict
		}
	}
	b.ID = int64(len(s.BundleList) + 1)
	s.BundleList = append(slices.Clone(s.BundleList), b)
	return b, s.write([]int64{b.Project}, "%s adds bundle %q %v", by, b.Name, b.Patches)
}

func (s *Fake) SetBundle(_ context.Context, by track.Actor, b track.Bundle) error {
	s.BundleList = slices.Clone(s.BundleList)
	s.BundleList[slices.IndexFunc(s.BundleList, func(o track.Bundle) bool { return o.ID == b.ID })] = b
	return s.write([]int64{b.Project}, "%s sets bundle %d %q %v %v", by, b.ID, b.Name, b.Public, b.Patches)
}

func (s *Fake) RemoveBundle(_ context.Context, by track.Actor, id int64) error {
	s.BundleList = slices.DeleteFunc(slices.Clone(s.BundleList), func(b track.Bundle) bool { return b.ID == id })
	return s.write([]int64{1}, "%s removes bundle %d", by, id)
}

// Marks says that nobody has looked at anything.
func (s *Fake) Marks(context.Context, int64, track.In[int64], int) ([]track.Mark, error) {
	return nil, s.ask()
}

// Mark forgets what it is told.
func (s *Fake) Mark(context.Context, track.Actor, []track.Mark) error { return s.ask() }

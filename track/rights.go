package track

import "slices"

// Viewer is who asks, and may do some things and not others. The zero value is anybody: a reader who has not logged in.
type Viewer struct {
	User     *User // nil: has not logged in
	ReadOnly bool  // came with a token that may only read
}

// Sees tells whether what is in a project is shown.
func (v Viewer) Sees(p *Project) bool { return !p.Private || v.maintains(p.ID) }

// Decides tells whether the viewer may decide about a patch, a cover or a comment: its submitter by an address that is
// confirmed, its delegate, the maintainers of its project, and administrators. It is as in Patchwork.
func (v Viewer) Decides(p *Project, submitter, delegate string) bool {
	if v.User == nil || v.ReadOnly || !v.Sees(p) {
		return false
	}
	return v.maintains(p.ID) || slices.Contains(v.User.Emails, submitter) || v.User.Is(delegate)
}

// Maintains tells whether the viewer may change the project itself.
func (v Viewer) Maintains(p *Project) bool { return !v.ReadOnly && v.maintains(p.ID) }

// Administers tells whether the viewer may change everything.
func (v Viewer) Administers() bool { return v.User != nil && !v.ReadOnly && v.User.Admin }

func (v Viewer) maintains(project int64) bool {
	return v.User != nil && (v.User.Admin || slices.Contains(v.User.Maintains, project))
}

// Actor is how the log calls the viewer.
func (v Viewer) Actor() Actor {
	if v.User == nil {
		return ActorUnknown
	}
	return v.User.Actor()
}

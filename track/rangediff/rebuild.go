package rangediff

import (
	"fmt"
	"strings"

	"patchwatch/track/difftext"
)

// A Rebuilt is what the patches of one version make of files, as far as their hunks show them. It needs no repository:
// what no hunk shows is only known to be as it was.
type Rebuilt struct {
	limits limits
	files  map[string]*rebuiltFile // by name
	gone   map[string]*rebuiltFile // that were deleted, by the names before the patches
	left   map[string]bool         // names that files had
	weight int                     // of all patches
	work   int                     // lines that were copied
	large  bool                    // the patches are more than can be held
}

// A rebuiltFile is one file.
type rebuiltFile struct {
	origin  string // its name before the patches; empty if they add it
	name    string // its name behind them; empty if they delete it
	mode    string // behind them, as far as it is known
	oldID   string // of the base, as the first patch that touches it abbreviates it
	newID   string // of the result
	fault   string // why its text is not known
	overlay *overlay
}

// NewRebuilt returns files that no patch has touched.
func NewRebuilt() *Rebuilt {
	return &Rebuilt{limits: usualLimits(), files: map[string]*rebuiltFile{}, gone: map[string]*rebuiltFile{},
		left: map[string]bool{}}
}

// Apply applies the next patch. It keeps parts of the text.
func (r *Rebuilt) Apply(p Patch) {
	if r.weight += weightOf(p.Diff); r.large || r.weight > r.limits.weight {
		r.giveUp()
		return
	}
	files := difftext.Read(p.Diff)
	for i := range files {
		if r.file(&files[i]); r.work > r.limits.work {
			r.giveUp()
			return
		}
	}
}

func (r *Rebuilt) giveUp() { r.large, r.files, r.gone, r.left = true, nil, nil, nil }

// file applies what a patch does to one file.
func (r *Rebuilt) file(f *difftext.File) {
	t := r.find(f)
	if f.NewMode != "" {
		t.mode = f.NewMode
	}
	t.newID = f.NewID
	switch {
	case t.fault != "":
	case f.Binary != "":
		t.fault = "is binary"
	case t.overlay.apply(f.Hunks) != nil:
		t.fault = "can't be rebuilt: its patches do not follow each other"
	default:
		r.work += t.overlay.known()
	}
	if f.IsDeleted {
		r.leave(t.name)
		if t.name = ""; t.origin != "" {
			r.gone[t.origin] = t
		}
	}
}

// find returns the file that a patch is for, under its new name.
func (r *Rebuilt) find(f *difftext.File) *rebuiltFile {
	if f.IsNew {
		if t := r.revive(f.Name()); t != nil {
			return t
		}
		t := &rebuiltFile{name: f.Name(), overlay: &overlay{}, oldID: f.OldID}
		if r.files[t.name] != nil {
			t.fault = "is added, and was there before"
		}
		r.files[t.name] = t
		return t
	}
	t := r.files[f.Old]
	switch {
	case t == nil && r.left[f.Old]:
		t = &rebuiltFile{name: f.Old, fault: "is changed, and was there no more"}
	case t == nil:
		t = &rebuiltFile{origin: f.Old, name: f.Old, overlay: untouched(), oldID: f.OldID, mode: f.OldMode}
	}
	switch {
	case f.IsCopy:
		t = &rebuiltFile{name: f.New, mode: t.mode, fault: fmt.Sprintf("is a copy of %s", f.Old)}
	case f.IsRename:
		r.leave(f.Old)
		t.name = f.New
	}
	r.files[t.name] = t
	return t
}

// revive returns the file that a patch has deleted and another one adds again.
func (r *Rebuilt) revive(name string) *rebuiltFile {
	t := r.gone[name]
	if t == nil || r.files[name] != nil {
		return nil
	}
	delete(r.gone, name)
	t.name, r.files[name] = name, t
	return t
}

func (r *Rebuilt) leave(name string) {
	delete(r.files, name)
	r.left[name] = true
}

// sameID tells whether two abbreviated ids are those of the same contents. Ids that are not known are not the same.
func sameID(a, b string) bool {
	const enough = 7
	n := min(len(a), len(b))
	return n >= enough && strings.EqualFold(a[:n], b[:n])
}

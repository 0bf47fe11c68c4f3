package rangediff

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"patchwatch/internal/order"
)

// An Interdiff is what differs between what two versions make of the files: a diff from the one result to the other.
type Interdiff struct {
	Files    []FileDiff
	Problems []string // a sentence for each file that can't be compared, or for all
}

// A FileDiff is what differs in one file. A name is empty where the version has no such file.
type FileDiff struct {
	Old, New         string
	OldMode, NewMode string // empty if not known
	Hunks            []FileHunk
}

// A FileHunk has as its header where it is in each version of the file, as in any diff.
type FileHunk struct {
	OldStart, OldCount, NewStart, NewCount int
	Lines                                  []Line // with '\\' as Op comes what says that the line before has no LF
}

// maxProblems is how many sentences there are at most.
const maxProblems = 100

// Between compares what two versions make of the files. Both are for the same files; where the hunks show that these
// have changed in between, what they show has to be the same.
func Between(old, new *Rebuilt) (out Interdiff) {
	if old.large || new.large {
		out.Problems = []string{"The patches are too large for an interdiff."}
		return out
	}
	for _, p := range filePairs(old, new) {
		f, fault := p.diff()
		switch {
		case fault != "" && len(out.Problems) < maxProblems:
			out.Problems = append(out.Problems, p.called()+" "+fault+".")
		case fault == "" && (len(f.Hunks) > 0 || f.Old != f.New || f.OldMode != f.NewMode):
			out.Files = append(out.Files, f)
		}
	}
	return out
}

// A filePair is one file in both versions. One that does not touch the file has it as it was.
type filePair struct{ old, new *rebuiltFile }

func (p filePair) called() string { return cmp.Or(p.old.name, p.new.name, p.old.origin) }

// filePairs pairs files by the names that they had before; those that are added by their names now. They are sorted.
func filePairs(old, new *Rebuilt) []filePair {
	byKey := map[[2]string]*filePair{}
	at := func(f *rebuiltFile) *filePair {
		key := [2]string{f.origin}
		if f.origin == "" {
			key[1] = f.name
		}
		if byKey[key] == nil {
			byKey[key] = &filePair{}
		}
		return byKey[key]
	}
	for _, f := range old.all() {
		at(f).old = f
	}
	for _, f := range new.all() {
		at(f).new = f
	}
	out := make([]filePair, 0, len(byKey))
	for _, p := range byKey {
		p.old, p.new = orAsItWas(p.old, p.new), orAsItWas(p.new, p.old)
		out = append(out, *p)
	}
	order.By(out, func(a, b filePair) int {
		return cmp.Or(cmp.Compare(a.called(), b.called()), cmp.Compare(a.old.origin, b.old.origin))
	})
	return out
}

func (r *Rebuilt) all() []*rebuiltFile {
	return slices.AppendSeq(slices.Collect(maps.Values(r.gone)), maps.Values(r.files))
}

// orAsItWas is a file, or if the version does not touch it, what it was before the other one did.
func orAsItWas(f, other *rebuiltFile) *rebuiltFile {
	switch {
	case f != nil:
		return f
	case other.origin == "":
		return &rebuiltFile{overlay: &overlay{}}
	}
	return &rebuiltFile{origin: other.origin, name: other.origin, oldID: other.oldID, newID: other.oldID,
		overlay: untouched()}
}

// sameBase tells that the file is known to have been the same before both versions.
func (p filePair) sameBase() bool {
	return sameID(p.old.oldID, p.new.oldID) || len(p.old.overlay.seen) == 0 || len(p.new.overlay.seen) == 0
}

// diff compares the two results. fault says why it can't.
func (p filePair) diff() (f FileDiff, fault string) {
	f = FileDiff{Old: p.old.name, New: p.new.name, OldMode: p.old.mode, NewMode: p.new.mode}
	if f.Old != "" && f.New != "" && (f.OldMode == "" || f.NewMode == "") {
		f.OldMode, f.NewMode = "", "" // one that is not known has not changed
	}
	if sameID(p.old.newID, p.new.newID) {
		return f, ""
	}
	if fault := cmp.Or(p.old.fault, p.new.fault); fault != "" {
		return f, fault
	}
	before := p.old.overlay
	after, at := aligned(before, p.new.overlay, p.sameBase())
	if at > 0 {
		return f, fmt.Sprintf("is not the same before both versions: line %d differs", at)
	}
	base, _ := mergeSeen(before.seen, after.seen)
	f.Hunks = fileHunks(before.laidOut(base, after), after.laidOut(base, before))
	return f, ""
}

// mergeSeen returns the lines of the base that either version shows, in order. at is the number of a line of which
// they show different texts, or 0.
func mergeSeen(a, b []baseLine) (all []baseLine, at int) {
	all = slices.Concat(a, b)
	order.By(all, func(x, y baseLine) int { return cmp.Compare(x.at, y.at) })
	out := all[:0]
	for _, l := range all {
		switch n := len(out); {
		case n == 0 || out[n-1].at != l.at:
			out = append(out, l)
		case out[n-1].text != l.text:
			return nil, l.at + 1
		}
	}
	return out, 0
}

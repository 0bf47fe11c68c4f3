package ingest

import "slices"

// A patchSet holds the patches of a mail: one in its text, and those that are attached.
type patchSet struct {
	diffs  [][]byte
	hashes []string // of diffs, filled in when there is a second
	inline bool     // the first is that in the text
	files  []string // of that one, likewise
}

func (s *patchSet) empty() bool { return len(s.diffs) == 0 }

// setInline sets the patch in the text, where there is one.
func (s *patchSet) setInline(diff []byte) {
	if len(diff) > 0 {
		s.diffs, s.inline = [][]byte{diff}, true
	}
}

// attach adds an attached patch, and tells whether it is another one. Some people put a patch into the text and
// attach it too, to make sure that it arrives. Then one of them is enough: the attached one if that is preferred.
func (s *patchSet) attach(diff []byte, preferred bool) bool {
	if len(diff) == 0 {
		return false
	}
	if s.empty() {
		s.diffs = [][]byte{diff}
		return true
	}
	if len(s.hashes) == 0 {
		s.hashes = []string{hashDiff(s.diffs[0])}
	}
	hash := hashDiff(diff)
	if s.inline && (hash == s.hashes[0] || s.hasInlineFiles(diff)) {
		if preferred {
			s.diffs[0], s.hashes[0], s.inline = diff, hash, false
		}
		return false
	}
	if slices.Contains(s.hashes, hash) {
		return false
	}
	s.diffs, s.hashes = append(s.diffs, diff), append(s.hashes, hash)
	return true
}

// hasInlineFiles tells that a patch changes the same files as the one in the text. Mail programs break the lines of
// the latter, so the two may differ.
func (s *patchSet) hasInlineFiles(diff []byte) bool {
	var ignored notes
	if s.files == nil {
		s.files = fileNames(s.diffs[0], &ignored)
	}
	return slices.Equal(s.files, fileNames(diff, &ignored))
}

// join is all patches, one after the other.
func (s *patchSet) join() []byte {
	switch len(s.diffs) {
	case 0:
		return nil
	case 1:
		return s.diffs[0]
	}
	size := 0
	for _, diff := range s.diffs {
		size += len(diff) + 1
	}
	out := make([]byte, 0, size)
	for _, diff := range s.diffs {
		if len(out) > 0 && out[len(out)-1] != '\n' {
			out = append(out, '\n')
		}
		out = append(out, diff...)
	}
	return out
}

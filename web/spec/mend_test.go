package spec

import "testing"

// optional are properties that Patchwork does not always send.
var optional = map[string]string{
	"dependencies": "only where the project shows them",
	"dependents":   "only where the project shows them",
	"settings":     "only of the user who asks",
}

// mend puts right what is wrong in the files of one version. It tells which of wrong it found.
func (s *schema) mend() (found []bool) {
	found = make([]bool, len(wrong))
	all := object(object(s.plain["components"])["schemas"])
	for i, w := range wrong {
		if w.before != "" && s.version >= w.before {
			continue
		}
		for _, name := range w.schemas {
			for _, of := range parts(object(all[name])) {
				if w.mend(of) {
					found[i] = true
				}
			}
		}
	}
	s.addNoPage()
	return found
}

// addNoPage says of all lists what the files leave out: that a page which is not there is 404.
func (s *schema) addNoPage() {
	noPage := map[string]any{"description": "no page", "content": map[string]any{
		"application/json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/Error"}},
	}}
	for _, item := range object(s.plain["paths"]) {
		answers := object(object(object(item)["get"])["responses"])
		if answers["404"] == nil {
			answers["404"] = noPage
		}
	}
}

// parts are a schema itself and those that it is made of.
func parts(m map[string]any) []map[string]any {
	all := []map[string]any{m}
	if of, ok := m["allOf"].([]any); ok {
		for _, one := range of {
			all = append(all, object(one))
		}
	}
	return all
}

// mend puts one schema right. It tells whether it has the fault.
func (f *fault) mend(m map[string]any) bool {
	for _, name := range f.path[:len(f.path)-1] {
		m = object(m[name])
	}
	last := f.path[len(f.path)-1]
	if _, there := m[last]; m == nil || there == f.absent {
		return false
	}
	if m[last] = f.as; f.as == nil {
		delete(m, last)
	}
	return true
}

// TestEachFaultIsThere finds faults that are mended in vain: Patchwork's files no longer have them.
func TestEachFaultIsThere(t *testing.T) {
	found := make([]bool, len(wrong))
	for _, v := range versions {
		for i, is := range readFile(t, v).mend() {
			found[i] = found[i] || is
		}
	}
	for i, is := range found {
		if !is {
			t.Errorf("no version says of %v %v what it is mended for", wrong[i].schemas, wrong[i].path)
		}
	}
}

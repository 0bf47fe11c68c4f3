package pages

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"

	"patchwatch/track/rangediff"
	"patchwatch/web/internal/diffview"
	"patchwatch/web/internal/mailtext"
)

// interFile is what differs in one file between what two versions of a patch make of it.
type interFile struct {
	Name string
	Body template.HTML
}

// interdiff compares what the two versions of a patch make of the files: what one would see who applied the one and
// then the other. Problems are sentences about what cannot be compared so.
func (w *coder) interdiff(old, new rangediff.Patch, lines, effort *int) (files []interFile, problems []string) {
	a, b := rangediff.NewRebuilt(), rangediff.NewRebuilt()
	a.Apply(old)
	b.Apply(new)
	d := rangediff.Between(a, b)
	for i := range d.Files {
		f := &d.Files[i]
		if *lines > maxBetweenLines {
			return files, append(problems, "There is too much to show all of it here.")
		}
		files = append(files, interFile{mailtext.Visible(interName(f)), w.interHunks(f, lines, effort)})
	}
	for _, p := range d.Problems {
		problems = append(problems, mailtext.Visible(p))
	}
	return files, problems
}

func interName(f *rangediff.FileDiff) string {
	name := cmp.Or(f.New, f.Old)
	switch {
	case f.Old == "":
		name += " (only in the newer one)"
	case f.New == "":
		name += " (only in the older one)"
	case f.Old != f.New:
		name = f.Old + " → " + f.New
	}
	if f.OldMode != f.NewMode {
		name += fmt.Sprintf(" mode %s → %s", f.OldMode, f.NewMode)
	}
	return name
}

func (w *coder) interHunks(f *rangediff.FileDiff, lines, effort *int) template.HTML {
	w.out = nil
	for i := range f.Hunks {
		h := &f.Hunks[i]
		view := &diffview.Hunk{Lines: make([]diffview.Line, len(h.Lines))}
		for k, l := range h.Lines {
			view.Lines[k] = diffview.Line{Was: -1, Op: l.Op, Text: strings.TrimSuffix(l.Text, "\r")}
		}
		view.MarkWords(effort)
		w.out = fmt.Appendf(w.out, "<tr class=\"hunk\"><td>@@ -%d,%d +%d,%d @@</td></tr>\n", h.OldStart, h.OldCount,
			h.NewStart, h.NewCount)
		w.plainRows(view, nil)
		*lines += len(h.Lines) + 1
	}
	return template.HTML(w.out)
}

// plainRows writes lines without numbers. marks, if there are any, stand before their texts and are none of the words.
func (w *coder) plainRows(h *diffview.Hunk, marks []string) {
	for k := range h.Lines {
		l := &h.Lines[k]
		w.out = append(w.out, `<tr`...)
		if class := classes[l.Op]; class != "" {
			w.out = append(append(append(w.out, ` class="`...), class...), '"')
		}
		w.out = append(append(w.out, "><td>"...), l.Op)
		if marks != nil {
			w.out = append(w.out, marks[k]...)
		}
		w.text(l)
		w.out = append(w.out, "</td></tr>\n"...)
	}
}

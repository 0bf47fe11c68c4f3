package pages

import (
	"html/template"
	"strconv"

	"patchwatch/web/internal/diffview"
	"patchwatch/web/internal/mailtext"
)

// What a page shows of a diff at once. The rest is a click away.
const (
	maxShown    = 4000    // lines of all files
	maxFile     = 1500    // lines of one file
	maxAlone    = 30_000  // lines of a file that is shown alone
	wordEffort  = 1 << 21 // steps to find the words that changed
	extraRemark = 20_000  // lines of files that are shown because there are remarks on them
)

// codeFile is a file of a diff as a page shows it.
type codeFile struct {
	*diffview.File
	Number int // in the diff, from 1
	Label  string
	Folded string // how much it is, if it is not shown
	More   string // where it is shown alone
	Open   bool
	Body   template.HTML
}

// label says which file it is, and what becomes of it.
func label(f *diffview.File) string {
	name := mailtext.Visible(f.Name())
	switch f.Status {
	case diffview.Renamed, diffview.Copied:
		name = mailtext.Visible(f.Old) + " → " + mailtext.Visible(f.New)
	}
	return name
}

// coder writes the lines of diffs as HTML. Of mail there is only text in it that is escaped. It is not done by a
// template, since a diff may have tens of thousands of lines.
type coder struct {
	asides *asides
	out    []byte
}

// file writes the lines of a file.
func (w *coder) file(f *diffview.File) template.HTML {
	w.out = nil
	for i := range f.Head {
		w.row("head", &f.Head[i])
	}
	for i := range f.Hunks {
		w.hunk(&f.Hunks[i])
	}
	return template.HTML(w.out)
}

func (w *coder) hunk(h *diffview.Hunk) {
	w.out = append(w.out, `<tr class="hunk"><td></td><td></td><td>`...)
	w.out = mailtext.AppendLine(w.out, h.Header)
	if h.Section != "" {
		w.out = mailtext.AppendLine(append(w.out, ' '), h.Section)
	}
	if h.Spaces {
		w.out = append(w.out, ` <em>only white space changed</em>`...)
	}
	w.out = append(w.out, "</td></tr>\n"...)
	w.remarks(h.At)
	for i := range h.Lines {
		l := &h.Lines[i]
		w.row(classes[l.Op], l)
	}
}

var classes = map[byte]string{'+': "add", '-': "del", '\\': "note", ' ': "", 0: "head"}

// row writes a line, and the remarks on it.
func (w *coder) row(class string, l *diffview.Line) {
	w.out = append(w.out, "<tr"...)
	if class != "" {
		w.out = append(append(append(w.out, ` class="`...), class...), '"')
	}
	w.out = append(w.out, ">"...)
	w.number(l.Old)
	w.number(l.New)
	w.out = append(w.out, "<td>"...)
	switch {
	case l.Op == '\\':
		w.out = append(w.out, `\ `...)
	case l.Op != 0:
		w.out = append(w.out, l.Op)
	}
	w.text(l)
	w.out = append(w.out, "</td></tr>\n"...)
	if l.Was >= 0 {
		w.remarks(l.Was)
	}
	w.remarks(l.At)
}

// number writes the cell of a number, which is not copied with the code.
func (w *coder) number(n int) {
	if n == 0 {
		w.out = append(w.out, "<td></td>"...)
		return
	}
	w.out = strconv.AppendInt(append(w.out, `<td data-n="`...), int64(n), 10)
	w.out = append(w.out, `"></td>`...)
}

// text writes the text of a line, with the words that changed.
func (w *coder) text(l *diffview.Line) {
	at := 0
	for _, word := range l.Words {
		w.out = mailtext.AppendLine(w.out, l.Text[at:word.From])
		w.out = append(w.out, "<b>"...)
		w.out = mailtext.AppendLine(w.out, l.Text[word.From:word.To])
		w.out = append(w.out, "</b>"...)
		at = word.To
	}
	w.out = mailtext.AppendLine(w.out, l.Text[at:])
}

func (w *coder) remarks(at int) {
	all := w.asides.at[at]
	if len(all) == 0 {
		return
	}
	w.out = append(w.out, `<tr class="remarks"><td colspan="3">`...)
	for _, r := range all {
		w.out = r.append(w.out)
	}
	w.out = append(w.out, "</td></tr>\n"...)
}

// words writes lines that are no diff, with the remarks on them.
func (w *coder) words(d *diffview.Doc, begin, end int) template.HTML {
	w.out = nil
	open := false
	for i := begin; i < end; i++ {
		if !open {
			w.out = append(w.out, "<pre class=\"text\">\n"...)
			open = true
		}
		w.out = append(mailtext.AppendLine(w.out, d.Lines[i]), '\n')
		if all := w.asides.at[i]; len(all) > 0 {
			w.out = append(w.out, "</pre>\n<div class=\"remarks\">"...)
			for _, r := range all {
				w.out = r.append(w.out)
			}
			w.out = append(w.out, "</div>\n"...)
			open = false
		}
	}
	if open {
		w.out = append(w.out, "</pre>\n"...)
	}
	return template.HTML(w.out)
}

// remarked tells whether there is a remark on a file.
func (a *asides) remarked(begin, end int) bool {
	if end-begin > len(a.at) {
		for at := range a.at {
			if begin <= at && at < end {
				return true
			}
		}
		return false
	}
	for i := begin; i < end; i++ {
		if len(a.at[i]) > 0 {
			return true
		}
	}
	return false
}

package pages

import (
	"fmt"
	"html/template"
	"strings"

	"patchwatch/track"
	"patchwatch/track/rangediff"
	"patchwatch/web/internal/diffview"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// versionsPage says what changed between two versions of a series, as git range-diff does.
type versionsPage struct {
	layout.Page
	Old, New versionSide
	Cut      bool
	Pairs    []pairRow
	Counts   string // "2 changed, 1 new"
}

// versionSide is one of the two versions.
type versionSide struct {
	Name   string
	Series layout.Link
	When   moment
	Again  bool // with patches that were sent again
}

// pairRow is a patch of the old version and what it is in the new one.
type pairRow struct {
	Number    int // of the pair, from 1
	Status    string
	Sign      string
	Old, New  *pairPatch
	Title     string
	Whole     bool // too large to be compared line by line
	Folded    bool // too much to be shown
	Message   template.HTML
	Diff      template.HTML
	Different bool
	Inter     []interFile // what differs in the files after either
	Problems  []string    // of that
}

type pairPatch struct {
	Number int
	URL    string
}

var statusWords = map[rangediff.Status]string{
	rangediff.Unchanged: "unchanged", rangediff.Changed: "changed", rangediff.Dropped: "dropped", rangediff.New: "new",
}

// maxBetweenLines is how many lines of changes a page shows.
const maxBetweenLines = 20_000

func (c *call) versionsPage() (*shown, error) {
	b, err := c.between()
	if err != nil {
		return nil, err
	}
	of := c.World.Project(b.sides[1].series.Project)
	old, new := c.versionSide(&b.sides[0]), c.versionSide(&b.sides[1])
	p := &versionsPage{
		Page: c.inProject(of, fmt.Sprintf("%s to %s of %s", old.Name, new.Name, title(new.Series.Text)), layout.Series),
		Old:  old, New: new, Cut: b.cut,
	}
	p.Wide = true
	w, lines, effort := &coder{asides: &asides{}}, 0, wordEffort
	counts := map[rangediff.Status]int{}
	for i, pair := range b.pairs {
		counts[pair.Status]++
		row := pairRow{Number: i + 1, Status: statusWords[pair.Status], Sign: string(pair.Status)}
		row.Old = c.pairPatch(of, &b.sides[0], pair.Old, &row.Title)
		row.New = c.pairPatch(of, &b.sides[1], pair.New, &row.Title)
		if pair.Status == rangediff.Changed {
			row.Different, row.Whole = true, pair.Whole
			if row.Folded = lines > maxBetweenLines; !pair.Whole && !row.Folded {
				changes := rangediff.Compare(b.sides[0].texts[pair.Old], b.sides[1].texts[pair.New])
				row.Message = w.changes(changes.Message, false, &lines, &effort)
				row.Diff = w.changes(changes.Diff, true, &lines, &effort)
				row.Inter, row.Problems = w.interdiff(b.sides[0].texts[pair.Old], b.sides[1].texts[pair.New], &lines, &effort)
			}
		}
		p.Pairs = append(p.Pairs, row)
	}
	p.Counts = inWords(counts)
	return &shown{template: "versions", page: p, about: []int64{of.ID}}, nil
}

func (c *call) versionSide(s *side) versionSide {
	v := versionSide{
		Name: fmt.Sprintf("v%d", s.series.Version), Series: layout.Link{Text: named(s.series.Name),
			URL: c.seriesAt(s.series.ID)},
		When: c.moment(s.series.Date),
	}
	if s.asSent {
		v.Name += " as it was sent"
	}
	return v
}

// pairPatch leads to a patch of a version, and sets the title, which is that of the newer one.
func (c *call) pairPatch(of *track.Project, s *side, at int, called *string) *pairPatch {
	if at < 0 {
		return nil
	}
	row := &s.rows[at]
	*called = named(title(row.Name))
	return &pairPatch{Number: at + 1, URL: c.prefix() + string(here.Patch(nil, of, row.MsgID))}
}

// title is the name of a patch or series without its prefixes, in which versions differ.
func title(name string) string {
	if strings.HasPrefix(name, "[") {
		if _, rest, ok := strings.Cut(name, "] "); ok {
			return rest
		}
	}
	return name
}

func inWords(counts map[rangediff.Status]int) string {
	var out []string
	for _, s := range []rangediff.Status{rangediff.Changed, rangediff.New, rangediff.Dropped, rangediff.Unchanged} {
		if n := counts[s]; n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, statusWords[s]))
		}
	}
	return strings.Join(out, ", ")
}

// changes writes the hunks of a difference between two texts. If these are diffs, each line has a mark there, too,
// which is none of its words.
func (w *coder) changes(hunks []rangediff.Hunk, diffs bool, lines, effort *int) template.HTML {
	w.out = nil
	for i := range hunks {
		h, marks := viewOf(&hunks[i], diffs)
		h.MarkWords(effort)
		w.out = append(w.out, `<tr class="hunk"><td>@@ `...)
		w.out = append(mailtext.AppendLine(w.out, hunks[i].Section), "</td></tr>\n"...)
		w.plainRows(h, marks)
		*lines += len(h.Lines) + 1
	}
	return template.HTML(w.out)
}

// viewOf is a hunk of a difference as a hunk of a diff, and the marks that its lines have besides.
func viewOf(h *rangediff.Hunk, diffs bool) (out *diffview.Hunk, marks []string) {
	out, marks = &diffview.Hunk{Lines: make([]diffview.Line, len(h.Lines))}, make([]string, len(h.Lines))
	for i, l := range h.Lines {
		text := strings.TrimSuffix(l.Text, "\r")
		if diffs && text != "" && strings.IndexByte(" +-", text[0]) >= 0 {
			marks[i], text = text[:1], text[1:]
		}
		out.Lines[i] = diffview.Line{Was: -1, Op: l.Op, Text: text}
	}
	return out, marks
}

package view

import (
	"fmt"
	"strings"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/track"
	"patchwatch/track/rangediff"
)

// pairs shows the pairs as git range-diff does, with the numbers of patches in place of commits.
func (d *Differ) pairs(v [2]version) error {
	pairs, cut, err := d.match(v)
	if err != nil {
		return err
	}
	d.line("Old  %s", v[0].called())
	d.line("New  %s", v[1].called())
	if cut {
		d.line("There are too many patches to compare each with each: some may be paired by title only, or not at all.")
	}
	fmt.Fprintln(d.out)
	w := widthsOf(v)
	for _, p := range pairs {
		d.heading(v, p, w)
		if p.Whole && p.Status == rangediff.Changed {
			d.line("    (changed; too large to compare line by line)")
		}
		c, err := d.changes(v, p)
		if err != nil {
			return err
		}
		for i := range c.Message {
			c.Message[i].Section = "Commit message"
		}
		d.hunks(c.Message)
		d.hunks(c.Diff)
	}
	return nil
}

// line writes a line of text that may be of mail.
func (d *Differ) line(format string, args ...any) {
	fmt.Fprintln(d.out, term.Printable(fmt.Sprintf(format, args...)))
}

// widths are how many digits the numbers in the headings have.
type widths struct{ number, id int }

func widthsOf(v [2]version) (w widths) {
	for _, of := range v {
		for _, p := range of.patches {
			w.number = max(w.number, len(fmt.Sprint(p.Number)))
			w.id = max(w.id, len(fmt.Sprint(p.ID)))
		}
	}
	return w
}

// heading writes the line of a pair: "2:  13 ! 3:  22 title".
func (d *Differ) heading(v [2]version, p rangediff.Pair, w widths) {
	old, oldName := w.patch(v[0], p.Old)
	new, newName := w.patch(v[1], p.New)
	name := newName
	if p.New < 0 {
		name = oldName
	}
	name = term.Printable(name)
	paint := d.screen.Paint
	switch sign := string(p.Status); p.Status {
	case rangediff.Changed:
		fmt.Fprintln(d.out, paint(term.Red, old), paint(term.Yellow, sign), paint(term.Green, new), paint(term.Yellow, name))
	case rangediff.Dropped:
		fmt.Fprintln(d.out, paint(term.Red, strings.Join([]string{old, sign, new, name}, " ")))
	case rangediff.New:
		fmt.Fprintln(d.out, paint(term.Green, strings.Join([]string{old, sign, new, name}, " ")))
	default:
		fmt.Fprintln(d.out, paint(term.Yellow, strings.Join([]string{old, sign, new, name}, " ")))
	}
}

func (w widths) patch(v version, i int) (text, name string) {
	if i < 0 {
		return fmt.Sprintf("%*s:  %s", w.number, "-", strings.Repeat("-", w.id)), ""
	}
	p := v.patches[i]
	return fmt.Sprintf("%*d:  %*d", w.number, p.Number, w.id, p.ID), PatchTitle(patchTitle(p))
}

// hunks writes hunks, indented, and coloured by which version has a line.
func (d *Differ) hunks(hunks []rangediff.Hunk) {
	for _, h := range hunks {
		section := strings.TrimRight("@@ "+term.Printable(h.Section), " ")
		fmt.Fprintln(d.out, "    "+d.screen.Paint(term.Cyan, section))
		for _, l := range h.Lines {
			text := string(l.Op) + term.Printable(strings.TrimSuffix(l.Text, "\r"))
			fmt.Fprintln(d.out, "    "+d.screen.Paint(opColour(l.Op), strings.TrimRight(text, " ")))
		}
	}
}

func opColour(op byte) term.Colour {
	switch op {
	case '-':
		return term.Red
	case '+':
		return term.Green
	}
	return ""
}

// interdiff shows a diff that git apply takes. A person who looks at it gets no control characters; into a pipe or a
// file every byte goes as it was sent.
func (d *Differ) interdiff(v [2]version) error {
	found, err := d.between(v)
	if err != nil {
		return err
	}
	clean := func(text string) string { return text }
	if d.screen.There {
		clean = term.Printable
	}
	for _, f := range found.Files {
		for _, l := range f.Header() {
			fmt.Fprintln(d.out, d.screen.Paint(term.Bold, clean(l)))
		}
		for _, h := range f.Hunks {
			fmt.Fprintln(d.out, d.screen.Paint(term.Cyan, h.Header()))
			for _, l := range h.Lines {
				fmt.Fprintln(d.out, d.screen.Paint(opColour(l.Op), clean(string(l.Op)+l.Text)))
			}
		}
	}
	for _, p := range found.Problems {
		fmt.Fprintln(d.errs, term.Printable(p))
	}
	return nil
}

// patchTitle is the name of a patch without its prefixes, since versions differ in these.
func patchTitle(p track.PatchView) string {
	if strings.HasPrefix(p.Name, "[") {
		if _, title, ok := strings.Cut(p.Name, "] "); ok {
			return title
		}
	}
	return p.Name
}

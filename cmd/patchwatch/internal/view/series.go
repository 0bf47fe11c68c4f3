package view

import (
	"fmt"
	"strings"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/track"
)

// ShownSeries is a series with its mails.
type ShownSeries struct {
	Series
	Members []Mail `json:"members"`
}

func (sh *Shower) series(v track.SeriesView) error {
	members, err := sh.store.Members(sh.ctx, v.ID)
	if err != nil {
		return err
	}
	if sh.json {
		out := ShownSeries{Series: SeriesOf(v)}
		for _, m := range members {
			out.Members = append(out.Members, mailOf(m, nil))
		}
		return term.JSON(sh.out, out)
	}
	patches, err := sh.store.Patches(sh.ctx, track.Filter{Series: v.ID, Archived: true})
	if err != nil {
		return err
	}
	sh.line("Series", "%s  %s", SeriesID(v.ID), SeriesTitle(v))
	sh.line("Project", "%s", v.Project)
	sh.line("Submitter", "%s", fullName(v.Submitter))
	sh.line("Date", "%s", v.Date.Format(time.RFC1123Z))
	versions, err := sh.versions(v)
	if err != nil {
		return err
	}
	sh.line("Version", "%s", versions)
	if err := sh.dependencies(v.ID); err != nil {
		return err
	}
	sh.line("Patches", "%s%s", ReceivedOf(v), missing(v, patches))
	fmt.Fprintln(sh.out)
	return sh.members(members, patches)
}

// members lists the patches of a series, with their states, and its cover.
func (sh *Shower) members(members []track.MailView, patches []track.PatchView) error {
	state := map[int64]track.PatchView{}
	for _, p := range patches {
		state[p.ID] = p
	}
	t := term.Table{Headings: []string{"ID", "STATE", "A/R/T", "NAME"}, Flexible: 3, Colour: StateColumn(1)}
	for _, m := range members {
		if p, ok := state[m.ID]; ok {
			t.Row(fmt.Sprint(m.ID), string(p.State), TrailerCounts(p.Trailers), m.Name)
		} else {
			t.Row(fmt.Sprint(m.ID), string(m.Kind), "", m.Name)
		}
	}
	return t.Print(sh.out, sh.screen)
}

// missing names the numbers that a series lacks.
func missing(v track.SeriesView, patches []track.PatchView) string {
	if lack := Lacking(v, patches); len(lack) > 0 {
		return ", missing " + strings.Join(lack, ", ")
	}
	return ""
}

// Lacking gives the numbers that a series lacks: the first ten, and "..." for more.
func Lacking(v track.SeriesView, patches []track.PatchView) []string {
	if v.Complete {
		return nil
	}
	there := map[int]bool{}
	for _, p := range patches {
		there[p.Number] = true
	}
	const most = 10
	var lack []string
	for n := 1; n <= v.Total; n++ {
		if there[n] {
			continue
		}
		if len(lack) == most {
			lack = append(lack, "...")
			break
		}
		lack = append(lack, fmt.Sprint(n))
	}
	return lack
}

// versions says which version a series is, and which others there are: "v2 of 3, earlier: v1 s3; later: v3 s20".
func (sh *Shower) versions(v track.SeriesView) (string, error) {
	all, err := sh.store.Versions(sh.ctx, v.ID)
	if err != nil {
		return "", err
	}
	highest := v.Version
	var earlier, later []string
	for _, o := range all {
		highest = max(highest, o.Version)
		name := VersionOf(o) + " " + SeriesID(o.ID)
		switch {
		case o.ID == v.ID:
		case o.Version < v.Version || o.Version == v.Version && o.Date.Before(v.Date):
			earlier = append(earlier, name)
		default:
			later = append(later, name)
		}
	}
	text := VersionOf(v)
	if highest > 1 {
		text += fmt.Sprintf(" of %d", highest)
	}
	if len(earlier) > 0 {
		text += ", earlier: " + strings.Join(earlier, ", ")
	}
	if len(later) > 0 {
		text += ", later: " + strings.Join(later, ", ")
	}
	return text, nil
}

// dependencies says what a series depends on, as its Depends-on lines have it, and what depends on it.
func (sh *Shower) dependencies(series int64) error {
	all, err := sh.store.Dependencies(sh.ctx, []int64{series})
	if err != nil {
		return err
	}
	for _, d := range all[series].On {
		if d.Series == 0 {
			sh.line("Depends on", "%s, of which nothing is known here", d.Written)
		} else {
			sh.line("Depends on", "%s  %s", SeriesID(d.Series), d.Written)
		}
	}
	for _, id := range all[series].Of {
		sh.line("Needed by", "%s", SeriesID(id))
	}
	return nil
}

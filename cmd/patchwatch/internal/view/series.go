package view

import (
	"fmt"
	"strings"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/track"
)

// ShownSeries is a series with its mails as they were sent, and its versions, itself among them.
type ShownSeries struct {
	Series
	Members  []Mail    `json:"members"`
	Versions []Version `json:"versions"`
	Current  []Current `json:"current,omitempty"` // its patches as it now stands, where some were sent again
}

func (sh *Shower) series(v track.SeriesView) error {
	standing, err := sh.standing(v.ID)
	if err != nil {
		return err
	}
	versions, all, err := sh.versions(v.ID)
	if err != nil {
		return err
	}
	if sh.json {
		members, err := sh.store.Members(sh.ctx, v.ID)
		if err != nil {
			return err
		}
		out := ShownSeries{Series: SeriesOf(v), Versions: versions, Current: standing.current()}
		for _, m := range members {
			out.Members = append(out.Members, mailOf(m, nil))
		}
		return term.JSON(sh.out, out)
	}
	sh.line("Series", "%s  %s", SeriesID(v.ID), SeriesTitle(v))
	sh.line("Project", "%s", v.Project)
	sh.line("Submitter", "%s", fullName(v.Submitter))
	sh.line("Date", "%s", v.Date.Format(time.RFC1123Z))
	sh.line("Version", "%s", versionOfAll(v, all))
	if err := sh.dependencies(v.ID); err != nil {
		return err
	}
	sh.line("Patches", "%s%s", ReceivedOf(v), missing(v, standing.patches))
	sh.sentAgain(standing)
	fmt.Fprintln(sh.out)
	if err := sh.printVersions(versions, all); err != nil {
		return err
	}
	return sh.members(standing.members, standing.patches)
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
	var there []int
	for _, p := range patches {
		there = append(there, p.Number)
	}
	if lack := LackingOf(v.Total, there); len(lack) > 0 {
		return ", missing " + strings.Join(lack, ", ")
	}
	return ""
}

// LackingOf gives the numbers up to a total that are not there: the first ten, and "..." for more.
func LackingOf(total int, there []int) []string {
	has := map[int]bool{}
	for _, n := range there {
		has[n] = true
	}
	const most = 10
	var lack []string
	for n := 1; n <= total; n++ {
		if has[n] {
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

// dependencies says what a series depends on, as its Depends-on lines have it, and what depends on it.
func (sh *Shower) dependencies(series int64) error {
	all, err := sh.store.Dependencies(sh.ctx, []int64{series}, track.Scope{Whole: true})
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

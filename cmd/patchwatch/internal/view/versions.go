package view

import (
	"fmt"
	"slices"
	"strings"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/track"
)

// Version is a version of a series, for programs.
type Version struct {
	Series
	States map[string]int `json:"states"` // how many of its patches are in each state
}

// versions gives all versions of a series, the oldest first.
func (sh *Shower) versions(series int64) ([]Version, []track.SeriesView, error) {
	all, err := sh.store.Versions(sh.ctx, series)
	if err != nil {
		return nil, nil, err
	}
	out := make([]Version, len(all))
	for i, v := range all {
		patches, err := sh.store.Patches(sh.ctx, track.Filter{Series: v.ID, Archived: true})
		if err != nil {
			return nil, nil, err
		}
		out[i] = Version{SeriesOf(v), map[string]int{}}
		for _, p := range patches {
			out[i].States[string(p.State)]++
		}
	}
	return out, all, nil
}

// printVersions has a line for each version, if there are several.
func (sh *Shower) printVersions(versions []Version, all []track.SeriesView) error {
	if len(all) < 2 {
		return nil
	}
	t := term.Table{Headings: []string{"VERSION", "V", "DATE", "PATCHES", "STATES", "LINKED BY"}, Flexible: 5}
	for i, v := range all {
		how := ""
		if v.Revises != 0 {
			how = fmt.Sprintf("%s: %s", SeriesID(v.Revises), v.Link.Words())
		}
		t.Row(SeriesID(v.ID), VersionOf(v), v.Date.Format("2006-01-02"), ReceivedOf(v),
			statesInWords(versions[i].States), how)
	}
	if err := t.Print(sh.out, sh.screen); err != nil {
		return err
	}
	fmt.Fprintln(sh.out)
	return nil
}

// statesInWords gives "2 new, 1 accepted", the most frequent first.
func statesInWords(states map[string]int) string {
	var names []string
	for name := range states {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if states[a] != states[b] {
			return states[b] - states[a]
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%d %s", states[name], name)
	}
	return strings.Join(names, ", ")
}

// versionOfAll says which version a series is, of how many: "v2 of 3". A patch that was sent again alone is no version.
func versionOfAll(v track.SeriesView, all []track.SeriesView) string {
	highest := v.Version
	for _, o := range all {
		if o.PartOf == 0 {
			highest = max(highest, o.Version)
		}
	}
	if highest == 1 {
		return VersionOf(v)
	}
	return fmt.Sprintf("%s of %d", VersionOf(v), highest)
}

// otherVersions says which version a series is, and which others there are: "v2 of 3, earlier: v1 s3; later: v3 s20".
func (sh *Shower) otherVersions(v track.SeriesView) (string, error) {
	all, err := sh.store.Versions(sh.ctx, v.ID)
	if err != nil {
		return "", err
	}
	var earlier, later []string
	for _, o := range all {
		name := VersionOf(o) + " " + SeriesID(o.ID)
		switch {
		case o.ID == v.ID:
		case o.Version < v.Version || o.Version == v.Version && o.Date.Before(v.Date):
			earlier = append(earlier, name)
		default:
			later = append(later, name)
		}
	}
	text := versionOfAll(v, all)
	if len(earlier) > 0 {
		text += ", earlier: " + strings.Join(earlier, ", ")
	}
	if len(later) > 0 {
		text += ", later: " + strings.Join(later, ", ")
	}
	return text, nil
}

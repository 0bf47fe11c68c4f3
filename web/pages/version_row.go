package pages

import "fmt"

// step leads to what changed between the version that is shown and another one.
type step struct {
	Name string // of the other
	URL  string
}

// changes are the steps from the version that is shown, the nearest first: to those before it, and to those after it.
// Most ask for the nearest, so a page may say of the others no more than their names.
type changes struct{ Since, Until []step }

func (p *letterPage) changes() (c changes) {
	at := -1
	for i := range p.Versions {
		if p.Versions[i].Current {
			at = i
		}
	}
	if at < 0 {
		return c
	}
	for i := at - 1; i >= 0; i-- {
		c.Since = append(c.Since, step{p.Versions[i].Name, p.Versions[i].Diff})
	}
	for _, v := range p.Versions[at+1:] {
		c.Until = append(c.Until, step{v.Name, v.Diff})
	}
	return c
}

// tellApart gives versions with the same number their dates, and those of the same day their times: a series that was
// sent again may be v1 once more.
func tellApart(all []version) {
	plain := make([]string, len(all))
	for i := range all {
		plain[i] = all[i].Name
	}
	for _, dated := range []func(moment) string{moment.Day, moment.Long} {
		count := map[string]int{}
		for i := range all {
			count[all[i].Name]++
		}
		for i := range all {
			if v := &all[i]; count[v.Name] > 1 {
				v.Name = fmt.Sprintf("%s of %s", plain[i], dated(v.When))
			}
		}
	}
}

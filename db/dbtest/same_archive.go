package dbtest

import (
	"fmt"
	"time"

	"patchwatch/track"
)

// archives asks what an archive asks.
func (a *asking) archives() {
	all, err := a.Archived(append(a.ids, 1, 1))
	a.say("archived", all, err)
	for _, projects := range [][]int64{{1}, {1, 2, 3, 2}, nil} {
		named, err := a.NamedIn(projects, append(someIDs, someIDs[0]))
		a.say(fmt.Sprint("named in ", projects), named, err)
		referring, err := a.ReferringIn(projects, append(someIDs, someIDs[0]))
		a.say(fmt.Sprint("referring in ", projects), referring, err)
		for _, q := range []track.RecentQuery{
			{Most: 9}, {Most: 2}, {Most: 2, Oldest: true}, {Most: 9, Since: epoch.Add(40 * time.Minute)},
			{Most: 1, Before: epoch.Add(40 * time.Minute)}, {Most: 2, Since: epoch.Add(20*time.Minute + 1), Oldest: true},
		} {
			q.Projects = projects
			recent, err := a.Recent(q)
			a.say(fmt.Sprintf("recent %+v", q), recent, err)
		}
	}
}

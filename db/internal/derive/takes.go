package derive

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

// Takes tells whether mails that are put with this one of a project go into the series that it is in: see track.Takes.
func Takes(v engine.View, project int64, msgid string) (bool, error) {
	n := newNeighbourhood(v, project)
	r, err := n.fetch(msgid)
	if err != nil || r == nil {
		return false, err
	}
	if err := n.spreadMembers([]*engine.Row{r}); err != nil {
		return false, err
	}
	takes := track.Takes(n.items(), n.settled, msgid)
	return takes, n.err
}

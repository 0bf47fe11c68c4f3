package stress

import (
	"cmp"

	"patchwatch/internal/order"
	"patchwatch/track"
)

// kin divides series into groups such that no mail of one can ever have been in a series with mails of another,
// whatever had come by then. What is told of a series that is alone in its group does not depend on the order of the
// mails, since it was never cut from another.
type kin struct {
	above map[string]string // towards what stands for the group
}

// group is what stands for the group of a Message-ID.
func (k *kin) group(id string) string {
	for k.above[id] != "" {
		if up := k.above[k.above[id]]; up != "" {
			k.above[id] = up
		}
		id = k.above[id]
	}
	return id
}

func (k *kin) join(a, b string) {
	if a, b = k.group(a), k.group(b); a != b {
		k.above[a] = b
	}
}

// kinOf goes by what track.Assemble goes by: references, and who sent mails at about one time.
func kinOf(members []track.MailView) *kin {
	k := &kin{map[string]string{}}
	for i := range members {
		m := &members[i]
		for _, ref := range m.Refs {
			k.join(nameOf(m.Project, m.MsgID), nameOf(m.Project, ref))
		}
	}
	sender := func(a, b *track.MailView) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Submitter.Email, b.Submitter.Email))
	}
	order.By(members, func(a, b track.MailView) int { return cmp.Or(sender(&a, &b), a.Date.Compare(b.Date)) })
	for i := 1; i < len(members); i++ {
		a, b := &members[i-1], &members[i]
		if sender(a, b) == 0 && b.Date.Sub(a.Date) <= track.Window {
			k.join(nameOf(a.Project, a.MsgID), nameOf(b.Project, b.MsgID))
		}
	}
	return k
}

package dbtest

import (
	"context"
	"testing"

	"patchwatch/track"
)

// Events stay where they happened. What they are about may be in another project now, or in none: who does not see it
// there is not told what it is.
func (u suite) TestEventsOfMovedMail(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	add(t, s, thread()...)
	id := projectOf(t, s, "frob").ID
	named := func(without ...int64) (events, names int) {
		page, err := s.EventPage(ctx, track.EventsQuery{
			Scope: track.Scope{Without: without}, Projects: track.In[int64]{id}, Paging: wholePage,
		})
		if err != nil || len(page.Rows) != page.Total {
			t.Fatalf("%+v, %v", page, err)
		}
		for _, r := range page.Rows {
			if r.Patch.MsgID+r.Cover.MsgID+r.Comment.MsgID+r.Series.Name != "" {
				names++
			}
			if r.Patch.Project+r.Cover.Project == 0 != (r.Patch.MsgID+r.Cover.MsgID == "") {
				t.Errorf("%+v", r)
			}
		}
		return len(page.Rows), names
	}
	if events, names := named(); events == 0 || names != events {
		t.Fatalf("%d of %d events say what they are about", names, events)
	}
	other := frob
	other.ListID, other.ListEmail = "other.lists.example.org", "other@lists.example.org"
	setProject(t, s, other)
	if events, names := named(); events == 0 || names != 0 {
		t.Errorf("of mail that no project takes %d of %d events say what they are about", names, events)
	}
	private := frob
	private.LinkName, private.Private = "secret", true
	addProject(t, s, private)
	if events, names := named(projectOf(t, s, "secret").ID); events == 0 || names != 0 {
		t.Errorf("of mail in a private project %d of %d events say what they are about", names, events)
	}
	if events, names := named(); names != events {
		t.Errorf("who sees that project is told of %d of %d events what they are about", names, events)
	}
}

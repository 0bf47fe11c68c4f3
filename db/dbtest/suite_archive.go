package dbtest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"patchwatch/track"
)

// TestArchive: mails are found as an archive shows them, of all projects, with what is hidden marked so.
func (u suite) TestArchive(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	other := made("o@1", 6, "elsewhere", "r@1")
	other.ListIDs = []string{"other.example.org"}
	stray := made("u@1", 7, "of no list", "r@1")
	stray.ListIDs = nil
	add(t, s, made("p@1", 1, "[PATCH] one"), with(made("r@1", 4, "Re: one", "p@1"), "rev"), made("t@1", 5, "talk"), other,
		stray)
	projects, err := s.Projects(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var all []int64
	for _, p := range projects {
		all = append(all, p.ID)
	}
	ids := func(mails []track.ArchivedMail, err error) string {
		t.Helper()
		var out []string
		for _, m := range mails {
			out = append(out, fmt.Sprint(m.MsgID, m.Hidden))
			if want := map[string]track.Role{"<p@1>": track.RolePatch, "<r@1>": track.RoleComment}[m.MsgID]; want != "" &&
				m.Role != want {
				t.Errorf("%s is a %s", m.MsgID, m.Role)
			}
		}
		return fmt.Sprint(out, err)
	}
	is := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	none := func(int64) bool { return false }
	beside, more, err := s.Beside(ctx, all, []string{"<r@1>"}, none, 9)
	is("beside", ids(beside, err)+fmt.Sprint(more), "[<r@1>false <o@1>false] <nil>false")
	beside, more, err = s.Beside(ctx, all[:1], []string{"<r@1>", "<p@1>"}, none, 1)
	is("beside, one", ids(beside, err)+fmt.Sprint(more), "[<p@1>false] <nil>true")
	beside, _, err = s.Beside(ctx, all, []string{"<r@1>"}, func(id int64) bool { return id < 3 }, 9)
	is("beside what is known", ids(beside, err), "[<o@1>false] <nil>")
	if err := s.Hide(ctx, by, []int64{number(t, s, "p@1")}, true); err != nil {
		t.Fatal(err)
	}
	is("called", ids(s.ArchivedCalled(ctx, all, []string{"<p@1>", "<r@1>", "<u@1>", "<t@1>"})),
		"[<p@1>true <r@1>true <t@1>false] <nil>")
	is("newest", ids(s.RecentMails(ctx, track.RecentQuery{Projects: all, Most: 3})),
		"[<o@1>false <t@1>false <r@1>true] <nil>")
	found, err := s.ArchivedMails(ctx, []int64{4, 1, 99})
	if is("by number", ids(found, err), "[<p@1>true <o@1>false] <nil>"); len(found) == 2 {
		if m := found[1]; !slices.Equal(m.Refs, []string{"<r@1>"}) || m.Name != "elsewhere" || m.Mail != m.ID ||
			m.Delivered.IsZero() {
			t.Errorf("the reply is %+v", m)
		}
	}
}

package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// wholePage has room for all there is.
var wholePage = track.Paging{Limit: 100}

// inLists is what a reader without rights finds in lists: patches, covers, series by number, and the comments of 1@x.
func inLists(t *testing.T, s *db.Store) string {
	t.Helper()
	ctx := context.Background()
	var out []string
	patches, err1 := s.PatchPage(ctx, track.PatchQuery{Paging: wholePage})
	for _, r := range patches.Rows {
		out = append(out, "patch "+strings.Trim(r.MsgID, "<>"))
	}
	covers, err2 := s.CoverPage(ctx, track.CoverQuery{Paging: wholePage})
	for _, r := range covers.Rows {
		out = append(out, "cover "+strings.Trim(r.MsgID, "<>"))
	}
	series, err3 := s.SeriesPage(ctx, track.SeriesQuery{Paging: wholePage})
	for _, r := range series.Rows {
		out = append(out, fmt.Sprint("series of ", len(r.Patches)))
	}
	comments, err4 := s.CommentPage(ctx, track.CommentQuery{Paging: wholePage, Parent: number(t, s, "1@x")})
	for _, r := range comments.Rows {
		out = append(out, "comment "+strings.Trim(r.MsgID, "<>"))
	}
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	if patches.Total != len(patches.Rows) || covers.Total != len(covers.Rows) || series.Total != len(series.Rows) ||
		comments.Total != len(comments.Rows) {
		t.Errorf("the counts are %d, %d, %d, %d of %v", patches.Total, covers.Total, series.Total, comments.Total, out)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// What is hidden is in no list and gone by its number, whatever is derived anew, until it is shown again. A comment on
// a hidden patch is not hidden itself: whoever lists comments asks for the patch first.
func (u suite) TestHide(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	add(t, s, thread()...)
	ids := map[string]int64{}
	for _, id := range []string{"c@x", "1@x", "2@x", "s@x", "r1@x"} {
		ids[id] = number(t, s, id)
	}
	before, events := dump(t, s), lastEvent(t, s)
	everything := "comment r1@x, comment r2@x, cover c@x, patch 1@x, patch 2@x, patch s@x, series of 1, series of 2"
	if got := inLists(t, s); got != everything {
		t.Fatalf("at first there are %s", got)
	}
	hide := func(hidden bool, names ...string) func() error {
		return func() error {
			var mails []int64
			for _, name := range names {
				mails = append(mails, ids[name])
			}
			return s.Hide(ctx, "ann", mails, hidden)
		}
	}
	for _, step := range []struct {
		what string
		do   func() error
		want string // what is seen
		gone string // numbers that are gone
	}{
		{"a single patch", hide(true, "s@x"), "comment r1@x, comment r2@x, cover c@x, patch 1@x, patch 2@x, series of 2",
			"s@x"},
		{"a comment", hide(true, "r1@x"), "comment r2@x, cover c@x, patch 1@x, patch 2@x, series of 2", "r1@x s@x"},
		{"both again", hide(true, "s@x", "r1@x", "s@x"),
			"comment r2@x, cover c@x, patch 1@x, patch 2@x, series of 2", "r1@x s@x"},
		{"half a series", hide(true, "c@x", "2@x"), "comment r2@x, patch 1@x, series of 1", "c@x 2@x r1@x s@x"},
		{"the rest of it", hide(true, "1@x"), "comment r2@x", "1@x c@x 2@x r1@x s@x"},
		{"rebuilt", func() error { return s.Rebuild(ctx, nil) }, "comment r2@x", "1@x c@x 2@x r1@x s@x"},
		{"read again", func() error {
			_, _, err := s.Reread(ctx, func(raw []byte) (*track.Mail, error) {
				m, err := readJSON(raw)
				m.Content += " read better"
				return m, err
			}, nil)
			return err
		}, "comment r2@x", "1@x c@x 2@x r1@x s@x"},
		{"one of it shown", hide(false, "1@x"), "comment r2@x, patch 1@x, series of 1", "c@x 2@x r1@x s@x"},
		{"all shown", hide(false, "c@x", "1@x", "2@x", "s@x", "r1@x"), everything, ""},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		if got := inLists(t, s); got != step.want {
			t.Errorf("%s: seen are %s\nwant %s", step.what, got, step.want)
		}
		for id, n := range ids {
			hidden, err := s.Hidden(ctx, n)
			if err != nil || hidden != slices.Contains(strings.Fields(step.gone), id) {
				t.Errorf("%s: %s is hidden: %v, %v", step.what, id, hidden, err)
			}
			if _, err := s.Raw(ctx, n); err != nil {
				t.Errorf("%s: %s is not kept: %v", step.what, id, err)
			}
		}
	}
	check(t, s)
	if got := dump(t, s); strings.ReplaceAll(got, " read better", "") != before && lastEvent(t, s) != events {
		t.Error("events were told")
	}
	want := []string{`ann hidden frob 1@x "no" "yes"`, `ann hidden frob 1@x "yes" "no"`}
	if got := logged(t, s, engine.LogQuery{MsgID: "<1@x>"}); !slices.Equal(got, []string{want[1], want[0]}) {
		t.Errorf("the log has\n%s", strings.Join(got, "\n"))
	}
	if got := logged(t, s, engine.LogQuery{MsgID: "<s@x>"}); len(got) != 2 {
		t.Errorf("what was hidden already was logged again:\n%s", strings.Join(got, "\n"))
	}
}

// What comes after something was hidden takes nothing out of hiding, and is itself seen.
func (u suite) TestMailAfterHide(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	late := made("1@x", 1, "[1/2] one", "c@x")
	late.Delivered = epoch.AddDate(0, 1, 0)
	add(t, s, late)
	if err := s.Hide(ctx, by, []int64{number(t, s, "1@x")}, true); err != nil {
		t.Fatal(err)
	}
	if page, err := s.SeriesPage(ctx, track.SeriesQuery{Paging: wholePage}); err != nil || page.Total != 0 {
		t.Errorf("a series of hidden mails is seen: %+v, %v", page, err)
	}
	add(t, s, made("1@x", 1, "[1/2] onne", "c@x")) // takes its place
	add(t, s, made("r@x", 2, "Re: one", "1@x"), made("2@x", 2, "[2/2] two", "c@x"))
	if hidden, err := s.Hidden(ctx, number(t, s, "1@x")); err != nil || !hidden {
		t.Errorf("another copy is not hidden: %v", err)
	}
	patches, err := s.PatchPage(ctx, track.PatchQuery{Paging: wholePage})
	if err != nil || patches.Total != 1 || patches.Rows[0].MsgID != "<2@x>" {
		t.Errorf("%+v, %v", patches, err)
	}
	series, err := s.SeriesPage(ctx, track.SeriesQuery{Paging: wholePage})
	if err != nil || series.Total != 1 {
		t.Errorf("its series: %+v, %v", series, err)
	}
	check(t, s)
}

// An event about a hidden mail is not seen, also where the mail is something else since it happened.
func (u suite) TestHiddenIsElsewhere(t *testing.T) {
	ctx := context.Background()
	cover := made("0@x", 5, "[0/2] cover")
	cover.Delivered = epoch.AddDate(0, 1, 0)
	for what, c := range map[string]struct {
		hide string
		told track.Category
		more *track.Mail
	}{
		"another copy of the patch":    {"r@x", track.PatchCommentCreated, made("1@x", 1, "[1/1] onne")},
		"what the comment answered":    {"r@x", track.PatchCommentCreated, made("2@x", 3, "another patch")},
		"a copy that makes it talk":    {"0@x", track.CoverCreated, made("0@x", 5, "Re: [0/2] talk", "1@x")},
		"what the comment is on now":   {"2@x", track.PatchCommentCreated, made("2@x", 3, "another patch")},
		"a copy that makes it a patch": {"r@x", track.PatchCommentCreated, made("r@x", 4, "[1/1] a patch")},
	} {
		s := u.open(t)
		addProject(t, s, frob)
		patch, talk := made("1@x", 1, "[1/1] one"), made("r@x", 4, "Re: one", "2@x", "1@x")
		patch.Delivered, talk.Delivered = epoch.AddDate(0, 1, 0), epoch.AddDate(0, 1, 0)
		add(t, s, patch, talk, cover)
		add(t, s, c.more)
		seen := func() int {
			page, err := s.EventPage(ctx, track.EventsQuery{Categories: []track.Category{c.told}, Paging: wholePage})
			if err != nil || len(page.Rows) != page.Total {
				t.Fatalf("%s: %+v, %v", what, page, err)
			}
			return page.Total
		}
		if seen() == 0 {
			t.Errorf("%s: nothing was told", what)
		}
		if err := s.Hide(ctx, by, []int64{number(t, s, c.hide)}, true); err != nil {
			t.Fatal(err)
		}
		if n := seen(); n != 0 {
			t.Errorf("%s: %d events are about the hidden mail", what, n)
		}
	}
}

func (u suite) TestHideRefusals(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	unrouted := made("u@x", 9, "of no list")
	unrouted.ListIDs = nil
	add(t, s, append(thread(), unrouted)...)
	one := number(t, s, "1@x")
	if err := s.Hide(ctx, by, []int64{one, 99}, true); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	if err := s.Hide(ctx, by, []int64{one, number(t, s, "u@x")}, true); err == nil {
		t.Error("what is in no project was hidden")
	}
	if hidden, err := s.Hidden(ctx, one); err != nil || hidden {
		t.Errorf("half of it was done: %v", err)
	}
}

// Whether somebody has seen to a comment is kept with it.
func (u suite) TestAddressed(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	add(t, s, thread()...)
	id := number(t, s, "r1@x")
	is := func() *bool {
		rows, err := s.CommentRows(ctx, []int64{id}, track.Scope{})
		if err != nil || len(rows) != 1 {
			t.Fatalf("%+v, %v", rows, err)
		}
		return rows[id].Addressed
	}
	for _, want := range []*bool{nil, ptr(false), ptr(true), ptr(true), nil, ptr(true)} {
		if err := s.SetAddressed(ctx, "ann", id, want); err != nil {
			t.Fatal(err)
		}
		if got := is(); shown(got) != shown(want) {
			t.Errorf("it is %s, want %s", shown(got), shown(want))
		}
	}
	if err := s.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if got := is(); got == nil || !*got {
		t.Errorf("rebuilt: %s", shown(got))
	}
	want := []string{
		`ann addressed frob r1@x "" "yes"`, `ann addressed frob r1@x "yes" ""`, `ann addressed frob r1@x "no" "yes"`,
		`ann addressed frob r1@x "" "no"`,
	}
	if got := logged(t, s, engine.LogQuery{MsgID: "<r1@x>"}); !slices.Equal(got, want) {
		t.Errorf("the log has\n%s", strings.Join(got, "\n"))
	}
	for _, other := range []int64{99, number(t, s, "1@x"), number(t, s, "rt@x")} {
		if err := s.SetAddressed(ctx, by, other, ptr(true)); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("%d is no comment: %v", other, err)
		}
	}
}

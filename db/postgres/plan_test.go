package postgres_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/track"
)

// A plan is made once for a connection, often of tables that were empty then and of which the server knows nothing. It
// must be one that looks rows up: a plan that goes through a table, or through an index of it, was as good when it was
// made, and takes longer with each mail.
func TestAddUsesIndexes(t *testing.T) {
	s, e := storeOnServer(t)
	// Twice, the second time delivered earlier; then a forgery that turns out to be the original.
	for _, hours := range []int{5, 4, 3} {
		for i := range 30 {
			if _, err := s.Add(t.Context(), []db.Delivery{{Mail: planMail(i, hours), Frame: db.Compress(nil)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantIndexed(t, e)
}

// wantIndexed looks at the plans of all that an engine was asked.
func wantIndexed(t *testing.T, e engine.Engine) {
	t.Helper()
	plans, err := postgres.Plans(e)
	if err != nil {
		t.Fatal(err)
	}
	if len(plans) < 15 {
		t.Errorf("only %d statements", len(plans))
	}
	for query, plan := range plans {
		if scans := scansOf(plan); len(scans) > 0 {
			t.Errorf("it goes through %s:\n%s", strings.Join(scans, " and "), query)
		}
	}
}

// So do lists that are narrowed by what has an index, and single things.
func TestPagesUseIndexes(t *testing.T) {
	e, err := onServer(t)(t.TempDir())(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	one, newest := track.In[int64]{1}, track.Paging{Limit: 2, Order: []track.Order{{By: "date", Desc: true}}}
	created := track.In[track.Category]{track.PatchCreated}
	at := func(_ any, err error) error { return err }
	if err := e.View(t.Context(), func(v engine.View) error {
		var errs []error
		for _, f := range []track.PatchQuery{
			{Projects: one}, {Projects: one, States: track.In[track.State]{"new"}}, {MsgIDs: track.In[string]{"<1@x>"}}, {IDs: one},
			{Series: one}, {Submitters: track.In[string]{"ann@x.org"}}, {Delegates: track.In[string]{"ann@x.org"}},
		} {
			f.Paging = newest
			errs = append(errs, at(v.PatchPage(f, -1)))
			f.Order = nil
			errs = append(errs, at(v.PatchPage(f, -1)))
		}
		errs = append(errs,
			at(v.CoverPage(track.CoverQuery{Projects: one, Paging: newest}, -1)),
			at(v.CoverPage(track.CoverQuery{Series: one, Paging: newest}, -1)),
			at(v.SeriesPage(track.SeriesQuery{Projects: one, Paging: newest}, -1)),
			at(v.SeriesPage(track.SeriesQuery{IDs: one, Paging: newest}, 1)),
			at(v.EventPage(track.EventsQuery{Projects: one, Categories: created, Paging: newest}, -1)),
			at(v.EventPage(track.EventsQuery{Series: one, Paging: newest}, -1)),
			at(v.CommentPage(track.CommentQuery{Parent: 1, Paging: newest}, -1)),
			at(v.PatchRows(one, track.Scope{})), at(v.CoverRows(one, track.Scope{})), at(v.CommentRows(one, track.Scope{})),
			at(v.SeriesWith(one)), at(v.MailViews(one)), at(v.Members(one)), at(v.Stands(one)),
			at(v.Replies(one, true, true)), at(v.Covers(one)), at(v.More(one)), at(v.People([]string{"ann@x.org"})),
			at(v.LeadTo([]engine.Name{{Project: 1, MsgID: "<1@x>"}})),
			v.Frames(one, func(int64, []byte) error { return nil }))
		return errors.Join(errs...)
	}); err != nil {
		t.Fatal(err)
	}
	wantIndexed(t, e)
}

// large are the tables that grow with what is stored.
var large = map[string]bool{"mail": true, "raw": true, "ref": true, "patch": true, "cover": true, "reply": true,
	"series": true, "event": true, "person": true, "address": true, "decision": true, "log": true, "restated": true}

// scansOf are the steps of a plan that go through large tables. One that ends after a few rows does not, nor does one
// through an index of hidden mails, which are few.
func scansOf(plan postgres.Step) (scans []string) {
	if plan.Type == "Limit" {
		return nil
	}
	through := plan.Type == "Bitmap Index Scan" || large[plan.Table] && strings.HasPrefix(plan.Type, "Index")
	if through && plan.Cond == "" && !strings.HasSuffix(plan.Index, "_hidden") || large[plan.Table] && plan.Type == "Seq Scan" {
		scans = append(scans, strings.TrimSpace(plan.Table+" "+plan.Index))
	}
	for _, below := range plan.Steps {
		scans = append(scans, scansOf(below)...)
	}
	return scans
}

// planMail is a cover, a patch or a reply of one thread. Those of three hours have bytes of their own.
func planMail(i, hours int) *track.Mail {
	m := &track.Mail{
		MsgID: fmt.Sprintf("<%d@x>", i), Date: time.Unix(int64(i)*60, 0).UTC(),
		Delivered: time.Unix(int64(hours)*3600, 0).UTC(),
		From:      track.Person{Email: "ann@x.org"}, ListIDs: []string{"a.b"}, Reply: i%3 == 2,
		Subject: track.Subject{Marked: true, Number: i % 3, Total: 2, Version: 1 + i/15, Rest: fmt.Sprintf("part %d", i%3)},
		SHA256:  sha256.Sum256(fmt.Appendf(nil, "%d %v", i, hours == 3)),
	}
	if i%3 == 1 {
		m.Diff = "diff"
	}
	if i > 0 {
		m.Refs = []string{fmt.Sprintf("<%d@x>", i-1)}
	}
	return m
}

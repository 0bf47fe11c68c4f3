package postgres_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/postgres"
	"patchwatch/track"
)

// A plan is made once for a connection, often of tables that were empty then and of which the server knows nothing. It
// must be one that looks rows up: a plan that goes through a table, or through an index of it, was as good when it was
// made, and takes longer with each mail.
func TestAddUsesIndexes(t *testing.T) {
	e, err := onServer(t)(t.TempDir())(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := db.New(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// Twice, the second time delivered earlier; then a forgery that turns out to be the original.
	for _, hours := range []int{5, 4, 3} {
		for i := range 30 {
			if _, err := s.Add(t.Context(), []db.Delivery{{Mail: planMail(i, hours), Frame: db.Compress(nil)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
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

// large are the tables that grow with what is stored.
var large = map[string]bool{"mail": true, "raw": true, "ref": true, "patch": true, "cover": true, "reply": true,
	"series": true, "event": true, "person": true, "address": true, "decision": true, "log": true, "restated": true}

// scansOf are the steps of a plan that go through large tables. One that ends after a few rows does not.
func scansOf(plan postgres.Step) (scans []string) {
	if plan.Type == "Limit" {
		return nil
	}
	through := plan.Type == "Bitmap Index Scan" || large[plan.Table] && strings.HasPrefix(plan.Type, "Index")
	if through && plan.Cond == "" || large[plan.Table] && plan.Type == "Seq Scan" {
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

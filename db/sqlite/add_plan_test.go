package sqlite

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// What a Store really asks and writes while mails are added must not cost more the more is stored. wantIndexed looks at
// the plans of the methods; here it is those that are called.
func TestAddUsesIndexes(t *testing.T) {
	e := newEngine(t)
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	// Twice, the second time delivered earlier; then a forgery that turns out to be the original; then in new batches.
	for _, hours := range []int{5, 4, 3} {
		for i := range 30 {
			if _, err := s.Add(ctx, []db.Delivery{{Mail: planMail(i, hours), Frame: db.Compress(nil)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	asked := map[string][]any{}
	for query := range e.writer.stmts {
		word, _, _ := strings.Cut(strings.TrimSpace(query), " ")
		if slices.Contains([]string{"SELECT", "UPDATE", "DELETE", "INSERT", "WITH"}, word) {
			args := make([]any, strings.Count(query, "?"))
			if strings.Contains(query, "?1") {
				args = args[:1]
			}
			asked[query] = args
		}
		wantCompiledOnce(t, query)
	}
	if len(asked) < 15 {
		t.Errorf("only %d statements", len(asked))
	}
	wantIndexed(t, e, asked)
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

package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/track"
)

// The promise: the database is a function of the set of mails delivered. Whatever the mails, and in whatever order and
// batches they are added, the dump is the same to the byte, and the same again after a rebuild.
func (u suite) TestOrderDoesNotMatter(t *testing.T) {
	OrderDoesNotMatter(t, u.make, func(ctx context.Context, s *db.Store) error { return s.Rebuild(ctx, nil) })
}

// OrderDoesNotMatter is the test of that name with a rebuild that takes as few mails at once as it can.
func OrderDoesNotMatter(t *testing.T, make Maker, bySmallParts func(ctx context.Context, s *db.Store) error) {
	u := suite{make}
	rapid.Check(t, func(t *rapid.T) {
		mails := anyMails(t)
		configured := rapid.Bool().Draw(t, "configured")
		one := u.openConfigured(t, configured)
		want := ""
		addInBatches(t, one, mails, func() { want = dump(t, one) })

		other := u.openConfigured(t, configured)
		add(t, other, rapid.Permutation(mails).Draw(t, "order")...)
		sameDump(t, "added at once in another order", dump(t, other), want)
		for _, s := range []*db.Store{one, other} { // what a dump can't tell
			if c, err := s.Check(context.Background(), nil); err != nil || len(c.Faults) > 0 {
				t.Fatalf("check: %v, %v", c.Faults, err)
			}
		}
		if err := one.Rebuild(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		sameDump(t, "rebuilt", dump(t, one), want)
		if err := bySmallParts(context.Background(), one); err != nil {
			t.Fatal(err)
		}
		sameDump(t, "rebuilt part by part", dump(t, one), want)
		if c, err := one.Check(context.Background(), nil); err != nil || len(c.Faults) > 0 {
			t.Fatalf("check of what was rebuilt part by part: %v, %v", c.Faults, err)
		}
		if changed, _, err := other.Reread(context.Background(), readJSON, nil); err != nil || changed != 0 {
			t.Fatalf("reread: %d changed, %v", changed, err)
		}
		sameDump(t, "reread", dump(t, other), want)
	})
}

// addInBatches adds the mails in batches of any size, and calls done at the end.
func addInBatches(t *rapid.T, s *db.Store, mails []*track.Mail, done func()) {
	most := rapid.SampledFrom([]int{1, 1, 2, 5, 30}).Draw(t, "batch")
	for len(mails) > 0 {
		n := rapid.IntRange(1, min(most, len(mails))).Draw(t, "of")
		add(t, s, mails[:n]...)
		mails = mails[n:]
	}
	done()
}

func sameDump(t tester, how, got, want string) {
	if got != want {
		only, missing := difference(got, want)
		t.Fatalf("%s:\nonly so:\n%s\nnot so:\n%s", how, only, missing)
	}
}

// asJSON makes bytes of a mail that readJSON reads again.
func asJSON(m *track.Mail) db.Delivery {
	facts := *m
	facts.Delivered, facts.ImportedAs = time.Time{}, "" // these are not in the bytes
	raw, err := json.Marshal(facts)
	if err != nil {
		panic(err)
	}
	d := *m
	d.SHA256 = sha256.Sum256(raw)
	return db.Delivery{Mail: &d, Frame: db.Compress(raw), Raw: raw}
}

func readJSON(raw []byte) (*track.Mail, error) {
	m := &track.Mail{}
	err := json.Unmarshal(raw, m)
	m.SHA256 = sha256.Sum256(raw)
	return m, err
}

// anyMails draws deliveries among few ids, so that they meet: threads of every shape, copies of one mail with other
// bytes, of another kind even, the same bytes delivered twice, and references to anything.
func anyMails(t *rapid.T) []*track.Mail {
	n := rapid.SampledFrom([]int{3, 6, 12, 24}).Draw(t, "ids")
	var mails []*track.Mail
	for i := range n {
		m := anyMail(t, i, n)
		mails = append(mails, m)
		for range rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2}).Draw(t, "copies") {
			mails = append(mails, anyCopy(t, m, i, n))
		}
	}
	return rapid.Permutation(mails).Draw(t, "order of arrival")
}

func anyMail(t *rapid.T, i, n int) *track.Mail {
	m := &track.Mail{
		MsgID:     letter(i),
		From:      anyPerson(t),
		ListIDs:   anyLists(t),
		To:        anyTo(t),
		Content:   rapid.SampledFrom([]string{"a text", "another"}).Draw(t, "text"),
		Delivered: epoch.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "delivered")) * 7 * time.Minute),
		State:     rapid.SampledFrom([]string{"", "", "", "Accepted", "no state"}).Draw(t, "state"),
		Ignore:    rapid.IntRange(0, 14).Draw(t, "ignore") == 0,
	}
	m.Date, m.ImportedAs = anyDate(t), anyImport(t)
	if rapid.IntRange(0, 6).Draw(t, "behind") == 0 {
		m.RealSender = &track.Person{Name: "Eve", Email: "eve@example.org"}
		m.From.Email = "frob@lists.example.org"
	}
	anyKind(t, m)
	anyRefs(t, m, i, n)
	return m
}

// anyImport is the list whose archive a mail came in, mostly none.
func anyImport(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", "", "", "frob.lists.example.org", "widget.lists.example.org"}).Draw(t,
		"imported as")
}

// anyDate is near the deliveries, or absent, or such that the delivery counts, for all copies of the mail or for the
// earlier only.
func anyDate(t *rapid.T) time.Time {
	switch rapid.IntRange(0, 9).Draw(t, "dated") {
	case 0:
		return time.Time{}
	case 1:
		return epoch.Add(track.MaxAhead + time.Duration(rapid.IntRange(0, 30).Draw(t, "ahead"))*7*time.Minute)
	case 2:
		return rapid.SampledFrom([]time.Time{time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
			time.Unix(0, 0).UTC()}).Draw(t, "odd date")
	}
	return epoch.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "date")) * 9 * time.Minute)
}

func letter(i int) string { return fmt.Sprintf("<%c@x>", 'a'+i) }

func anyPerson(t *rapid.T) track.Person {
	return track.Person{
		Name: rapid.SampledFrom([]string{"Ann", "Ann", "Ann B.", ""}).Draw(t, "name"),
		Email: rapid.SampledFrom([]string{"ann@example.org", "ann@example.org", "ann@example.org", "bob@example.org",
			""}).Draw(t, "sender"),
	}
}

func anyLists(t *rapid.T) []string {
	const frob, widget = "frob.lists.example.org", "widget.lists.example.org"
	return rapid.SampledFrom([][]string{{frob}, {frob}, {frob}, {frob}, {frob}, {frob}, {widget}, {widget, frob}, nil,
		{"other.example.org"}, {"no list id", frob}}).Draw(t, "lists")
}

func anyTo(t *rapid.T) []string {
	return rapid.SampledFrom([][]string{nil, {"frob@lists.example.org"},
		{"widget@lists.example.org", "frob@lists.example.org"}}).Draw(t, "to")
}

func anyKind(t *rapid.T, m *track.Mail) {
	kind := rapid.SampledFrom([]string{"reply", "reply", "reply", "talk", "single", "cover", "numbered", "numbered",
		"numbered", "numbered", "pull"}).Draw(t, "kind")
	m.Reply = kind == "reply"
	s := &m.Subject
	s.Version, s.Rest = 1, kind
	if rapid.IntRange(0, 3).Draw(t, "version") == 0 {
		s.Version = 2
	}
	switch kind {
	case "cover", "numbered", "pull":
		s.Marked = true
		s.Total = rapid.SampledFrom([]int{0, 2, 3, 3, 3, 3}).Draw(t, "total")
	}
	switch kind {
	case "single":
		m.Diff, m.Hash = "a diff", "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	case "numbered":
		s.Number = rapid.IntRange(1, 4).Draw(t, "number")
		m.Diff = "a diff"
	case "pull":
		m.PullURL = "git://example.org/frob"
	}
	s.Prefixes = []string{"frob", fmt.Sprintf("%d/%d", s.Number, s.Total)}
	s.Full = fmt.Sprintf("[%d/%d] %s", s.Number, s.Total, kind)
}

// anyRefs are of mails nearby, of a hub that many refer to, of one that never came, or of anything, itself too.
func anyRefs(t *rapid.T, m *track.Mail, i, n int) {
	for range rapid.SampledFrom([]int{0, 1, 1, 1, 2, 3}).Draw(t, "references") {
		r := rapid.IntRange(0, n-1).Draw(t, "any")
		switch rapid.SampledFrom([]string{"before", "before", "after", "hub", "lost", "any"}).Draw(t, "reference") {
		case "before":
			r = max(i-1-r%3, 0)
		case "after":
			r = min(i+1+r%3, n-1)
		case "hub":
			r = 0
		case "lost":
			r = n + r%2
		}
		if ref := letter(r); !slices.Contains(m.Refs, ref) {
			m.Refs = append(m.Refs, ref)
		}
	}
}

// anyCopy is another delivery of a mail: of the same bytes, of the same mail through another list, or of another mail
// altogether that only claims its Message-ID.
func anyCopy(t *rapid.T, m *track.Mail, i, n int) *track.Mail {
	switch rapid.SampledFrom([]string{"same", "list", "other"}).Draw(t, "copy") {
	case "same":
		c := *m
		c.ImportedAs = anyImport(t)
		c.Delivered = m.Delivered.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "later")) * 7 * time.Minute)
		return &c
	case "list":
		c := *m
		c.ListIDs = anyLists(t)
		return &c
	}
	return anyMail(t, i, n)
}

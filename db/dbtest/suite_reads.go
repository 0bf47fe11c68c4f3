package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

func idsOf(found []track.MailView) string {
	var out []string
	for _, v := range found {
		out = append(out, strings.Trim(v.MsgID, "<>"))
	}
	return strings.Join(out, " ")
}

func (u suite) TestFind(t *testing.T) {
	s := u.open(t)
	elsewhere := made("1@x", 1, "[1/2] one", "c@x")
	elsewhere.ListIDs = []string{"other.example.org"}
	add(t, s, append(thread(), elsewhere)...)
	for _, tt := range []struct{ project, id, want string }{
		{"", "s@x", "s@x"}, {"", "<s@x>", "s@x"}, {"", "6", "s@x"}, {"", "r", "r1@x r2@x rt@x rs@x"},
		{"", "<r", "r1@x r2@x rt@x rs@x"},
		{"", "R", ""}, {"", "1@x", "1@x 1@x"}, {"other.example.org", "1@x", "1@x"}, {"other.example.org", "s@x", ""},
		{"", "99", ""},
		{"", "%", ""}, {"none", "s@x", ""}, {listID, "6", "s@x"}, {"other.example.org", "6", ""},
	} {
		found, err := s.Find(context.Background(), tt.project, tt.id)
		if got := idsOf(found); err != nil || got != tt.want {
			t.Errorf("%s in %q: %s, %v, want %s", tt.id, tt.project, got, err, tt.want)
		}
	}
	found, err := s.Find(context.Background(), "", "r2@x")
	if err != nil || len(found) != 1 || found[0].Kind != "comment" || found[0].Parent != "<1@x>" ||
		!slices.Equal(found[0].Refs, []string{"<r1@x>"}) {
		t.Errorf("%+v, %v", found, err)
	}
}

func (u suite) TestMembersAndComments(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	ignored := made("i@x", 9, "Re: one", "1@x")
	ignored.Ignore = true
	mails := append(thread(), ignored, made("late@x", 2, "Re: one", "i@x"))
	slices.Reverse(mails)
	add(t, s, mails...)
	members, err := s.Members(ctx, seriesOf(t, s, "2@x").ID)
	if got := idsOf(members); err != nil || got != "c@x 1@x 2@x" {
		t.Errorf("members: %s, %v", got, err)
	}
	comments, err := s.Comments(ctx, number(t, s, "1@x"))
	if got := idsOf(comments); err != nil || got != "late@x r1@x r2@x" {
		t.Errorf("comments: %s, %v", got, err)
	}
	if members, err := s.Members(ctx, 99); err != nil || len(members) > 0 {
		t.Errorf("of no series: %v, %v", members, err)
	}
}

func (u suite) TestCopies(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	var mails []*track.Mail
	for i, minute := range []int{5, 3, 4} {
		m := made("1@x", 0, "one")
		m.Content, m.Delivered = fmt.Sprint("copy ", i), epoch.Add(time.Duration(minute)*time.Minute)
		mails = append(mails, m)
	}
	direct := made("1@x", 0, "one, by address")
	direct.ListIDs, direct.To = nil, []string{frob.ListEmail}
	add(t, s, append(mails, direct)...)
	for mail := range int64(4) {
		copies, err := s.Copies(ctx, mail+1)
		var got []int64
		for _, c := range copies {
			got = append(got, c.ID)
		}
		if err != nil || !slices.Equal(got, []int64{2, 3, 1, 4}) {
			t.Errorf("of %d: %v, %v", mail+1, got, err)
		}
		if err == nil && !copies[0].Delivered.Equal(mails[1].Delivered) {
			t.Errorf("delivered %s", copies[0].Delivered)
		}
	}
	found, err := s.Find(ctx, "", "1@x")
	if err != nil || len(found) != 1 || found[0].Variants != 3 {
		t.Errorf("%+v, %v", found, err)
	}
}

func (u suite) TestWhy(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	add(t, s, append(thread(), made("r3@x", 9, "Re: lost", "lost@x", "r2@x"))...)
	why, err := s.Why(ctx, number(t, s, "r3@x"))
	if err != nil || why.Through != "<r2@x>" || !slices.Equal(why.Missing, []string{"<lost@x>"}) || why.Series != nil {
		t.Errorf("%+v, %v", why, err)
	}
	if why, err = s.Why(ctx, number(t, s, "2@x")); err != nil || len(why.Series) != 3 {
		t.Errorf("%+v, %v", why, err)
	}
	if why, err = s.Why(ctx, 99); err != nil || why.Series != nil || why.Through != "" || why.Missing != nil {
		t.Errorf("%+v, %v", why, err)
	}
}

func (u suite) TestHoldsAndRaw(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	one, two := asJSON(made("1@x", 0, "one")), asJSON(made("2@x", 0, "two"))
	if _, err := s.Add(ctx, []db.Delivery{one}); err != nil {
		t.Fatal(err)
	}
	held, err := s.Holds(ctx, []engine.Sum{two.Mail.SHA256, one.Mail.SHA256, one.Mail.SHA256})
	if err != nil || !slices.Equal(held, []bool{false, true, true}) {
		t.Errorf("%v, %v", held, err)
	}
	if raw, err := s.Raw(ctx, 1); err != nil || string(raw) != string(one.Raw) {
		t.Errorf("%s, %v", raw, err)
	}
	if _, err := s.Raw(ctx, 2); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("of a mail that is not there: %v", err)
	}
}

func (u suite) TestMaildirs(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	if err := s.Watch(ctx, "", []string{"/b", "/a"}); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Second)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Watched(ctx, "", engine.Maildir{Path: "/b", LastMail: now, LastScan: now, Paused: "the disk is full"},
		engine.Maildir{Path: "/none", LastMail: now}))
	must(s.Watched(ctx, "", engine.Maildir{Path: "/b", LastEvent: now},
		engine.Maildir{Path: "/a", LastScan: now.Add(-2 * time.Hour)}))
	all, err := s.Maildirs(ctx)
	if err != nil || len(all) != 2 || all[0].Path != "/a" ||
		all[1] != (engine.Maildir{Path: "/b", LastMail: now, LastEvent: now, LastScan: now}) {
		t.Errorf("%+v, %v", all, err)
	}
	must(s.Watch(ctx, "", []string{"/c"})) // nobody has scanned /a for hours
	if all, err = s.Maildirs(ctx); err != nil || len(all) != 2 || all[0].Path != "/b" || all[1].Path != "/c" {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestMaildirsOfHosts: each host writes its own, also of one path. What a machine noted before it had a name goes.
func (u suite) TestMaildirsOfHosts(t *testing.T) {
	ctx := context.Background()
	at := u.database(t)
	s := at.store(t)
	now := time.Now().UTC().Truncate(time.Second)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	hosts := func() (said string) {
		all, err := s.Maildirs(ctx)
		must(err)
		for _, m := range all {
			said += m.Host + m.Path + fmt.Sprint(" ", m.Waiting, m.Failed) + m.Paused + ";"
		}
		return said
	}
	must(s.Watch(ctx, "", []string{"/m"}))
	must(s.Watch(ctx, "mx1", []string{"/m"}))
	must(s.Watch(ctx, "mx2", []string{"/n", "/m"}))
	must(s.Watched(ctx, "mx2", engine.Maildir{Path: "/m", Waiting: 3, Oldest: now, Failed: 2, Paused: "full"}))
	must(s.Watched(ctx, "mx1", engine.Maildir{Path: "/n", Waiting: 9})) // it has none of that path
	if said := hosts(); said != "mx1/m 0 0;mx2/m 3 2full;mx2/n 0 0;" {
		t.Error(said)
	}
	all, err := s.Maildirs(ctx)
	if err != nil || all[1].Seen.Before(now) || !all[1].Oldest.Equal(now) {
		t.Errorf("%+v, %v", all[1], err)
	}
	long := now.Add(-8 * 24 * time.Hour)
	at.write(t, func(tx engine.Tx) error {
		return tx.PutMaildirs("mx2", []engine.Maildir{{Path: "/m", LastScan: long, Seen: long}})
	})
	must(s.Watch(ctx, "mx1", []string{"/m"}))
	if said := hosts(); said != "mx1/m 0 0;" {
		t.Error(said)
	}
}

// TestRepositories: each path and list has a place of its own, the last that was noted.
func (u suite) TestRepositories(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	for _, noted := range [][]engine.Repository{
		{{Path: "/b", ReadTo: "1"}, {Path: "/a", ListID: "l.x", ReadTo: "2"}},
		{{Path: "/a", ReadTo: "3"}, {Path: "/b", ReadTo: "4"}},
		nil,
	} {
		if err := s.ReadTo(ctx, noted); err != nil {
			t.Fatal(err)
		}
	}
	want := []engine.Repository{{Path: "/a", ReadTo: "3"}, {Path: "/a", ListID: "l.x", ReadTo: "2"}, {Path: "/b",
		ReadTo: "4"}}
	if all, err := s.Repositories(ctx); err != nil || !slices.Equal(all, want) {
		t.Errorf("%+v, %v, want %+v", all, err, want)
	}
}

func (u suite) TestStatus(t *testing.T) {
	s := u.open(t)
	nameless, ignored, nowhere, variant := made("n@x", 20, ""), made("i@x", 21, "Re: one", "1@x"),
		made("no@x", 22, "unrouted"), made("s@x", 23, "single")
	ignored.Ignore, nowhere.ListIDs = true, nil
	add(t, s, append(thread(), nameless, ignored, nowhere, variant)...)
	got, err := s.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	have := []int{got.Mails, got.Patches, got.Covers, got.Comments, got.Pending, got.Ignored, got.Unrouted,
		got.Variants, got.Series, got.Projects,
		got.OnSight, got.NoSubject, int(got.NewestNoSubject), got.Unfinished}
	if want := []int{13, 4, 1, 3, 2, 1, 1, 1, 3, 1, 1, 1, 10, 0}; !slices.Equal(have, want) {
		t.Errorf("%v, want %v: %+v", have, want, got)
	}
}

func (u suite) TestFilters(t *testing.T) {
	s := u.open(t)
	add(t, s, thread()...)
	add(t, s, from(made("b@x", 60, "50%_Off"), "Bob", "bob@example.org"), made("a@x", 61, "ÄRGER"),
		made("h@x", 70, "[1/2] half"))
	decide(t, s, "s@x", accepted)
	decide(t, s, "b@x", decided{"rejected", "Maint@example.org", false})
	for _, tt := range []struct {
		f               track.Filter
		patches, series string
	}{
		{track.Filter{}, "h a b 2 1", "h a b s 1"},
		{track.Filter{Archived: true}, "h a b s 2 1", "h a b s 1"},
		{track.Filter{Archived: true, Limit: 2}, "h a", "h a"},
		{track.Filter{Text: "SINGLE", Archived: true}, "s", "s"},
		{track.Filter{Text: "cover"}, "", "1"},
		{track.Filter{Text: "%_o"}, "b", "b"},
		{track.Filter{Text: "ärger"}, "", ""},
		{track.Filter{Text: "Ärger"}, "a", "a"},
		{track.Filter{Submitter: "BOB"}, "b", "b"},
		{track.Filter{Submitter: "BOB@example.org"}, "b", "b"},
		{track.Filter{Submitter: "bob@example"}, "", ""},
		{track.Filter{Submitter: "Ann@Example.org"}, "h a 2 1", "h a s 1"},
		{track.Filter{Submitter: "EXAMPLE"}, "h a b 2 1", "h a b s 1"}, // a part of an address
		{track.Filter{States: []track.State{"accepted", "rejected"}, Archived: true}, "b s", "b s"},
		{track.Filter{States: []track.State{"new"}}, "h a 2 1", "h a 1"},
		{track.Filter{Delegate: "MAINT@example.org", Archived: true}, "s", "s"},
		{track.Filter{Since: epoch.Add(60 * time.Minute), Until: epoch.Add(61 * time.Minute)}, "b", "b"},
		{track.Filter{Project: listID, Series: 1}, "2 1", "1"},
		{track.Filter{Project: "none"}, "", ""},
		{track.Filter{Incomplete: true}, "h a b 2 1", "h"},
		{track.Filter{ID: 10}, "b", "h a b s 1"},
	} {
		patches, err := s.Patches(context.Background(), tt.f)
		if err != nil {
			t.Fatal(err)
		}
		series, err := s.SeriesList(context.Background(), tt.f)
		if err != nil {
			t.Fatal(err)
		}
		var p, v []string
		for _, x := range patches {
			p = append(p, strings.Trim(strings.TrimSuffix(x.MsgID, "@x>"), "<"))
		}
		for _, x := range series {
			v = append(v, strings.Trim(strings.TrimSuffix(x.Key, "@x>"), "<"))
		}
		if got, want := strings.Join(p, " "), tt.patches; got != want {
			t.Errorf("%+v: patches %s, want %s", tt.f, got, want)
		}
		if got, want := strings.Join(v, " "), tt.series; got != want {
			t.Errorf("%+v: series %s, want %s", tt.f, got, want)
		}
	}
}

// A rebuild that is ended before it is done changes nothing.
func (u suite) TestRebuildBrokenOff(t *testing.T) {
	s := u.open(t)
	add(t, s, Archive(2500)...)
	before := dump(t, s)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if err := s.Rebuild(ctx, func(int, int) { stop() }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	wantSame(t, s, "broken off", before)
}

// A mail that is longer than any that could be read again is refused.
func (u suite) TestLongMail(t *testing.T) {
	d := asJSON(made("long@x", 0, "long"))
	d.Raw, d.Frame = make([]byte, 64<<20+1), nil
	added, err := u.open(t).Add(context.Background(), []db.Delivery{d})
	if err != nil || len(added) != 1 || added[0].Err == nil {
		t.Error(added, err)
	}
}

package adopt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/db"
	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
	"patchwatch/db/postgres/pgtest"
	"patchwatch/track"
)

func openEmpty(t *testing.T) *db.Store {
	t.Helper()
	var s *db.Store
	var err error
	if pgtest.Wanted() {
		s, err = engines.Open(t.Context(), pgtest.Database(t, ""))
	} else {
		s, err = db.New(t.Context(), dbtest.NewMemory())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// runner takes over from a server into a store; left gets what is not taken over.
func runner(t *testing.T, f *fake, s *db.Store) (r *Run, left *[]string) {
	t.Helper()
	c, _ := client(t, f.URL, "")
	if err := c.Dial(t.Context()); err != nil {
		t.Fatal(err)
	}
	left = new([]string)
	return &Run{Client: c, Store: s, By: "mover", Tell: func(string, int) {},
		Left: func(_, sentence string) { *left = append(*left, sentence) },
		AddProject: func(ctx context.Context, p track.Project) error {
			_, err := s.AddProject(ctx, "mover", p, nil, nil)
			return err
		}}, left
}

// all takes every project over.
func (r *Run) all(ctx context.Context) (taken map[string]int, err error) {
	if err := r.Open(ctx); err != nil {
		return nil, err
	}
	projects, err := r.Projects(ctx, nil)
	taken = map[string]int{}
	for _, p := range projects {
		if err != nil {
			break
		}
		var out Result
		out, err = r.Project(ctx, p)
		for what, n := range out.Taken {
			taken[what] += n
		}
	}
	return taken, err
}

// all that is stored of what was taken over, in lines.
func stored(t *testing.T, s *db.Store) (out []string) {
	t.Helper()
	ctx := t.Context()
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	projects, err := s.Projects(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range projects {
		say("project %d %s %s %s %s", p.ID, p.LinkName, p.ListID, p.ListEmail, p.WebURL)
	}
	users, _ := s.Users(ctx)
	for _, u := range users {
		say("user %d %s %v maintains %v", u.ID, u.Name, u.Emails, u.Maintains)
	}
	bundles, _ := s.Bundles(ctx, 0)
	for _, b := range bundles {
		say("bundle %d of %d in %d %s %v %v", b.ID, b.Owner, b.Project, b.Name, b.Public, b.Patches)
	}
	for _, id := range []int64{61, 62} {
		if c, err := s.CheckResult(ctx, id); err == nil {
			say("check %d %s %s %v %s %s %s", c.ID, c.MsgID, c.Date.Format("15:04:05.0"), c.State, c.Context, c.TargetURL,
				c.Description)
		}
	}
	if err := s.EachAdopted(ctx, 1, func(a engine.Adopted, m *db.Missing) error {
		say("%s %d %s %v", a.Kind, a.Number, a.MsgID, m.Why)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	lines, _ := s.Log(ctx, engine.LogQuery{})
	for _, l := range lines {
		if l.MsgID != "" {
			say("%s by %s of %s: %s", l.What, l.Actor, l.MsgID, l.After)
		}
	}
	slices.Sort(out)
	return out
}

var wanted = strings.Split(`addressed by mover of <r1@x>: yes
archived by mover of <2@x>: yes
bundle 2 of 7 in 5 next true [<3@x> <1@x>]
check 61 <1@x> 09:00:00.5 success build https://ci.example.org/1 fine
check 62 <3@x> 08:00:00.0 pending build  
check by carol of <1@x>: build success
check by carol of <3@x>: build pending
comment 71 <r0@x> its mail is not here yet
comment 71 <r1@x> its mail is not here yet
commit-ref by mover of <2@x>: c0ffee
cover 9 <0@x> its mail is not here yet
delegate by mover of <1@x>: carol@example.org
patch 101 <1@x> its mail is not here yet
patch 102 <2@x> its mail is not here yet
patch 103 <3@x> its mail is not here yet
project 5 frob frob.lists.example.org frob@lists.example.org https://frob.example.org
related by mover of <1@x>: <3@x>
related by mover of <3@x>: <1@x>
series 40 <0@x> its mail is not here yet
series 41 <3@x> its mail is not here yet
state by carol of <1@x>: accepted
state by mover of <2@x>: needs-ack
user 7 carol [carol@example.org] maintains [5]`, "\n")

func wantStored(t *testing.T, when string, s *db.Store) {
	t.Helper()
	if got := stored(t, s); !slices.Equal(got, wanted) {
		t.Errorf("%s, there is\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(wanted, "\n"))
	}
}

func TestTakesOver(t *testing.T) {
	f, s := newFake(t).filled(), openEmpty(t)
	r, left := runner(t, f, s)
	if _, err := r.all(t.Context()); err != nil || len(*left) > 0 {
		t.Fatal(err, *left)
	}
	wantStored(t, "after a run", s)
	f.requests()
	taken, err := r.all(t.Context())
	if err != nil || len(*left) > 0 {
		t.Fatal(err, *left)
	}
	for what, n := range taken {
		if n > 0 && !slices.Contains([]string{"patches", "covers", "series", "bundles"}, what) {
			t.Errorf("again it took %d of %s", n, what)
		}
	}
	wantStored(t, "after another", s)
	for _, path := range f.requests() {
		if strings.Contains(path, "comments/") || strings.Contains(path, "/101/checks/") {
			t.Errorf("again it asked for %s", path)
		}
	}
}

// Old servers have less, and what they have is taken.
func TestOldServer(t *testing.T) {
	f, s := newFake(t).filled(), openEmpty(t)
	f.version = 0
	for _, p := range f.lists["patches/"] {
		delete(p, "related")
	}
	r, left := runner(t, f, s)
	if _, err := r.all(t.Context()); err != nil || len(*left) > 0 {
		t.Fatal(err, *left)
	}
	got := strings.Join(stored(t, s), "\n")
	for _, line := range wanted {
		if has := strings.Contains(got, line); has == (strings.HasPrefix(line, "related") ||
			strings.HasPrefix(line, "comment 71") || strings.HasPrefix(line, "addressed")) {
			t.Errorf("%v of %s", has, line)
		}
	}
}

var errKilled = errors.New("killed")

// A run that ends at any request goes on later, and all is as if it had not.
func TestBrokenOff(t *testing.T) {
	f := newFake(t).filled()
	for last := 1; ; last++ {
		s, n := openEmpty(t), 0
		r, _ := runner(t, f, s)
		runs := 0
		for {
			runs++
			ctx, cancel := context.WithCancelCause(t.Context())
			n = 0
			f.before = func(http.ResponseWriter, *http.Request) bool {
				if n++; n == last && runs <= 20 {
					cancel(errKilled)
				}
				return false
			}
			_, err := r.all(ctx)
			cancel(nil)
			if err == nil {
				break
			}
			if !errors.Is(err, errKilled) && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		wantStored(t, fmt.Sprintf("broken off at request %d, in %d runs", last, runs), s)
		if runs == 1 {
			return
		}
	}
}

// What changes there later is taken by the next run.
func TestNews(t *testing.T) {
	f, s := newFake(t).filled(), openEmpty(t)
	r, _ := runner(t, f, s)
	if _, err := r.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := f.lists["patches/"][2]
	p["state"], p["archived"] = "rejected", true
	f.lists["patches/103/checks/"] = append(f.lists["patches/103/checks/"], row{"id": 63, "user": row{"id": 7,
		"username": "carol"},
		"date": "2026-10-05T08:00:00", "state": "fail", "context": "build"})
	f.lists["patches/101/comments/"] = append(f.lists["patches/101/comments/"], row{"id": 72, "msgid": "<r2@x>"})
	mail := row{"id": 103, "msgid": "<3@x>"}
	f.lists["events/"] = append(f.lists["events/"],
		row{"id": 4, "category": "check-created", "date": "2026-10-05T08:00:00", "payload": row{"patch": mail}},
		row{"id": 5, "category": "patch-comment-created", "date": "2026-10-05T08:00:00",
			"payload": row{"patch": row{"id": 101}}})
	taken, err := r.all(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for what, n := range map[string]int{"state": 1, "archived": 1, "check": 1} {
		if taken[what] != n {
			t.Errorf("%d of %s were taken", taken[what], what)
		}
	}
	if got := strings.Join(stored(t, s), "\n"); !strings.Contains(got, "comment 72 <r2@x>") {
		t.Errorf("the comment is not there:\n%s", got)
	}
}

// A project that is here already is taken, by name or by list, and its settings stay.
func TestProjectIsHere(t *testing.T) {
	for name, p := range map[string]track.Project{
		"name": {LinkName: "Frob", ListID: "frob.lists.example.org", WebURL: "https://ours.example.org"},
		"list": {LinkName: "ours", ListID: "frob.lists.example.org"},
	} {
		f, s := newFake(t).filled(), openEmpty(t)
		if _, err := s.AddProject(t.Context(), "ann", p, nil, nil); err != nil {
			t.Fatal(err)
		}
		r, _ := runner(t, f, s)
		if _, err := r.all(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := s.Projects(t.Context())
		if err != nil || len(all) != 1 || all[0].LinkName != p.LinkName || all[0].WebURL != p.WebURL {
			t.Errorf("by %s: %+v, %v", name, all, err)
		}
	}
	f, s := newFake(t).filled(), openEmpty(t)
	other := track.Project{LinkName: "frob", ListID: "another.example.org"}
	if _, err := s.AddProject(t.Context(), "ann", other, nil, nil); err != nil {
		t.Fatal(err)
	}
	r, _ := runner(t, f, s)
	if _, err := r.all(t.Context()); err == nil || !strings.Contains(err.Error(),
		"is of the list another.example.org here") {
		t.Errorf("a project of another list: %v", err)
	}
}

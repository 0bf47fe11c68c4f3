package lookup_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/lookup"
	"patchwatch/search"
	"patchwatch/track"
	"patchwatch/web/find"
)

func question(t *testing.T, query string) find.Question {
	t.Helper()
	n, _, err := search.Parse(query, search.Options{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return find.Question{Tree: n}
}

// TestServerPages: pages from either end are the whole, cut, and the best come first if that is wanted.
func TestServerPages(t *testing.T) {
	s := openStore(t)
	x := lookup.Open(s)
	defer x.Close()
	server := &lookup.Server{Store: s, Index: x}
	if st, err := server.State(t.Context()); err != nil || st.Indexed != 0 || st.Version != "" {
		t.Errorf("before there is an index: %v %v", st, err)
	}
	for n := range 23 {
		more := ""
		if n == 7 {
			more = "\nfrob frob frob\n"
		}
		add(t, s, mail(n, more))
	}
	if f, err := server.Find(t.Context(), question(t, "frob")); err != nil || len(f.Mails) != 0 || f.Missing() != 23 {
		t.Errorf("before there is an index: %v %v", f, err)
	}
	if _, err := lookup.Update(t.Context(), s, x, 0, nil); err != nil {
		t.Fatal(err)
	}
	st, err := server.State(t.Context())
	if err != nil || st.Missing() != 0 || st.Version == "" {
		t.Errorf("%v %v", st, err)
	}
	all, err := server.Find(t.Context(), question(t, "frob"))
	if err != nil || len(all.Mails) != 23 || all.More || all.Indexed != st.Indexed || all.Stored != st.Stored {
		t.Fatalf("%v %v", all, err)
	}
	for _, oldest := range []bool{false, true} {
		want := slices.Clone(all.Mails)
		if oldest {
			slices.Reverse(want)
		}
		for limit := 1; limit < 26; limit++ {
			for skip := range 26 {
				q := question(t, "frob")
				q.Oldest, q.Skip, q.Limit = oldest, skip, limit
				f, err := server.Find(t.Context(), q)
				from, to := min(skip, 23), min(skip+limit, 23)
				for _, m := range f.Mails {
					if f.Known[m] != (find.Known{Role: track.RolePatch, State: track.StateNew}) {
						t.Errorf("mail %d is known to be %v", m, f.Known[m])
					}
				}
				if err != nil || !slices.Equal(f.Mails, want[from:to]) || f.More != (skip+limit < 23) {
					t.Fatalf("%v: %v %v, want %v", q, f, err, want[from:to])
				}
			}
		}
	}
	q := question(t, "frob")
	q.Relevant, q.Limit = true, 1
	if f, err := server.Find(t.Context(), q); err != nil || len(f.Mails) != 1 || f.Mails[0] != 8 || !f.More {
		t.Errorf("the best: %v %v", f, err)
	}
	q.Relevant, q.Limit, q.Among = false, 0, []int64{3, 4, 1000}
	if f, err := server.Find(t.Context(), q); err != nil || !slices.Equal(f.Mails, []int64{4, 3}) {
		t.Errorf("among some: %v %v", f, err)
	}
	q.Scope = track.Scope{Without: []int64{1}}
	if f, err := server.Find(t.Context(), q); err != nil || len(f.Mails) != 0 {
		t.Errorf("of another project: %v %v", f, err)
	}
	add(t, s, mail(23, ""))
	if later, err := server.State(t.Context()); err != nil || later.Version != st.Version || later.Missing() != 1 {
		t.Errorf("a mail later: %v %v", later, err)
	}
	if _, err := lookup.Update(t.Context(), s, x, 0, nil); err != nil {
		t.Fatal(err)
	}
	if later, err := server.State(t.Context()); err != nil || later.Version == st.Version || later.Missing() != 0 {
		t.Errorf("when it is indexed: %v %v", later, err)
	}
}

// TestServerRefuses says in words that may be told what is not answered.
func TestServerRefuses(t *testing.T) {
	s := openStore(t)
	x := lookup.Open(s)
	defer x.Close()
	server := &lookup.Server{Store: s, Index: x}
	add(t, s, mail(1, ""))
	if _, err := lookup.Update(t.Context(), s, x, 0, nil); err != nil {
		t.Fatal(err)
	}
	q := question(t, "frob")
	q.Oldest, q.Skip, q.Limit = true, 10_000, 1
	_, err := server.Find(t.Context(), q)
	if no := find.Refused(""); !errors.As(err, &no) || !strings.HasSuffix(fmt.Sprint(no), ".") {
		t.Errorf("%v", err)
	}
}

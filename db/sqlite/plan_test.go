package sqlite

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

// recorder notes every question with its arguments.
type recorder struct {
	both.Asker
	asked map[string][]any
}

func (r *recorder) Each(query string, args []any, f func(scan func(...any) error) error) error {
	r.asked[query] = slices.Clone(args)
	return r.Asker.Each(query, args, f)
}

// recorded are the questions that are asked by f.
func recorded(t *testing.T, e *database, f func(v engine.View) error) map[string][]any {
	t.Helper()
	r := &recorder{Asker: e.writer, asked: map[string][]any{}}
	if err := f(queriesOf(r)); err != nil {
		t.Fatal(err)
	}
	return r.asked
}

// fullScan is a step of a plan that reads a whole table, or a whole index of it. People are looked through for a part
// of a name.
var fullScan = regexp.MustCompile(`^SCAN (mail|m|lm|v|pm|patch|p|cover|c|reply|r|ref|f|piece|` +
	`series|s|decision|d|log|event)\b(.*)`)

func plan(t *testing.T, e *database, query string, args []any) (steps []string) {
	t.Helper()
	if err := e.writer.Each("EXPLAIN QUERY PLAN "+query, args, func(scan func(...any) error) error {
		var step string
		err := scan(new(int), new(int), new(int), &step)
		steps = append(steps, step)
		return err
	}); err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	return steps
}

// wantIndexed looks at the plans of questions. A list of the newest may walk an index by date from its end, until it
// has enough, Unrouted the index of what it lists, and After and Events the numbers from one of them on.
func wantIndexed(t *testing.T, e *database, asked map[string][]any) {
	t.Helper()
	for query, args := range asked {
		steps := plan(t, e, query, args)
		for _, step := range steps {
			if m := fullScan.FindStringSubmatch(step); m != nil && !strings.Contains(m[2], "_newest") &&
				!strings.Contains(m[2], "_unrouted") {
				t.Errorf("a full scan:\n%s\n%s", strings.Join(steps, "\n"), query)
			}
		}
	}
}

// whileWriting asks all that is asked while mails are stored.
func whileWriting(v engine.View) error {
	named := []engine.Name{{Project: 1, MsgID: "<p1@x>"}, {MsgID: "<u@x>"}}
	at := func(_ any, err error) error { return err }
	errs := []error{
		at(v.Known([]engine.Bytes{{MsgID: "<p1@x>"}})), at(v.Copies(named)), at(v.Stands([]int64{2})),
		at(v.Mails([]int64{2})),
		at(v.Namings([]string{"ann@x.org"})), at(v.LastMail()), at(v.After(3, 2)),
		v.Frames([]int64{1}, func(int64, []byte) error { return nil }),
		at(v.Rows([]int64{1})), at(v.RowsNamed(1, []string{"<p1@x>"})),
		at(v.Marked(1, []engine.Marking{{Sender: "ann@x.org", Version: 1, Total: 2, To: 2000}})),
		at(v.Derived([]int64{2})), at(v.Series([]int64{1})), at(v.People([]string{"ann@x.org"})),
		at(v.Decisions(named)), at(v.SeriesNamed(1)), at(v.AnyPut(1)), at(v.AnyPair()),
		at(v.Pairs(named)), at(v.Puts(1, []string{"<p1@x>"})),
		at(v.Changes([]int64{0, 1})), at(v.Works()), at(v.Reading()),
	}
	for _, senders := range [][]string{nil, {"ann@x.org"}, {"ann@x.org", "bob@x.org"}} {
		errs = append(errs, at(v.Referrers(engine.Referring{Project: 1, To: []string{"<p1@x>"}, Senders: senders})))
	}
	_, _, err := v.LastEvent()
	return errors.Join(append(errs, err)...)
}

// whileReading asks all the rest but what may look through everything: Holds, Counts and streams.
func whileReading(v engine.View) error {
	at := func(_ any, err error) error { return err }
	var alike []engine.Likeness
	for _, by := range []engine.Feature{engine.ByTitle, engine.ByChange, engine.ByDiff, engine.ByEarlier} {
		for _, which := range []engine.Which{engine.Lower, engine.SameEarlier, engine.SameLater, engine.Higher} {
			alike = append(alike, engine.Likeness{Project: 1, By: by, Value: titlePatch, Text: "\x00", Which: which, Version: 2,
				Most: 9})
		}
	}
	named := []engine.Name{{Project: 1, MsgID: "<p1@x>"}}
	errs := []error{
		at(v.Alike(alike)), at(v.Beside(named, engine.Members)), at(v.LeadTo(named)),
		at(v.Members([]int64{1, 8})), at(v.Depending([]int64{1})),
		at(v.SeriesOf(named)),
		at(v.MailViews([]int64{1, 2})),
		at(v.Replies([]int64{2}, true, true)), at(v.Covers([]int64{2})), at(v.More([]int64{2})),
		at(v.Events(engine.EventQuery{Above: 1})),
		at(v.Log(engine.LogQuery{Project: "net", MsgID: "<q1@x>"})), at(v.Unrouted(9)),
		at(v.Log(engine.LogQuery{Actor: "ann", Below: 9, Most: 9})), at(v.Dictionaries()), at(v.Maildirs()), at(v.Projects()),
		at(v.Archived([]int64{2, 4})), at(v.NamedIn([]int64{1, 2}, []string{"<p1@x>"})),
		at(v.ReferringIn([]int64{1, 2}, []string{"<p1@x>"})),
		at(v.Recent(track.RecentQuery{Projects: []int64{1}, Most: 9})),
		at(v.Recent(track.RecentQuery{Projects: []int64{1}, Most: 9, Oldest: true})),
	}
	for _, project := range []string{"", "net"} {
		for _, f := range []engine.Finding{
			{ID: 2}, {MsgIDs: []string{"<p1@x>", "<u@x>"}}, {Beginning: "<p"}, {Beginning: "<p", Most: 20},
		} {
			f.Project = project
			errs = append(errs, at(v.Find(f)))
		}
	}
	return errors.Join(errs...)
}

// What adding a mail costs must not grow with what is stored.
func TestLookUpsUseIndexes(t *testing.T) {
	e, _, _ := openFilled(t)
	for _, ask := range []func(engine.View) error{whileWriting, whileReading} {
		asked := recorded(t, e, ask)
		if len(asked) < 15 {
			t.Errorf("only %d questions", len(asked))
		}
		wantIndexed(t, e, asked)
	}
}

// Of very many mails that are like another only the nearest are read: those of one version and date are all that is
// sorted.
func TestAlikeReadsTheNearest(t *testing.T) {
	e, _, _ := openFilled(t)
	for _, by := range []engine.Feature{engine.ByTitle, engine.ByChange, engine.ByDiff, engine.ByEarlier} {
		for _, which := range []engine.Which{engine.Lower, engine.SameEarlier, engine.SameLater, engine.Higher} {
			for _, known := range []bool{false, true} {
				steps := strings.Join(plan(t, e, alikeQuery(by, which, known), []any{"[]", 1}), "\n")
				if strings.Contains(steps, "TEMP B-TREE FOR ORDER BY") || !strings.Contains(steps, "FOR LAST TERM OF ORDER BY") {
					t.Errorf("by %d, which %d, %v:\n%s", by, which, known, steps)
				}
			}
		}
	}
}

func TestListsUseIndexes(t *testing.T) {
	e, _, _ := openFilled(t)
	for name, f := range map[string]track.Filter{
		"newest":               {Limit: 50},
		"of a project":         {Project: "net", Limit: 50},
		"of a state":           {Project: "net", States: []track.State{"new"}, Limit: 50},
		"of a state, anywhere": {States: []track.State{"new", "rfc"}, Limit: 50},
		"decided, anywhere":    {States: []track.State{"accepted"}, Limit: 50},
		"incomplete":           {Incomplete: true, Limit: 50},
		"of an address":        {Submitter: "ann@x.org", Limit: 50},
		"of a name":            {Submitter: "ann", Limit: 50},
		"of a delegate":        {Delegate: "ann@x.org", Limit: 50},
		"with a text":          {Project: "net", Text: "fix", Limit: 50},
		"of a time":            {Since: time.Unix(100, 0), Until: time.Unix(200, 0)},
		"of a series":          {Series: 1},
		"all of a project":     {Project: "net", Archived: true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := recorded(t, e, func(v engine.View) error {
				_, err := v.Patches(f)
				_, err2 := v.SeriesList(f)
				return errors.Join(err, err2)
			})
			wantIndexed(t, e, asked)
			for query := range asked {
				wantCompiledOnce(t, query)
			}
		})
	}
}

// What is written is found by index too. It is not when strays are dropped, nor when a mail is removed: for that SQLite
// looks through all references, lest one be left that leads nowhere.
func TestWritesUseIndexes(t *testing.T) {
	e, start, mails := openFilled(t)
	if err := e.Write(t.Context(), func(tx engine.Tx) error {
		d, refs := testDerived(), testRefs(mails)
		return errors.Join(
			tx.DropRefs(refs), tx.DropMails([]int64{4}), tx.DropSeries([]int64{8}), tx.DropPeople([]string{"bob@x.org"}),
			tx.Put(d),
			tx.Update(mails), tx.MoveDecisions(1, 2), tx.PutDecisions(start.decisions),
			tx.PutDecisions([]engine.Decision{{Name: start.decisions[0].Name}}),
			tx.PutProject(&start.projects[0]),
		)
	}); err != nil {
		t.Fatal(err)
	}
	written := map[string][]any{}
	for query := range e.writer.stmts {
		word, _, _ := strings.Cut(strings.TrimSpace(query), " ")
		if slices.Contains([]string{"UPDATE", "DELETE", "INSERT"}, word) {
			written[query] = make([]any, strings.Count(query, "?"))
		}
	}
	if len(written) < 15 {
		t.Errorf("only %d statements", len(written))
	}
	wantIndexed(t, e, written)
}

// wantCompiledOnce wants no question that would be compiled anew each time it is run: a join with "= ?" (see is), or
// any with "LIMIT ?".
func wantCompiledOnce(t *testing.T, query string) {
	t.Helper()
	if strings.Contains(query, " JOIN ") && regexp.MustCompile(`([^<>]=|IS) \?`).MatchString(query) {
		t.Errorf("= ? and not = +? in a join:\n%s", query)
	}
	if strings.Contains(query, "LIMIT ?") {
		t.Errorf("LIMIT ? and not LIMIT +?:\n%s", query)
	}
}

func TestQuestionsAreCompiledOnce(t *testing.T) {
	e, _, _ := openFilled(t)
	for _, ask := range []func(engine.View) error{whileWriting, whileReading} {
		for query := range recorded(t, e, ask) {
			wantCompiledOnce(t, query)
		}
	}
}

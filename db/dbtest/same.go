package dbtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Same does the same to both engines, at random and whether it makes sense or not, and asks both the same.
func Same(t *rapid.T, a, b engine.Engine) {
	ctx := context.Background()
	var reserved int64
	for range rapid.IntRange(1, 12).Draw(t, "transactions") {
		before := reserved
		r := &rows{t: t, learned: map[int64]bool{}, reserved: &reserved}
		if err := a.View(ctx, r.look); err != nil {
			t.Fatal(err)
		}
		var steps []step
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			steps = append(steps, r.anyStep())
		}
		var end error
		if rapid.IntRange(0, 5).Draw(t, "fails") == 0 {
			end, reserved = errors.New("the transaction fails"), before
		}
		q := anyQuestions(t)
		sameAnswers(t, "inside a transaction", write(t, a, steps, &q, end), write(t, b, steps, &q, end))
		sameAnswers(t, "after it", viewed(t, a, &q), viewed(t, b, &q))
	}
}

// write does the steps in one transaction and tells what it sees at its end.
func write(t *rapid.T, e engine.Engine, steps []step, q *questions, end error) (seen []string) {
	err := e.Write(context.Background(), func(tx engine.Tx) error {
		for _, s := range steps {
			answer, err := s.do(tx)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			seen = append(seen, s.name+answer)
		}
		seen = append(seen, answers(t, tx, q)...)
		return end
	})
	if !errors.Is(err, end) {
		t.Fatalf("%T: %v", e, err)
	}
	return seen
}

func viewed(t *rapid.T, e engine.Engine, q *questions) (seen []string) {
	if err := e.View(context.Background(), func(v engine.View) error {
		seen = answers(t, v, q)
		return nil
	}); err != nil {
		t.Fatalf("%T: %v", e, err)
	}
	return seen
}

func sameAnswers(t *rapid.T, when string, a, b []string) {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("%s, one says\n%s\nthe other\n%s", when, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Fatalf("%s, one gives %d answers, the other %d", when, len(a), len(b))
	}
}

// step is something that is done in a transaction. Its answer is what the engine filled in.
type step struct {
	name string
	do   func(engine.Tx) (answer string, err error)
}

// rows is what is stored before a transaction, so that steps keep to what all engines may demand: mails of a Message-ID
// differ in their bytes and at most one of a name is chosen, and what refers to a mail or project refers to one that is
// there.
type rows struct {
	t        *rapid.T
	mails    []engine.Mail
	projects []engine.Project
	refs     []engine.RefKey
	learned  map[int64]bool // the numbers of dictionaries
	reserved *int64         // numbers of new mails are above it
	accounts
}

func (r *rows) look(v engine.View) error {
	last, err := v.LastMail()
	if err != nil {
		return err
	}
	found, err := v.Mails(numbers(last))
	if err != nil {
		return err
	}
	for _, id := range numbers(last) {
		if m := found[id]; m != nil {
			r.mails = append(r.mails, *m)
		}
	}
	if r.projects, err = v.Projects(); err != nil {
		return err
	}
	all, err := v.Dictionaries()
	if err != nil {
		return err
	}
	for _, d := range all {
		r.learned[d.ID] = true
	}
	if err := r.accounts.look(v); err != nil {
		return err
	}
	return v.EachRef(func(k engine.RefKey) error {
		r.refs = append(r.refs, k)
		return nil
	})
}

func numbers(last int64) (out []int64) {
	for id := int64(1); id <= last; id++ {
		out = append(out, id)
	}
	return out
}

func oneOf[T any](t *rapid.T, what string, all ...T) T { return rapid.SampledFrom(all).Draw(t, what) }

func (r *rows) anyStep() step {
	kinds := []func() step{r.insert, r.insert, r.insert, r.update, r.remove, r.putRefs, r.dropRefs, r.put, r.put,
		r.put, r.drop,
		r.decide, r.pair, r.moveDecisions, r.tell, r.project, r.project, r.notes, r.program, r.program, r.program,
		r.restate, r.saveQuery, r.adopt, r.push}
	return oneOf(r.t, "step", kinds...)()
}

var (
	someIDs     = []string{"<a@x>", "<b@x>", "<B@x>", "<ab@x>", "<%_@x>", `<\ü@x>`}
	someSenders = []string{"ann@x.org", "bob@x.org", "b_b@x.org", ""}
	someNames   = []string{"", "Ann", "Ann B.", "ärger", "ÄRGER", "100%", `back\slash`, "under_score"}
	someTexts   = []string{"", "ann", "NN", "är", "%", "_", `\`, "@", "ann@X.org", "bob@x.org", "Ann@example.org",
		"Ann B", "o"}
	someStates = []track.State{"new", "accepted", "rejected"}
)

func (r *rows) anyTime(what string) time.Time {
	return epoch.Add(time.Duration(rapid.IntRange(0, 4).Draw(r.t, what)) * 30 * time.Minute) // many at one time
}

func (r *rows) anyProject() int64 {
	ids := []int64{0}
	for _, p := range r.projects {
		ids = append(ids, p.ID, p.ID)
	}
	return oneOf(r.t, "project", ids...)
}

func (r *rows) anyMail() int64 {
	ids := []int64{}
	for _, m := range r.mails {
		ids = append(ids, m.ID)
	}
	if len(ids) == 0 {
		return 0
	}
	return oneOf(r.t, "mail", ids...)
}

func ptr[T any](v T) *T { return &v }

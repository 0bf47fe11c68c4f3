package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestWritesOutliveTheirServer: bots post checks and set states while the server is killed at random and started again.
// Every check that was answered with 201 is there, once, and was told once; every patch has the state that was
// acknowledged last, or one that was asked for since and never answered. PATCHWATCH_LONG=1 kills it 200 times.
func TestWritesOutliveTheirServer(t *testing.T) {
	t.Parallel()
	kills := 20
	if os.Getenv("PATCHWATCH_LONG") != "" {
		kills = 200
	}
	w := newWorkplace(t)
	w.deliver("md", nil)
	for i := range 6 {
		w.deliverPatch(fmt.Sprintf("p%d@example.org", i))
	}
	w.watchOnce("md", 1)
	token := w.token("ci")
	port := freePort(t)
	b := bot{at: "http://" + address(port), token: token}
	serve := func() *process {
		p := w.start("serve", "--quiet", "--listen", address(port), "md")
		p.url()
		return p
	}
	p := serve()
	patches := b.patches(t, "")

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var running sync.WaitGroup
	posters, deciders := make([]poster, 3), make([]decider, 3)
	for i := range posters {
		running.Go(func() { posters[i].run(ctx, b, fmt.Sprint("bot", i), patches) })
	}
	for i := range deciders {
		running.Go(func() { deciders[i].run(ctx, b, patches[i]) })
	}
	for range kills {
		lives := 150 // milliseconds, at most
		if raceEnabled {
			lives *= 4
		}
		time.Sleep(time.Duration(rand.IntN(lives)) * time.Millisecond)
		p.kill()
		p = serve()
	}
	stop()
	running.Wait()

	lost := b.checksLost(t, patches, posters)
	for _, d := range deciders {
		d.holds(t, b)
	}
	p.stop()
	w.run("check", "md")
	t.Logf("%d kills: %s", kills, lost)
}

// impatient is a client with connections of its own.
func impatient() *http.Client {
	return &http.Client{Timeout: longEnough, Transport: &http.Transport{}}
}

// poster posts checks, each under a context of its own.
type poster struct {
	posted map[string]int64 // those that were answered with 201: the number by context
	broken int              // how many have no answer
	faults []string
}

func (p *poster) run(ctx context.Context, b bot, name string, patches []onePatch) {
	p.posted, b.client = map[string]int64{}, impatient()
	for n := 0; ctx.Err() == nil; n++ {
		context := fmt.Sprintf("%s-%d", name, n)
		var check struct{ ID int64 }
		status, err := b.ask("POST", fmt.Sprintf("/api/patches/%d/checks/", patches[rand.IntN(len(patches))].ID),
			map[string]string{"state": "success", "context": context}, &check)
		switch {
		case status == http.StatusCreated && err == nil:
			p.posted[context] = check.ID
		case status == 0 || err != nil:
			p.broken++
			time.Sleep(5 * time.Millisecond) // nobody listens
		default:
			p.faults = append(p.faults, fmt.Sprintf("%s: status %d", context, status))
		}
	}
}

// checksLost holds what the server has against what it answered, and tells how much that was.
func (b bot) checksLost(t *testing.T, patches []onePatch, posters []poster) string {
	t.Helper()
	stored, told := b.storedChecks(t, patches), b.toldChecks(t)
	answered, broken := 0, 0
	for _, p := range posters {
		answered, broken = answered+len(p.posted), broken+p.broken
		for context, id := range p.posted {
			if !slices.Equal(stored[context], []int64{id}) {
				t.Errorf("the check %s was answered with 201 and the number %d, and is there as %v", context, id, stored[context])
			}
		}
		if len(p.faults) > 0 {
			t.Errorf("%d answers were neither 201 nor broken off, such as %s", len(p.faults), p.faults[0])
		}
	}
	for context, ids := range stored {
		if len(ids) != 1 || told[ids[0]] != 1 {
			t.Errorf("the check %s is there as %v, and was told %d times", context, ids, told[ids[0]])
		}
	}
	if len(told) != len(stored) {
		t.Errorf("%d checks were told, and %d are there", len(told), len(stored))
	}
	if answered < 40 || broken == 0 { // a busy machine answers few in a life
		t.Errorf("only %d checks were posted, and %d broken off: that proves little", answered, broken)
	}
	return fmt.Sprintf("%d checks answered, %d broken off, %d stored", answered, broken, len(stored))
}

// storedChecks gives the numbers of checks by context.
func (b bot) storedChecks(t *testing.T, patches []onePatch) map[string][]int64 {
	t.Helper()
	stored := map[string][]int64{}
	for _, p := range patches {
		pages(t, b, fmt.Sprintf("/api/patches/%d/checks/?", p.ID), func(check struct {
			ID      int64
			Context string
		}) {
			stored[check.Context] = append(stored[check.Context], check.ID)
		})
	}
	return stored
}

// toldChecks counts the events of each check.
func (b bot) toldChecks(t *testing.T) map[int64]int {
	t.Helper()
	told := map[int64]int{}
	pages(t, b, "/api/events/?category=check-created", func(event struct {
		Payload struct{ Check struct{ ID int64 } }
	}) {
		told[event.Payload.Check.ID]++
	})
	return told
}

// pages reads a list to its end.
func pages[T any](t *testing.T, b bot, path string, each func(T)) {
	t.Helper()
	const most = 100
	for page := 1; ; page++ {
		var all []T
		status, err := b.ask("GET", fmt.Sprintf("%s&per_page=%d&page=%d", path, most, page), nil, &all)
		if page > 1 && status == http.StatusNotFound { // the page before was full, and the last
			return
		}
		if err != nil || status != http.StatusOK {
			t.Fatalf("page %d of %s: %d, %v", page, path, status, err)
		}
		for _, one := range all {
			each(one)
		}
		if len(all) < most {
			return
		}
	}
}

// decider sets the state of a patch of its own again and again.
type decider struct {
	patch        onePatch
	may          []string // states that it may have: the last that was acknowledged, and those without an answer since
	acknowledged int
	faults       []string
}

func (d *decider) run(ctx context.Context, b bot, patch onePatch) {
	d.patch, d.may, b.client = patch, []string{patch.State}, impatient()
	states := strings.Fields(`new under-review accepted rejected rfc not-applicable changes-requested awaiting-upstream
		superseded deferred`)
	for ctx.Err() == nil {
		state := states[rand.IntN(len(states))]
		status, err := b.ask("PATCH", fmt.Sprintf("/api/patches/%d/", patch.ID), map[string]string{"state": state}, nil)
		switch {
		case status == http.StatusOK && err == nil:
			d.may = []string{state}
			d.acknowledged++
		case status == 0 || err != nil:
			d.may = append(d.may, state)
			time.Sleep(5 * time.Millisecond)
		default:
			d.faults = append(d.faults, fmt.Sprintf("%s: status %d", state, status))
		}
	}
}

func (d *decider) holds(t *testing.T, b bot) {
	t.Helper()
	var now onePatch
	b.must(t, http.StatusOK, "GET", fmt.Sprintf("/api/patches/%d/", d.patch.ID), nil, &now)
	if !slices.Contains(d.may, now.State) {
		t.Errorf("%s is %s; after the last answer it may be one of %q", now.MsgID, now.State, d.may)
	}
	if len(d.faults) > 0 {
		t.Errorf("%d answers were neither 200 nor broken off, such as %s", len(d.faults), d.faults[0])
	}
	if d.acknowledged < 10 {
		t.Errorf("only %d states were acknowledged: that proves little", d.acknowledged)
	}
}

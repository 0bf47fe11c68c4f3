package web_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/internal/webtest/town"
)

// crowd writes the mail of a host of busy lists into a database: series in several versions, single patches, talk, and
// replies that quote what they are about. The same seed gives the same mail.
type crowd struct {
	*town.Town
	tb    testing.TB
	r     *rand.Rand
	sent  int
	batch []db.Delivery
	lists []crowdList
}

// crowdList is a project, and how much of all mail is its.
type crowdList struct {
	name    string
	percent int
}

// crowdLists: of "busy" almost all is decided, of "heap" nothing.
var crowdLists = []crowdList{{"busy", 60}, {"heap", 25}, {"calm", 10}, {"few", 5}}

// newCrowd fills an empty database with so many mails and decisions about them.
func newCrowd(tb testing.TB, s *db.Store, mails int) *crowd {
	tb.Helper()
	c := &crowd{Town: town.Build(tb, s), tb: tb, r: rand.New(rand.NewPCG(9, 9)), lists: crowdLists}
	for _, l := range c.lists {
		c.Project(track.Project{
			LinkName: l.name, ListID: l.name + ".lists.example.org", ListEmail: l.name + "@lists.example.org", Name: l.name,
		})
	}
	for c.sent < mails {
		c.thread(c.list())
	}
	c.flush()
	c.decideMost()
	return c
}

func (c *crowd) list() string {
	n := c.r.IntN(100)
	for _, l := range c.lists {
		if n -= l.percent; n < 0 {
			return l.name
		}
	}
	return c.lists[0].name
}

// thread sends a patch, a series or talk, with replies, and perhaps the next version of it.
func (c *crowd) thread(list string) {
	by, title := c.r.IntN(5000), c.title()
	if c.r.IntN(10) == 0 {
		by = 0 // who sends a tenth of all
	}
	total := []int{0, 1, 1, 1, 2, 3, 4, 6}[c.r.IntN(8)]
	for version := 1; version == 1 || version < 4 && c.r.IntN(3) == 0; version++ {
		prefix := "PATCH"
		if version > 1 {
			prefix = fmt.Sprintf("PATCH v%d", version)
		}
		switch total {
		case 0:
			c.talk(list, title, c.send(list, by, title, "", crowdProse(c.r, 8)))
			return
		case 1:
			c.talk(list, title, c.send(list, by, fmt.Sprintf("[%s] %s", prefix, title), "", c.patch()))
		default:
			cover := c.send(list, by, fmt.Sprintf("[%s 0/%d] %s", prefix, total, title), "", crowdProse(c.r, 10))
			for i := 1; i <= total; i++ {
				name := fmt.Sprintf("%s, part %d", title, i)
				c.talk(list, name, c.send(list, by, fmt.Sprintf("[%s %d/%d] %s", prefix, i, total, name), cover, c.patch()))
			}
			c.talk(list, title, cover)
		}
	}
}

// talk sends up to three replies to a mail, or some more.
func (c *crowd) talk(list, title, to string) {
	n := c.r.IntN(4)
	if c.r.IntN(50) == 0 {
		n = c.r.IntN(40)
	}
	refs := to
	for range n {
		text := "> " + strings.ReplaceAll(strings.TrimSpace(crowdProse(c.r, 5)), "\n", "\n> ") + "\n\n" + crowdProse(c.r, 2)
		by := c.r.IntN(5000)
		if c.r.IntN(3) == 0 {
			text += fmt.Sprintf("\nReviewed-by: %s\n", crowdPerson(by))
		}
		id := c.send(list, by, "Re: "+title, refs, text)
		if c.r.IntN(2) == 0 {
			refs += "> <" + id
		}
	}
}

var (
	crowdParts = strings.Fields("net mm fs sched usb i2c spi gpio drm iio nvme xfs btrfs ext4 kvm perf bpf tcp udp wifi")
	crowdDeeds = strings.Fields("fix add drop rework split merge test avoid bound count free lock name keep sort")
	crowdWords = strings.Fields("the a buffer list lock table entry path error owner flag value caller state queue index " +
		"page node device driver probe remove init exit register handler timer event counter leak race overflow warning " +
		"when after before without while from into with unused missing wrong late double stale")
)

func (c *crowd) title() string {
	pick := func(from []string) string { return from[c.r.IntN(len(from))] }
	return fmt.Sprintf("%s: %s %s %s %s", pick(crowdParts), pick(crowdDeeds), pick(crowdWords), pick(crowdWords),
		pick(crowdWords))
}

func crowdProse(r *rand.Rand, lines int) string {
	var b strings.Builder
	for range lines {
		for range 5 + r.IntN(6) {
			b.WriteString(crowdWords[r.IntN(len(crowdWords))])
			b.WriteByte(' ')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (c *crowd) patch() string {
	var b strings.Builder
	b.WriteString(crowdProse(c.r, 6) + "\nSigned-off-by: " + crowdPerson(c.r.IntN(5000)) + "\n---\n")
	for range 1 + c.r.IntN(3) {
		file := crowdParts[c.r.IntN(len(crowdParts))] + "/" + crowdDeeds[c.r.IntN(len(crowdDeeds))] + ".c"
		fmt.Fprintf(&b, "diff --git a/%s b/%s\n--- a/%s\n+++ b/%s\n", file, file, file, file)
		for range 1 + c.r.IntN(4) {
			at := 1 + c.r.IntN(900)
			fmt.Fprintf(&b, "@@ -%d,7 +%d,7 @@ static int %s(void)\n", at, at, crowdWords[c.r.IntN(len(crowdWords))])
			for _, sign := range []string{" ", " ", " ", "-", "+", " ", " ", " "} {
				fmt.Fprintf(&b, "%s\t%s_%s(x, %d);\n", sign, crowdWords[c.r.IntN(len(crowdWords))],
					crowdDeeds[c.r.IntN(len(crowdDeeds))], c.r.IntN(100))
			}
		}
	}
	return b.String() + "-- \n2.50.0\n"
}

func crowdPerson(n int) string { return fmt.Sprintf("Person %d <person%d@example.org>", n, n) }

// send delivers a mail and gives its Message-ID. refs are what it refers to, without the first bracket and the last.
func (c *crowd) send(list string, by int, subject, refs, text string) string {
	n := c.sent
	c.sent++
	id := fmt.Sprintf("%d.%x@host%d.example.org", n, c.r.Uint32(), by%100)
	at := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * 5 * time.Minute)
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\nTo: %s@lists.example.org\nSubject: %s\nMessage-ID: <%s>\nDate: %s\nList-Id: <%s.lists.example.org>\n",
		crowdPerson(by), list, subject, id, at.Format(time.RFC1123Z), list)
	if refs != "" {
		last := refs[strings.LastIndexByte(refs, '<')+1:]
		fmt.Fprintf(&b, "In-Reply-To: <%s>\nReferences: <%s>\n", last, strings.ReplaceAll(refs, " ", "\n "))
	}
	b.WriteString("\n" + text)
	raw := []byte(b.String())
	m, err := ingest.Parse(raw)
	if err != nil {
		c.tb.Fatal(err)
	}
	m.Delivered = at.Add(time.Minute)
	c.batch = append(c.batch, c.Prepare(m, raw))
	if len(c.batch) == 256 {
		c.flush()
	}
	return id
}

func (c *crowd) flush() {
	added, err := c.Add(c.tb.Context(), c.batch)
	for i := range added {
		if err == nil {
			err = added[i].Err
		}
	}
	if err != nil {
		c.tb.Fatal(err)
	}
	c.batch = c.batch[:0]
}

// decideMost has most patches of "busy" accepted or superseded and archived, some delegated to maint, and checks of
// those that came last.
func (c *crowd) decideMost() {
	projects, err := c.Projects(c.tb.Context())
	if err != nil {
		c.tb.Fatal(err)
	}
	for _, p := range projects {
		switch p.LinkName {
		case "busy":
			c.eachThousand(p.ID, c.decideBusy)
		case "heap":
			c.eachThousand(p.ID, c.delegateHeap)
		}
	}
}

func (c *crowd) eachThousand(project int64, f func(ids []int64, left int)) {
	for offset := 0; ; offset += 1000 {
		page, err := c.PatchPage(c.tb.Context(), track.PatchQuery{
			Projects: track.In[int64]{project},
			Paging:   track.Paging{Order: []track.Order{{By: "id"}}, Limit: 1000, Offset: offset},
		})
		if err != nil {
			c.tb.Fatal(err)
		}
		if len(page.Rows) == 0 {
			return
		}
		var ids []int64
		for i := range page.Rows {
			ids = append(ids, page.Rows[i].ID)
		}
		f(ids, page.Total-offset-len(ids))
	}
}

func (c *crowd) decide(ids []int64, d track.Decided) {
	if len(ids) == 0 {
		return
	}
	if err := c.Decide(c.tb.Context(), "admin", ids, d); err != nil {
		c.tb.Fatal(err)
	}
}

func (c *crowd) decideBusy(ids []int64, left int) {
	some := map[int][]int64{}
	for _, id := range ids {
		n := c.r.IntN(20)
		some[n] = append(some[n], id)
	}
	state := func(s track.State) *track.State { return &s }
	yes, maint := true, "maint@example.org"
	for n, s := range []track.State{"accepted", "accepted", "accepted", "accepted", "superseded", "superseded", "rejected",
		"changes-requested", "rfc"} {
		for k := n; k < 18; k += 9 {
			if left > 5000 || k < 9 {
				c.decide(some[k], track.Decided{State: state(s)})
			}
			if left > 50_000 {
				c.decide(some[k], track.Decided{Archived: &yes})
			}
		}
	}
	c.decide(some[18], track.Decided{Delegate: &maint})
	if left < 4000 {
		c.checkAll(ids)
	}
}

func (c *crowd) delegateHeap(ids []int64, left int) {
	maint := "maint@example.org"
	c.decide(ids[:len(ids)/5], track.Decided{Delegate: &maint})
	if left < 1000 {
		c.checkAll(ids)
	}
}

// checkAll has a bot check patches, many at once as they share transactions. A tenth fails.
func (c *crowd) checkAll(ids []int64) {
	user := c.Users["maint"]
	work := make(chan int64)
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for id := range work {
				for _, context := range []string{"build", "style"} {
					k := track.Check{State: track.CheckSuccess, Context: context, User: user.ID, TargetURL: "https://ci.example.org/"}
					if id%10 == 3 {
						k.State = track.CheckFail
					}
					if _, err := c.AddCheck(c.tb.Context(), user.Actor(), k, id); err != nil {
						c.tb.Error(err)
					}
				}
			}
		})
	}
	for _, id := range ids {
		work <- id
	}
	close(work)
	all.Wait()
}

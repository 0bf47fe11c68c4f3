package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"patchwatch/watcher"
)

// TestBench is what make bench runs: it measures on the machine that it runs on, in one run, and says each figure
// beside those of others. It is no test of anything else, and runs only when it is asked for.
func TestBench(t *testing.T) {
	if os.Getenv("PATCHWATCH_BENCH") == "" {
		t.Skip("it takes minutes: make bench")
	}
	b := &bench{workplace: newWorkplace(t), dir: t.TempDir()}
	size := b.makeMails(20_000)
	fmt.Printf("%d mails made for this, %d MiB; medians of %d, taken in turn\n\n", b.mails, size>>20, benchRounds)
	b.drain()
	b.space(size)
	b.latency()
}

const benchRounds = 5

type bench struct {
	*workplace
	dir   string // a folder for each mail that is a Maildir to be copied by links
	mails int
}

// contender is one that takes in a Maildir.
type contender struct {
	name, does string
	run        func(dir string) *exec.Cmd // nil: this process does it itself
	processes  int
	index      bool      // it makes the search index afterwards
	times      []float64 // seconds
	indexing   []float64 // seconds of these that the index took
}

func (b *bench) drain() {
	all := []*contender{
		{name: "the floor", does: "claims, reads, moves; no more"},
		{name: "patchwatch, 1 process", does: "stores all, derives series, durable", processes: 1},
		{name: "patchwatch, 2 processes", does: "the same", processes: 2},
		{name: "patchwatch, 4 processes", does: "the same", processes: 4},
		{name: "patchwatch, and its index", does: "stores all, then indexes full text", processes: 1, index: true},
	}
	indexed := all[len(all)-1]
	for _, other := range []*contender{
		{name: "notmuch new", does: "indexes full text; stores no mail, derives no series", run: b.notmuch},
		{name: "mu index", does: "the same", run: b.mu},
	} {
		program := strings.Fields(other.name)[0]
		if _, err := exec.LookPath(program); err != nil {
			fmt.Printf("%s is not installed, and left out\n", program)
			continue
		}
		all = append(all, other)
	}
	for range benchRounds {
		for _, c := range all {
			b.once(c)
		}
	}
	floor, ours := median(all[0].times), median(all[1].times)
	fmt.Printf("%-26s %12s %10s %12s  %s\n", "", "mails/s", "of floor", "ours / it", "what it does")
	for _, c := range all {
		took := median(c.times)
		fmt.Printf("%-26s %12.0f %9.1f%% %12.1f  %s\n", c.name, float64(b.mails)/took, 100*floor/took, took/ours, c.does)
	}
	fmt.Printf("\nthe index alone takes in %.0f mails/s\n", float64(b.mails)/median(indexed.indexing))
}

// once lets a contender take in a fresh copy of the Maildir.
func (b *bench) once(c *contender) {
	dir := b.copyMaildir()
	defer os.RemoveAll(dir)
	syscall.Sync()
	start := time.Now()
	switch {
	case c.processes > 0:
		var wg sync.WaitGroup
		for range c.processes {
			wg.Go(func() {
				b.must(b.patchwatch("--db", filepath.Join(dir, "x.db"), "watch", "--once", "--quiet", dir))
			})
		}
		wg.Wait()
		if c.index {
			indexing := time.Now()
			b.must(b.patchwatch("--db", filepath.Join(dir, "x.db"), "rebuild", "--search"))
			c.indexing = append(c.indexing, time.Since(indexing).Seconds())
		}
	case c.run != nil:
		b.must(c.run(dir))
	default:
		if _, err := watcher.Once(context.Background(), takeAll(dir)); err != nil {
			b.t.Fatal(err)
		}
	}
	c.times = append(c.times, time.Since(start).Seconds())
}

// takeAll is a watcher that stores nothing.
func takeAll(dir string) watcher.Config[watcher.Claim] {
	return watcher.Config[watcher.Claim]{
		Dirs:    []string{dir},
		Prepare: func(c watcher.Claim) watcher.Claim { return c },
		Handle: func(_ context.Context, batch []watcher.Claim) ([]watcher.Verdict, error) {
			return make([]watcher.Verdict, len(batch)), nil
		},
	}
}

func (b *bench) must(cmd *exec.Cmd) {
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Errorf("%s: %v\n%s", cmd, err, clip(string(out)))
	}
}

// patchwatch is the program as make build makes it.
func (b *bench) patchwatch(args ...string) *exec.Cmd {
	path, err := filepath.Abs("../../bin/patchwatch")
	if err != nil {
		b.t.Fatal(err)
	}
	return exec.Command(path, args...)
}

func (b *bench) notmuch(dir string) *exec.Cmd {
	config := filepath.Join(dir, "notmuch-config")
	text := fmt.Sprintf("[database]\npath=%s\n[user]\nname=A\nprimary_email=a@example.org\n[new]\ntags=\n"+
		"[maildir]\nsynchronize_flags=false\n", dir)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	cmd := exec.Command("notmuch", "new", "--quiet")
	cmd.Env = append(os.Environ(), "NOTMUCH_CONFIG="+config)
	return cmd
}

func (b *bench) mu(dir string) *exec.Cmd {
	home := filepath.Join(dir, "mu-home")
	b.must(exec.Command("mu", "init", "--quiet", "--muhome", home, "--maildir", dir))
	return exec.Command("mu", "index", "--quiet", "--muhome", home)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// space says what a drain leaves on the disk, and what it takes in memory.
func (b *bench) space(mailBytes int64) {
	dir := b.copyMaildir()
	defer os.RemoveAll(dir)
	peak := peakMemory(b.t, b.patchwatch("--db", filepath.Join(dir, "x.db"), "watch", "--once", "--quiet", dir))
	info, err := os.Stat(filepath.Join(dir, "x.db"))
	if err != nil {
		b.t.Fatal(err)
	}
	fmt.Printf("\npeak memory of patchwatch, 1 process: %d MiB\n", peak>>20)
	fmt.Printf("database: %.1f %% of the mails' bytes, which are in it\n", 100*float64(info.Size())/float64(mailBytes))
	peak = peakMemory(b.t, b.patchwatch("--db", filepath.Join(dir, "x.db"), "rebuild", "--search"))
	index, err := os.Stat(filepath.Join(dir, "x.search.db"))
	if err != nil {
		b.t.Fatal(err)
	}
	fmt.Printf("search index: %.1f %% of the database, %d bytes a mail; peak memory while it is made: %d MiB\n",
		100*float64(index.Size())/float64(info.Size()), index.Size()/int64(b.mails), peak>>20)
}

// latency delivers lone mails, and looks from this process when each is in the database.
func (b *bench) latency() {
	const deliveries = 1000
	w := b.workplace
	w.deliver("md", nil)
	cmd := b.patchwatch("--db", w.path("x.db"), "watch", "--quiet", w.path("md"))
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	defer cmd.Process.Kill()
	for {
		if _, err := os.Stat(w.path("x.db-wal")); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Second)
	sql, err := openSQL(w.path("x.db"))
	if err != nil {
		b.t.Fatal(err)
	}
	defer sql.Close()
	seen, err := sql.Prepare(`SELECT count(*) FROM mail WHERE msgid = ?`)
	if err != nil {
		b.t.Fatal(err)
	}
	var took []float64
	for i := range deliveries {
		id := fmt.Sprintf("lone%d@example.org", i)
		m := sampleMail{raw: []byte(patchMail(id)), delivered: time.Now()}
		start := time.Now()
		if err := deliverOne(w.path("md"), m, i); err != nil {
			b.t.Fatal(err)
		}
		for n := 0; n == 0; {
			if err := seen.QueryRow("<" + id + ">").Scan(&n); err != nil {
				b.t.Fatal(err)
			}
		}
		took = append(took, time.Since(start).Seconds()*1000)
		time.Sleep(time.Millisecond)
	}
	slices.Sort(took)
	b.idle(cmd.Process.Pid)
	fmt.Printf("a lone delivery is visible in another process after "+
		"%.1f ms (p50), %.1f ms (p99), %.1f ms (longest of %d)\n",
		took[len(took)/2], took[len(took)*99/100], took[len(took)-1], deliveries)
}

// idle looks for half a minute at a watcher to which nothing comes.
func (b *bench) idle(pid int) {
	const length = 30 * time.Second
	time.Sleep(time.Second)
	before := b.cpu(pid)
	time.Sleep(length)
	used := b.cpu(pid) - before
	fmt.Printf("an idle watcher has %d MiB and takes %.3f %% of a core\n", statusKB(pid, "VmRSS")>>10,
		100*used.Seconds()/length.Seconds())
}

// cpu is the time that all threads of a process have run.
func (b *bench) cpu(pid int) (ran time.Duration) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		b.t.Fatal("the kernel does not tell what a thread has run: ", err)
	}
	for _, path := range threads {
		var nanoseconds int64
		if text, err := os.ReadFile(path); err == nil {
			fmt.Sscan(string(text), &nanoseconds)
		}
		ran += time.Duration(nanoseconds)
	}
	return ran
}

// copyMaildir makes a Maildir of the mails, by links.
func (b *bench) copyMaildir() string {
	dir, err := os.MkdirTemp(filepath.Dir(b.dir), "bench-")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, folder := range []string{"new", "cur", "tmp", "failed"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			b.t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.Link(filepath.Join(b.dir, e.Name()), filepath.Join(dir, "new", e.Name())); err != nil {
			b.t.Fatal(err)
		}
	}
	return dir
}

// makeMails makes mail such as lists carry: series under a cover, single patches, replies that quote, talk; headers as
// they are after three hops and a list, 5 KB on average.
func (b *bench) makeMails(n int) (size int64) {
	g := &mailMaker{r: rand.New(rand.NewPCG(1, 2))}
	for len(g.out) < n {
		g.thread()
	}
	for i, raw := range g.out[:n] {
		size += int64(len(raw))
		name := fmt.Sprintf("%d.M%06dP1.bench", 1_700_000_000+i*60, i%1_000_000)
		if err := os.WriteFile(filepath.Join(b.dir, name), raw, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	b.mails = n
	return size
}

type mailMaker struct {
	r   *rand.Rand
	out [][]byte
}

func (g *mailMaker) thread() {
	author := g.r.IntN(300)
	title := g.words(6)
	switch g.r.IntN(4) {
	case 0, 1:
		n := 2 + g.r.IntN(6)
		cover := g.send(author, fmt.Sprintf("[PATCH 0/%d] %s", n, title), g.prose(12))
		for i := 1; i <= n; i++ {
			body := g.prose(4) + g.diff()
			patch := g.send(author, fmt.Sprintf("[PATCH %d/%d] %s", i, n, g.words(5)), body, cover)
			g.replies(g.r.IntN(3), title, body, patch, cover)
		}
	case 2:
		body := g.prose(5) + g.diff()
		g.replies(g.r.IntN(4), title, body, g.send(author, "[PATCH] "+title, body))
	default:
		body := g.prose(20)
		g.replies(1+g.r.IntN(5), title, body, g.send(author, title, body))
	}
}

func (g *mailMaker) replies(n int, title, body string, refs ...string) {
	for range n {
		quoted := "> " + strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n> ")
		text := quoted[:min(len(quoted), 3000)] + "\n\n" + g.prose(5)
		if g.r.IntN(3) == 0 {
			text += "\nReviewed-by: " + person(g.r.IntN(300)) + "\n"
		}
		refs = append([]string{g.send(g.r.IntN(300), "Re: [PATCH] "+title, text, refs...)}, refs...)
	}
}

func person(i int) string {
	return fmt.Sprintf("Person %c. Number%d <person%d@host%d.example.org>", 'A'+i%26, i, i, i%40)
}

func (g *mailMaker) send(from int, subject, body string, refs ...string) string {
	n := len(g.out)
	at := time.Unix(1_700_000_000+int64(n)*60, 0).UTC()
	id := fmt.Sprintf("<%d.%x.%d@host%d.example.org>", at.Unix(), g.r.Uint32(), n, from%40)
	var m bytes.Buffer
	for hop := range 3 {
		fmt.Fprintf(&m, "Received: from mx%d.example.org (mx%d.example.org [192.0.2.%d])\n"+
			"\tby hop%d.lists.example.org (Postfix) with ESMTPS id %08X\n\tfor <patches@lists.example.org>; %s\n",
			g.r.IntN(20), g.r.IntN(20), g.r.IntN(255), hop, g.r.Uint32(), at.Format(time.RFC1123Z))
	}
	fmt.Fprintf(&m, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=host%d.example.org; s=2023;\n"+
		"\th=from:to:cc:subject:date:message-id; bh=%s;\n\tb=%s\n",
		from%40, g.random(44), g.random(344))
	fmt.Fprintf(&m, "From: %s\nTo: patches@lists.example.org\nCc: %s,\n\t%s\nSubject: %s\nDate: %s\nMessage-ID: %s\n",
		person(from), person(g.r.IntN(300)), person(g.r.IntN(300)), subject, at.Format(time.RFC1123Z), id)
	if len(refs) > 0 {
		fmt.Fprintf(&m, "In-Reply-To: %s\nReferences:", refs[0])
		for i := len(refs) - 1; i >= 0; i-- {
			fmt.Fprintf(&m, " %s\n", refs[i])
		}
	}
	fmt.Fprintf(&m, "X-Mailer: git-send-email 2.45.2\nMIME-Version: 1.0\n"+
		"Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"+
		"Precedence: bulk\nList-Id: Patches <patches.lists.example.org>\n"+
		"List-Unsubscribe: <https://lists.example.org/options/patches>\n"+
		"List-Archive: <https://lists.example.org/pipermail/patches/>\n"+
		"List-Post: <mailto:patches@lists.example.org>\nX-BeenThere: patches@lists.example.org\n\n%s", body)
	g.out = append(g.out, m.Bytes())
	return id
}

func (g *mailMaker) random(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	out := make([]byte, n)
	for i := range out {
		out[i] = letters[g.r.IntN(64)]
	}
	return string(out)
}

var proseWords = strings.Fields(`the of a to in driver queue lock buffer page is not when this patch that driver's
	state we should be called with held while freeing memory after an error path returns before device has been removed
	which leads use value check instead only one both new old add remove fix handle avoid race leak timeout interrupt
	context kernel user space list entry table`)

func (g *mailMaker) words(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = proseWords[g.r.IntN(len(proseWords))]
	}
	return strings.Join(out, " ")
}

func (g *mailMaker) prose(lines int) string {
	var b strings.Builder
	for range lines {
		b.WriteString(g.words(11) + "\n")
	}
	return b.String()
}

// diff is a patch of one or two files with some hunks.
func (g *mailMaker) diff() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nSigned-off-by: %s\n---\n", person(g.r.IntN(300)))
	for range 1 + g.r.IntN(2) {
		file := fmt.Sprintf("drivers/%s/%s.c", proseWords[g.r.IntN(len(proseWords))], proseWords[g.r.IntN(len(proseWords))])
		fmt.Fprintf(&b, "diff --git a/%s b/%s\nindex %07x..%07x 100644\n--- a/%s\n+++ b/%s\n", file, file, g.r.Uint32()>>4,
			g.r.Uint32()>>4, file, file)
		for range 1 + g.r.IntN(4) {
			start := 1 + g.r.IntN(3000)
			fmt.Fprintf(&b, "@@ -%d,7 +%d,8 @@ static int %s_%s(struct device *dev)\n", start, start, proseWords[g.r.IntN(60)],
				proseWords[g.r.IntN(60)])
			for _, sign := range []string{" ", " ", " ", "-", "+", "+", " ", " ", " "} {
				fmt.Fprintf(&b, "%s\tif (%s->%s != %d)\n", sign, proseWords[g.r.IntN(60)], proseWords[g.r.IntN(60)], g.r.IntN(4096))
			}
		}
	}
	return b.String() + "-- \n2.45.2\n"
}

package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"patchwatch/db/dbtest"
	"patchwatch/db/postgres/pgtest"
)

// TestServerSpeed holds a database on a PostgreSQL server against one in a file, on the machine that it runs on and in
// one run: how much mail one host takes in, and how often the API answers. make bench runs it. PATCHWATCH_BENCH_MAILS
// is how much mail is made, PATCHWATCH_BESIDE_MAILS how many mails a second a Patchwork stores on this machine, and
// PATCHWATCH_BESIDE_ROWS may be a regular expression that says of which answers.
func TestServerSpeed(t *testing.T) {
	if os.Getenv("PATCHWATCH_BENCH") == "" {
		t.Skip("it takes minutes: make bench")
	}
	server := pgtest.New(t, "shared_buffers=128MB")
	b := &bench{workplace: newWorkplace(t), dir: t.TempDir()}
	mails := 20_000
	if n, err := strconv.Atoi(os.Getenv("PATCHWATCH_BENCH_MAILS")); err == nil {
		mails = n
	}
	b.makeMails(mails)
	s := &serverSpeed{bench: b, server: server, file: filepath.Join(dbtest.MemoryDir(t), "x.db")}
	s.imports()
	s.answers()
}

// The least that a server has to do beside a file, and beside a Patchwork.
const (
	leastOfMails     = 1.0 / 5
	leastOfAnswers   = 1.0 / 2
	leastOfPatchwork = 40
)

type serverSpeed struct {
	*bench
	server *pgtest.Server
	file   string
	made   int // databases on the server
}

// onServer makes an empty database and names it.
func (s *serverSpeed) onServer() string {
	s.made++
	name := fmt.Sprint("speed", s.made)
	if err := s.server.Create(name, "template1"); err != nil {
		s.t.Fatal(err)
	}
	return s.server.Name(name)
}

// imports has each engine take in the mail, in turn. What else the machine does only makes it slower, so the best
// counts.
func (s *serverSpeed) imports() {
	var file, server float64
	for range 3 {
		if err := os.RemoveAll(s.file); err != nil {
			s.t.Fatal(err)
		}
		file = max(file, s.imported(s.file))
		server = max(server, s.imported(s.onServer()))
	}
	fmt.Printf("%d mails made for this, the best of 3 imports by one host: %.0f mails/s into a file, %.0f onto a server, "+
		"%.2f of it\n", s.mails, file, server, server/file)
	if server < leastOfMails*file {
		s.t.Errorf("a server takes in %.2f of the mails of a file, less than %.2f", server/file, leastOfMails)
	}
	beside, err := strconv.ParseFloat(os.Getenv("PATCHWATCH_BESIDE_MAILS"), 64)
	if err != nil {
		return
	}
	fmt.Printf("Patchwork stores %.0f mails/s: %.0f times\n", beside, server/beside)
	if server < leastOfPatchwork*beside {
		s.t.Errorf("%.0f times the mails of a Patchwork, less than %d", server/beside, leastOfPatchwork)
	}
}

// imported is how many mails a second an import stores.
func (s *serverSpeed) imported(database string) float64 {
	begin := time.Now()
	s.must(s.patchwatch("--db", database, "import", "--quiet", s.dir))
	return float64(s.mails) / time.Since(begin).Seconds()
}

// answers asks both for the same, in turn.
func (s *serverSpeed) answers() {
	both := [2]*answering{s.served(s.file), s.served(s.server.Name(fmt.Sprint("speed", s.made)))}
	both[1].server = s.server
	only := regexp.MustCompile(os.Getenv("PATCHWATCH_BESIDE_ROWS"))
	fmt.Print("\nAnswers of the API a second, and ms of processor for each: of a file, of a server, and their quotients.\n\n",
		"| answers | clients | new, file | new, server | times | again, file | again, server | times |\n",
		"| --- | --: | --: | --: | --: | --: | --: | --: |\n")
	for _, r := range s.apiRows(bot{at: both[0].at}) {
		if !only.MatchString(r.name) {
			continue
		}
		for _, clients := range []int{1, 8} {
			line := fmt.Sprintf("| %s | %d |", r.name, clients)
			for _, asNew := range []bool{true, false} {
				line += s.compare(r, both, clients, asNew)
			}
			fmt.Println(line)
		}
	}
}

// answering is a process that answers, and where its database is on a server, that server.
type answering struct {
	at     string
	pid    int
	server *pgtest.Server // nil: the database is in a file
}

// served starts a server of the web on a database.
func (s *serverSpeed) served(database string) *answering {
	c := s.patchwatch("--db", database, "serve", "--listen", "127.0.0.1:0", "--quiet")
	c.Env = append(os.Environ(), "XDG_CACHE_HOME="+s.t.TempDir())
	p := s.startCommand(c)
	return &answering{at: p.url(), pid: c.Process.Pid}
}

// spent is the processor time that processes have taken, by their numbers.
func (s *serverSpeed) spent(a *answering) map[int]time.Duration {
	spent := map[int]time.Duration{a.pid: s.cpu(a.pid)}
	if a.server == nil {
		return spent
	}
	for _, pid := range a.server.Processes() {
		var nanoseconds int64
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid)); err == nil { // some come and go
			fmt.Sscan(string(text), &nanoseconds)
			spent[pid] = time.Duration(nanoseconds)
		}
	}
	return spent
}

// spentSince is what they have taken since, but for those that have ended.
func (s *serverSpeed) spentSince(a *answering, before map[int]time.Duration) (spent time.Duration) {
	for pid, now := range s.spent(a) {
		spent += now - before[pid]
	}
	return spent
}

// apiRow is a kind of answer, and where there are some.
type apiRow struct {
	name  string
	paths []string
}

// apiRows finds, by the lists of one server, what both are asked for.
func (s *serverSpeed) apiRows(b bot) (rows []apiRow) {
	const api = "/api/1.3/"
	var lists []string
	for page := 1; page <= 5; page++ {
		lists = append(lists, fmt.Sprint("/?per_page=30&page=", page))
	}
	add := func(name string, paths ...string) { rows = append(rows, apiRow{name, paths}) }
	under := func(list string, pages ...string) (paths []string) {
		for _, p := range pages {
			paths = append(paths, api+list+p)
		}
		return paths
	}
	for _, list := range []string{"patches", "series", "covers", "events"} {
		add(list+", 30", under(list, lists...)...)
		add(list+", 250", under(list, "/?per_page=250", "/?per_page=250&page=2")...)
	}
	words := make([]string, len(proseWords))
	for i, w := range proseWords {
		words[i] = api + "patches/?q=" + w
	}
	add("patches, q=", words...)
	ids := func(list string) (paths, msgids []string) {
		for page := 1; page <= 2; page++ {
			var all []onePatch
			b.must(s.t, http.StatusOK, "GET", fmt.Sprint(api, list, "/?per_page=100&page=", page), nil, &all)
			for _, one := range all {
				paths = append(paths, fmt.Sprint(api, list, "/", one.ID, "/"))
				msgids = append(msgids, api+list+"/?msgid="+strings.Trim(one.MsgID, "<>"))
			}
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(paths), func(i, k int) { paths[i], paths[k] = paths[k], paths[i] })
		return paths, msgids
	}
	patches, msgids := ids("patches")
	series, _ := ids("series")
	covers, _ := ids("covers")
	add("patches, msgid=", msgids...)
	add("patch", patches...)
	add("series", series...)
	add("cover", covers...)
	add("comments of a patch", each(patches, "comments/")...)
	add("checks of a patch", each(patches, "checks/")...)
	return rows
}

func each(paths []string, more string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = p + more
	}
	return out
}

// compare asks both for the answers of a row. It asks again where the server seems to be too slow, since other programs
// may need the processors meanwhile.
func (s *serverSpeed) compare(r apiRow, both [2]*answering, clients int, asNew bool) (cells string) {
	const span, rounds = 400 * time.Millisecond, 6
	var best [2]measured
	for round := 0; round < rounds && (round < 2 || best[1].rate < leastOfAnswers*best[0].rate); round++ {
		for i, one := range both {
			urls := make([]string, len(r.paths))
			for k, p := range r.paths {
				urls[k] = one.at + p
			}
			a := newAsker(clients)
			before := s.spent(one)
			m, err := a.ask(urls, clients, span, asNew)
			m.cpu = float64(s.spentSince(one, before).Microseconds()) / 1000 / float64(max(m.answers, 1))
			a.client.CloseIdleConnections()
			if err != nil {
				s.t.Fatal(err)
			}
			if m.rate > best[i].rate {
				m.cpu = min(m.cpu, cmp.Or(best[i].cpu, m.cpu))
				best[i] = m
			}
		}
	}
	times := best[1].rate / best[0].rate
	if times < leastOfAnswers {
		s.t.Errorf("%s, %d clients, new %v: a server answers %.2f times as often as a file", r.name, clients, asNew, times)
	}
	return fmt.Sprintf(" %.0f · %.2f | %.0f · %.2f | %.2f · %.2f |", best[0].rate, best[0].cpu, best[1].rate, best[1].cpu,
		times, best[0].cpu/best[1].cpu)
}

package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/db/sqlite"
	"patchwatch/track"
	"patchwatch/web"
	"patchwatch/web/find"
	"patchwatch/web/internal/webtest/town"
)

// BenchmarkPagesAt reports how long pages take that nobody has asked for before, in milliseconds at the 50th and 99th
// of a hundred, over a database of 20,000 mails, of a million with PATCHWATCH_MILLION=1 in the environment, or of as
// many as PATCHWATCH_CROWD_MAILS says. Making one of a million takes half an hour, so a file that PATCHWATCH_CROWD
// names is kept, and used again if it is there.
func BenchmarkPagesAt(b *testing.B) {
	size := 20_000
	if os.Getenv("PATCHWATCH_MILLION") != "" {
		size = 1_000_000
	}
	if text := os.Getenv("PATCHWATCH_CROWD_MAILS"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	s := serveCrowd(b, size)
	pages := s.pages()
	names := make([]string, 0, len(pages))
	for name := range pages {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.Run(fmt.Sprintf("stored=%d/%s", size, name), func(b *testing.B) { s.measure(b, pages[name]) })
	}
}

// idleFinder finds nothing, at once: the index of a search is measured where it is (search/index).
type idleFinder struct{ *town.Finder }

func (f idleFinder) Find(ctx context.Context, _ find.Question) (out find.Found, err error) {
	out.State, err = f.State(ctx)
	return out, err
}

// crowdServer is a server over a crowd.
type crowdServer struct {
	*whole
	b     *testing.B
	r     *rand.Rand
	asked int
}

func serveCrowd(b *testing.B, size int) *crowdServer {
	b.Helper()
	ctx := context.Background()
	file := os.Getenv("PATCHWATCH_CROWD")
	if file == "" {
		file = filepath.Join(b.TempDir(), "crowd.db")
	}
	_, err := os.Stat(file)
	s, failed := sqlite.Open(ctx, file)
	if failed != nil {
		b.Fatal(failed)
	}
	b.Cleanup(func() { s.Close() })
	if err != nil {
		newCrowd(b, s, size)
	}
	if err := s.Warm(ctx); err != nil { // as serve does
		b.Fatal(err)
	}
	o := web.Options{Finder: idleFinder{&town.Finder{Store: s}}}
	return &crowdServer{whole: serveOver(b, town.Find(b, s), nil, o), b: b, r: rand.New(rand.NewPCG(1, 1))}
}

// measure asks for pages, each under an address that was not asked for before.
func (s *crowdServer) measure(b *testing.B, at func() (as, url string)) {
	var millis []float64
	var size int
	ask := func() {
		as, url := at()
		s.asked++
		url += map[bool]string{true: "&", false: "?"}[strings.Contains(url, "?")] + fmt.Sprint("again=", s.asked)
		start := time.Now()
		w := s.do(as, http.MethodGet, url, "", "Accept", "text/html", "Accept-Encoding", "gzip")
		millis = append(millis, float64(time.Since(start).Microseconds())/1000)
		if size = max(size, w.Body.Len()); w.Code != http.StatusOK {
			b.Fatalf("%s: %d %s", url, w.Code, w.Body)
		}
	}
	for range 5 { // what is asked for first comes from the disk
		ask()
	}
	millis = millis[:0]
	before := processorTime()
	for b.Loop() {
		ask()
	}
	b.ReportMetric(float64((processorTime()-before).Microseconds())/1000/float64(b.N), "ms-cpu")
	slices.Sort(millis)
	b.ReportMetric(millis[len(millis)/2], "ms-p50")
	b.ReportMetric(millis[len(millis)*99/100], "ms-p99")
	b.ReportMetric(float64(size)/1000, "kB")
	b.ReportMetric(0, "ns/op")
}

// processorTime is how long this process has computed: what it takes beside other programs says more of them.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // a process may ask for its own
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// pages are the kinds of pages, each with what chooses one of them.
func (s *crowdServer) pages() map[string]func() (as, url string) {
	all := map[string]func() (as, url string){}
	add := func(name, as, url string) { all[name] = func() (string, string) { return as, url } }
	add("home", "", "/")
	for _, p := range []string{"busy", "heap"} {
		at := "/project/" + p + "/"
		add(p+"/project", "", at)
		add(p+"/todo", "maint", "/user/todo/"+p+"/")
		for name, query := range map[string]string{
			"open": "", "all": "?state=*", "all versions": "?state=*&versions=all", "accepted": "?state=accepted",
			"incomplete": "?incomplete=1&state=*", "failing": "?check=fail", "failing, all": "?check=fail&state=*&archive=both",
			"delegated": "?delegate=maint", "delegated to nobody": "?delegate=nobody", "submitter": "?submitter=person7@example.org",
			"busiest": "?submitter=person0@example.org", "name": "?submitter=person+7", "word": "?q=race",
			"words, all": "?q=race+lock&state=*", "no word": "?q=nowhere&state=*", "archived": "?archive=true",
			"page 20": "?page=20", "page 20, all": "?page=20&state=*", "last": "?page=last", "by name": "?state=*&order=name",
		} {
			add(p+"/series/"+name, "maint", at+"series/"+query)
		}
		for name, query := range map[string]string{
			"open": "", "all": "?state=*&archive=both", "accepted": "?state=3", "archived": "?archive=true&state=*",
			"delegated": "?delegate=maint", "delegated to nobody": "?delegate=nobody&state=*", "submitter": "?submitter=person7@example.org",
			"busiest": "?submitter=person0@example.org&state=*", "name": "?submitter=person+7", "word": "?q=race",
			"words, all": "?q=race+lock&state=*&archive=both", "no word": "?q=nowhere&state=*&archive=both",
			"by name": "?order=name", "by submitter": "?order=submitter", "by delegate": "?order=-delegate", "by state": "?order=state",
			"by date": "?order=date", "page 20": "?page=20", "page 20, all": "?page=20&state=*&archive=both",
			"last": "?page=last", "by name, all": "?order=name&state=*&archive=both",
		} {
			add(p+"/list/"+name, "maint", at+"list/"+query)
		}
	}
	add("todo", "maint", "/user/todo/")
	for name, at := range s.somewhere() {
		all["one/"+name] = at
	}
	return all
}

// somewhere are pages of one thing, of a random one each time.
func (s *crowdServer) somewhere() map[string]func() (as, url string) {
	ctx := context.Background()
	busy := track.In[int64]{}
	projects, err := s.Projects(ctx)
	if err != nil {
		s.b.Fatal(err)
	}
	for _, p := range projects {
		if p.LinkName == "busy" {
			busy = append(busy, p.ID)
		}
	}
	paging := func(r int) track.Paging {
		return track.Paging{Order: []track.Order{{By: "id", Desc: true}}, Limit: 200, Offset: r}
	}
	patches, err := s.PatchPage(ctx, track.PatchQuery{Projects: busy, Paging: paging(1000)})
	if err != nil {
		s.b.Fatal(err)
	}
	series, err := s.SeriesPage(ctx, track.SeriesQuery{Projects: busy, Paging: paging(500)})
	if err != nil {
		s.b.Fatal(err)
	}
	var covered []track.SeriesRow
	var revised [][2]int64
	for _, r := range series.Rows {
		if r.Cover.ID != 0 {
			covered = append(covered, r)
		}
		if earlier, err := s.Earlier(ctx, r.ID); err == nil && len(earlier) > 0 {
			revised = append(revised, [2]int64{r.ID, earlier[0]})
		}
	}
	bare := func(id string) string { return strings.Trim(id, "<>") }
	patch := func() *track.PatchRow { return &patches.Rows[s.r.IntN(len(patches.Rows))] }
	return map[string]func() (as, url string){
		"patch":  func() (string, string) { return "maint", "/project/busy/patch/" + bare(patch().MsgID) + "/" },
		"mail":   func() (string, string) { return "", "/busy/" + bare(patch().MsgID) + "/" },
		"thread": func() (string, string) { return "", "/busy/" + bare(patch().MsgID) + "/t/" },
		"topics": func() (string, string) { return "", "/busy/" },
		"series": func() (string, string) {
			return "maint", fmt.Sprintf("/series/%d/", series.Rows[s.r.IntN(len(series.Rows))].ID)
		},
		"cover": func() (string, string) {
			return "", "/project/busy/cover/" + bare(covered[s.r.IntN(len(covered))].Cover.MsgID) + "/"
		},
		"versions": func() (string, string) {
			pair := revised[s.r.IntN(len(revised))]
			return "", fmt.Sprintf("/series/%d/diff/%d/", pair[0], pair[1])
		},
	}
}

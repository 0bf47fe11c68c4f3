package web_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"patchwatch/web"
	"patchwatch/web/internal/webtest/town"
)

// message is one that a stream sends.
type message struct {
	id   int64
	kind string // empty: an event of the API
	data string
}

// listener reads a stream as programs do.
type listener struct {
	t      testing.TB
	answer *http.Response
	in     *bufio.Reader
	hangUp context.CancelFunc
}

// listen asks a server at a URL for a stream. header has names and values in turn.
func (s *whole) listen(at, as, query string, header ...string) *listener {
	s.t.Helper()
	ctx, hangUp := context.WithTimeout(s.t.Context(), 30*time.Second)
	r, err := http.NewRequestWithContext(ctx, "GET", at+"/events/stream"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if as != "" {
		r.Header.Set("Authorization", "Token "+s.Tokens[as])
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { hangUp(); answer.Body.Close() })
	return &listener{s.t, answer, bufio.NewReader(answer.Body), hangUp}
}

// next gives the next message; false: the stream has ended.
func (l *listener) next() (m message, ok bool) {
	l.t.Helper()
	for {
		line, err := l.in.ReadString('\n')
		if err == io.EOF && line == "" {
			return m, false
		}
		if err != nil {
			l.t.Fatalf("%q, %v", line, err)
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			if m.id, err = strconv.ParseInt(value, 10, 64); err != nil {
				l.t.Fatal(err)
			}
		case "event":
			m.kind = value
		case "data":
			m.data += value
		case "":
			if m != (message{}) && line == "\n" {
				return m, true
			}
		}
	}
}

// want reads as many messages as there are, and compares.
func (l *listener) want(what string, all []message) {
	l.t.Helper()
	for _, want := range all {
		if got, ok := l.next(); got != want {
			l.t.Fatalf("%s: %+v, %v, want %+v", what, got, ok, want)
		}
	}
}

// told are all events that the API shows at a URL, the oldest first.
func (s *whole) told(at, as, path string) (all []message) {
	s.t.Helper()
	for page := 1; len(all) == 250*(page-1); page++ {
		w := s.get(as, fmt.Sprintf("%sper_page=250&order=date&page=%d", path, page))
		if page > 1 && w.Code == http.StatusNotFound {
			break
		}
		var rows []json.RawMessage
		if err := json.Unmarshal(w.Body.Bytes(), &rows); err != nil {
			s.t.Fatalf("%s, %v", w.Body, err)
		}
		for _, row := range rows {
			var event struct{ ID int64 }
			if err := json.Unmarshal(row, &event); err != nil {
				s.t.Fatal(err)
			}
			all = append(all, message{id: event.ID, data: strings.ReplaceAll(string(row), "http://pw.example.org", at)})
		}
	}
	return all
}

func (s *whole) start() (at string) {
	server := httptest.NewServer(s)
	s.t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}

// TestStreamIsTheAPI: everyone is told the events that the API shows them, in the same form, and nothing else.
func TestStreamIsTheAPI(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.AddPrivate()
	at := s.start()
	for _, who := range []string{"", "strange", "ann", "maint", "root", "inner", "reader"} {
		for query, path := range map[string]string{
			"?since_id=0":                          "/api/events/?",
			"?since_id=0&project=demo":             "/api/events/?project=demo&",
			"?since_id=0&project=1":                "/api/events/?project=1&",
			"?since_id=7":                          "/api/events/?since_id=7&",
			"?since_id=0&version=1.1":              "/api/1.1/events/?",
			"?since_id=0&category=patch-created":   "/api/events/?category=patch-created&",
			"?since_id=0&category=check-created":   "/api/events/?category=check-created&",
			"?since_id=0&version=1.2&project=demo": "/api/1.2/events/?project=demo&",
		} {
			want := s.told(at, who, path)
			if len(want) == 0 {
				t.Fatalf("%s is empty", path)
			}
			l := s.listen(at, who, query)
			l.want(fmt.Sprintf("%q %s", who, query), want)
			if got := l.answer.Header.Get("X-Patchwatch-Epoch"); got == "" {
				t.Error("it does not say which epoch it is of")
			}
			l.hangUp()
		}
	}
	inside := s.told(at, "inner", "/api/events/?project=inside&")
	if len(inside) == 0 {
		t.Fatal("nothing has happened inside")
	}
	s.listen(at, "inner", "?since_id=0&project=inside").want("inside", inside)
	s.listen(at, "inner", "?since_id=0"+strings.Repeat("&project=inside", 900)).want("inside, said often", inside)
	both := slices.Concat(s.told(at, "", "/api/events/?category=check-created&"),
		s.told(at, "", "/api/events/?category=patch-created&"))
	slices.SortFunc(both, func(a, b message) int { return int(a.id - b.id) })
	s.listen(at, "", "?since_id=0&category=check-created&category=patch-created").want("two categories", both)
}

// TestStreamRefusals: what is wrong is told before the stream begins. A private project is one that is not there.
func TestStreamRefusals(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.AddPrivate()
	at := s.start()
	for _, c := range []struct {
		who, query, header string
		status             int
		says               string
	}{
		{"", "?project=nowhere", "", 400, `There is no project "nowhere".`},
		{"maint", "?project=inside", "", 400, `There is no project "inside".`},
		{"", "?project=demo&project=nowhere", "", 400, "no project"},
		{"", "?category=nonsense", "", 400, `There is no category "nonsense".`},
		{"", "?category=patch-comment-created&version=1.2", "", 400, "no category"},
		{"", "?version=9", "", 400, `There is no version of the API "9".`},
		{"", "?project=" + strings.Repeat("x", 30_000), "", 400, strings.Repeat("x", 100) + `".`},
		{"", "?project=%00&category=%FF%0A", "", 400, "There is no project \"\\x00\"."},
		{"", "?category=patch%0Acreated", "", 400, "There is no category \"patch\\ncreated\"."},
		{"", "?" + strings.Repeat("project=demo&", 1001), "", 400, "These are too many"},
		{"", "?since_id=-1", "", 400, "take the number of an event"},
		{"", "?since_id=x", "", 400, "take the number of an event"},
		{"", "", "1e3", 400, "take the number of an event"},
		{"off", "", "", 403, "Invalid token."},
	} {
		l := s.listen(at, c.who, c.query, "Last-Event-ID", c.header, "Accept", "application/json")
		text, _ := io.ReadAll(l.answer.Body)
		if l.answer.StatusCode != c.status || !strings.Contains(string(text), c.says) {
			t.Errorf("%q %s %s: %d %s", c.who, c.query, c.header, l.answer.StatusCode, text)
		}
	}
	if w := s.do("", "POST", "/events/stream", "x=y"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d %v", w.Code, w.Header())
	}
	if w := s.do("", "HEAD", "/events/stream", ""); w.Code != 200 ||
		w.Header().Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD: %d %v", w.Code, w.Header())
	}
	locked := s.again(web.Options{RequireLogin: true})
	if w := locked.do("", "GET", "/events/stream", ""); w.Code != 403 {
		t.Errorf("who has not logged in: %d", w.Code)
	}
}

// TestStreamStarts: a stream begins behind the event that the client saw last, or now. A number that has not been given
// yet is as good as the newest. One of another epoch means nothing.
func TestStreamStarts(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	at := s.start()
	seen := fmt.Sprint(s.told(at, "", "/api/events/?")[4].id)
	for what, c := range map[string]struct {
		query  string
		header []string
		rest   bool // what came after it is told
		epoch  bool
	}{
		"now":                       {},
		"a header":                  {header: []string{"Last-Event-ID", seen}, rest: true},
		"a header before the URL":   {query: "?since_id=0", header: []string{"Last-Event-ID", seen}, rest: true},
		"in the future":             {query: "?since_id=99999999"},
		"beyond any number":         {query: "?since_id=99999999999999999999"},
		"of this epoch":             {query: "?since_id=" + seen + "&epoch={epoch}", rest: true},
		"of another epoch":          {query: "?since_id=" + seen + "&epoch=other", epoch: true},
		"an empty header, as nginx": {query: "?since_id=" + seen, header: []string{"Last-Event-ID", ""}, rest: true},
	} {
		epoch, err := s.Epoch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l := s.listen(at, "", strings.ReplaceAll(c.query, "{epoch}", url.QueryEscape(epoch)), c.header...)
		if c.epoch {
			l.want(what, []message{{kind: "epoch", data: `{"epoch":"` + epoch + `"}`}})
		}
		before := s.told(at, "", "/api/events/?")
		if c.rest {
			l.want(what, before[5:])
		}
		s.Deliver(town.Mail{ID: "new-" + strings.ReplaceAll(what, " ", "-"), From: "x@example.org", List: "demo",
			Subject: "[PATCH] " + what, Text: "x\n" + town.Diff, Day: 20})
		l.want(what+", what comes then", s.told(at, "", "/api/events/?")[len(before):])
	}
}

// TestStreamOfAnotherEpoch: a database that a backup takes the place of ends all streams, and they say so.
func TestStreamOfAnotherEpoch(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "town.db")
	s := serveOver(t, town.Build(t, openFile(t, file)), nil, web.Options{})
	l := s.listen(s.start(), "", "")
	d, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(`UPDATE epoch SET name = 'another'`); err != nil {
		t.Fatal(err)
	}
	l.want("another epoch", []message{{kind: "epoch", data: `{"epoch":"another"}`}})
	if m, ok := l.next(); ok {
		t.Errorf("it goes on with %+v", m)
	}
}

// TestStreamEndsWithTheRight: whose token is taken back is told no more; nor who is put out of a private project.
func TestStreamEndsWithTheRight(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.AddPrivate()
	at := s.start()
	inside, ann, all := s.listen(at, "inner", "?project=inside"), s.listen(at, "ann", ""), s.listen(at, "", "")
	inner := s.Users["inner"]
	inner.Maintains = nil
	if err := s.SetUser(t.Context(), "admin", inner); err != nil {
		t.Fatal(err)
	}
	tokens, err := s.Credentials(t.Context(), s.Users["ann"].ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Revoke(t.Context(), "admin", s.Users["ann"].ID, tokens[0].ID); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"inside", "demo"} {
		s.Deliver(town.Mail{ID: "later-" + list, From: "x@example.org", List: list, Subject: "[PATCH] later in " + list,
			Text: "x\n" + town.Diff, Day: 20})
	}
	for who, l := range map[string]*listener{"inner": inside, "ann": ann} {
		if m, ok := l.next(); ok {
			t.Errorf("%s is told %+v", who, m)
		}
	}
	if m, ok := all.next(); !ok || !strings.Contains(m.data, "later in demo") {
		t.Errorf("others are told %+v, %v", m, ok)
	}
}

// TestStreamsAreFew: a network has its share of streams, and no more until it gives one back.
func TestStreamsAreFew(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	at := s.start()
	var first *listener
	for n := range 20 {
		if l := s.listen(at, "", ""); l.answer.StatusCode != 200 {
			t.Fatalf("stream %d: %d", n, l.answer.StatusCode)
		} else if first == nil {
			first = l
		}
	}
	if l := s.listen(at, "", ""); l.answer.StatusCode != 429 || l.answer.Header.Get("Retry-After") == "" {
		t.Errorf("one more: %d %v", l.answer.StatusCode, l.answer.Header)
	}
	first.hangUp()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		l := s.listen(at, "", "")
		if l.answer.StatusCode == 200 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the place of a client that has gone is never free")
		}
	}
}

// TestStreamLosesNothing: while mail comes and people decide, by way of another Store, clients read a few events, hang
// up in the middle, and come back. Each is told every event once, in the order of commits.
func TestStreamLosesNothing(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	at, other := s.start(), s.again(web.Options{})
	const mails = 60
	var running sync.WaitGroup
	for n := range 4 {
		running.Go(func() { s.comeAndGo(at, fmt.Sprintf("reader %d", n), mails) })
	}
	for n := range mails {
		by := s
		if n%2 == 0 {
			by = other
		}
		by.Deliver(town.Mail{ID: fmt.Sprint("m", n), From: "x@example.org", List: "demo",
			Subject: fmt.Sprintf("[PATCH] number %d", n), Text: "x\n" + town.Diff, Day: 20})
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
	}
	running.Wait()
}

// comeAndGo reads events up to that of the last of so many mails, and compares them with those of the API.
func (s *whole) comeAndGo(at, who string, mails int) {
	var got []message
	seen, times := int64(0), 0
	last := fmt.Sprintf("number %d\"", mails-1)
	for done := false; !done; times++ {
		l := s.listen(at, "", "?since_id=0", "Last-Event-ID", fmt.Sprint(seen))
		for range 1 + rand.IntN(20) {
			m, ok := l.next()
			if !ok {
				s.t.Errorf("%s: the stream ends", who)
				return
			}
			got, seen = append(got, m), m.id
			done = strings.Contains(m.data, last) && strings.Contains(m.data, `"category":"series-completed"`)
			if done {
				break
			}
		}
		l.hangUp()
	}
	want := s.told(at, "", "/api/events/?")
	if !slices.Equal(got, want) || times < 5 {
		s.t.Errorf("%s, who came %d times, was told %d events, want %d", who, times, len(got), len(want))
	}
}

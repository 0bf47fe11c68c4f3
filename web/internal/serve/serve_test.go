package serve

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if os.Getenv("SERVE_PASSED_SOCKETS") != "" {
		servePassedSockets()
	}
	os.Exit(m.Run())
}

// start serves handler at a port of its own, and returns where. stop ends the server and returns what Run returned.
func start(t *testing.T, cfg Config, handler http.Handler) (url string, stop func() error) {
	t.Helper()
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	ready, done := make(chan string, 1), make(chan error, 1)
	cfg.Ready = func(url string) { ready <- url }
	ctx, cancel := context.WithCancel(t.Context())
	s := New(cfg, handler)
	go func() { done <- s.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { stop() })
	select {
	case url = <-ready:
	case err := <-done:
		t.Fatal(err)
	}
	return url, stop
}

// text is a handler that answers with text.
func text(s string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, s) })
}

// ask sends a request through a server without a socket.
func ask(s http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	escaped, query, _ := strings.Cut(target, "?")
	path, err := url.PathUnescape(escaped)
	if err != nil {
		panic(err)
	}
	r.URL, r.RequestURI = &url.URL{Path: path, RawPath: escaped, RawQuery: query}, target
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// logTo returns a log that tests can read while a server writes to it.
func logTo() (*slog.Logger, *lockedBuffer) {
	b := &lockedBuffer{}
	return slog.New(slog.NewTextHandler(b, nil)), b
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func h2cClient() *http.Client {
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: p}}
}

func TestBothProtocols(t *testing.T) {
	url, stop := start(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		io.WriteString(w, r.Proto+" "+string(body))
		if err != nil {
			t.Error(err)
		}
	}))
	h1 := &http.Client{Transport: &http.Transport{}}
	h2 := h2cClient()
	for client, want := range map[*http.Client]string{h1: "HTTP/1.1 hello", h2: "HTTP/2.0 hello"} {
		for range 2 {
			resp, err := client.Post(url, "text/plain", strings.NewReader("hello"))
			if err != nil {
				t.Fatal(err)
			}
			got, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if string(got) != want || resp.StatusCode != 200 {
				t.Errorf("%d %q, want %q", resp.StatusCode, got, want)
			}
		}
	}
	begin := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("with idle connections it took %v to end", took)
	}
}

// A request in hand is answered when the server ends; a new one is refused.
func TestGracefulEnd(t *testing.T) {
	for name, client := range map[string]*http.Client{"HTTP/1.1": {Transport: &http.Transport{}}, "HTTP/2": h2cClient()} {
		t.Run(name, func(t *testing.T) {
			inside, goOn := make(chan bool), make(chan bool)
			url, stop := start(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				inside <- true
				<-goOn
				if r.Context().Err() != nil {
					t.Error("its context ended with the server's")
				}
				io.WriteString(w, "done")
			}))
			// One that says nothing must not hold up the end.
			address := strings.Trim(strings.TrimPrefix(url, "http://"), "/")
			mute, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer mute.Close()
			answer := make(chan string, 1)
			go func() {
				resp, err := client.Get(url)
				if err != nil {
					answer <- err.Error()
					return
				}
				got, err := io.ReadAll(resp.Body)
				if err != nil {
					got = []byte(err.Error())
				}
				answer <- string(got)
			}()
			<-inside
			ended := make(chan error, 1)
			go func() { ended <- stop() }()
			waitFor(t, func() bool { // no request: one that still gets in would wait for goOn
				c, err := net.Dial("tcp", address)
				if err == nil {
					c.Close()
				}
				return err != nil
			})
			select {
			case err := <-ended:
				t.Fatalf("it ended too early: %v", err)
			case <-time.After(50 * time.Millisecond):
			}
			close(goOn)
			if got := <-answer; got != "done" {
				t.Errorf("got %q", got)
			}
			select {
			case err := <-ended:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(4 * time.Second):
				t.Error("it did not end")
			}
		})
	}
}

// A request that takes too long is broken off, and its handler has returned when Run does.
func TestGraceHasAnEnd(t *testing.T) {
	inside, returned := make(chan bool), make(chan bool, 1)
	log, lines := logTo()
	url, stop := start(t, Config{Log: log, Limits: Limits{Grace: 100 * time.Millisecond}},
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(inside)
			<-r.Context().Done()
			time.Sleep(100 * time.Millisecond)
			returned <- true
		}))
	c := dial(t, url) // net/http notices a lost client only once the body is read, which here it never is
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
	<-inside
	if err := stop(); err != nil {
		t.Error(err)
	}
	select {
	case <-returned:
	default:
		t.Error("the handler still runs")
	}
	if !strings.Contains(lines.String(), "broken off") {
		t.Error(lines.String())
	}
}

func waitFor(t *testing.T, what func() bool) {
	t.Helper()
	for range 500 {
		if what() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("waited in vain")
}

package serve

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ticking streams a word every 20 ms until the client has gone or the server is to end, and tells when it has returned.
func ticking(returned chan<- error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s := NewStream(w, r, "text/event-stream")
		err := s.Send([]byte("hello\n"))
		for err == nil {
			select {
			case <-r.Context().Done():
				err = context.Cause(r.Context())
			case <-Ending(r):
				returned <- nil
				return
			case <-time.After(20 * time.Millisecond):
				err = s.Send([]byte("tick\n"))
			}
		}
		returned <- err
	}
}

// TestStreamOutlivesLimits: a stream that its client reads goes on when the time of a request, of its body and of an
// answer is over. It is not compressed, and each piece arrives when it is sent.
func TestStreamOutlivesLimits(t *testing.T) {
	t.Parallel()
	const limit = 300 * time.Millisecond
	for name, client := range map[string]*http.Client{"HTTP/1.1": http.DefaultClient, "HTTP/2": plainHTTP2()} {
		t.Run(name, func(t *testing.T) {
			returned := make(chan error, 1)
			limits := Limits{Body: limit, Request: limit, Answer: limit, Stall: limit}
			url, _ := start(t, Config{Limits: limits}, ticking(returned))
			r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", "gzip")
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if e := answer.Header.Get("Content-Encoding"); e != "" || answer.Header.Get("X-Accel-Buffering") != "no" {
				t.Errorf("%v", answer.Header)
			}
			in := bufio.NewReader(answer.Body)
			for begin := time.Now(); time.Since(begin) < 4*limit; {
				if line, err := in.ReadString('\n'); err != nil {
					t.Fatalf("after %v: %q, %v", time.Since(begin), line, err)
				}
			}
			answer.Body.Close()
			if err := <-returned; err == nil {
				t.Error("the client has gone, and the stream does not know")
			}
		})
	}
}

func plainHTTP2() *http.Client {
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: p}}
}

// TestStreamThatNobodyReads is cut off.
func TestStreamThatNobodyReads(t *testing.T) {
	t.Parallel()
	returned := make(chan error, 1)
	url, _ := start(t, Config{Limits: Limits{Stall: 200 * time.Millisecond}},
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s := NewStream(w, r, "text/event-stream")
			for {
				if err := s.Send([]byte(strings.Repeat("x", 1<<16))); err != nil {
					returned <- err
					return
				}
			}
		}))
	c := dial(t, url)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case <-returned:
	case <-time.After(10 * time.Second):
		t.Error("it is sent for ever")
	}
}

// TestStreamEndsWithTheServer: a server that is to end need not wait for the end of a stream.
func TestStreamEndsWithTheServer(t *testing.T) {
	t.Parallel()
	returned := make(chan error, 1)
	url, stop := start(t, Config{}, ticking(returned))
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	begin := time.Now()
	stop()
	if err := <-returned; err != nil {
		t.Errorf("it was broken off: %v", err)
	}
	if _, err := io.ReadAll(answer.Body); err != nil {
		t.Errorf("its client sees no end: %v", err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("the server has ended after %v", took)
	}
}

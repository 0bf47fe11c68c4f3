package serve

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.Trim(strings.TrimPrefix(url, "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// drip sends text a byte at a time until the server has closed the connection, and returns what the server said.
func drip(t *testing.T, c net.Conn, text string) string {
	t.Helper()
	go func() {
		for i := 0; ; i++ {
			if _, err := c.Write([]byte{text[min(i, len(text)-1)]}); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	said, err := io.ReadAll(c)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatal("the server waits for ever")
	}
	return string(said)
}

func TestSlowHeader(t *testing.T) {
	url, _ := start(t, Config{Limits: Limits{Header: 300 * time.Millisecond}}, text("x"))
	begin := time.Now()
	drip(t, dial(t, url), "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// A client may say nothing at all, on a new connection or after a request.
func TestSilentClient(t *testing.T) {
	url, _ := start(t, Config{Limits: Limits{Header: 200 * time.Millisecond, Idle: 200 * time.Millisecond}}, text("x"))
	for _, first := range []string{"", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"} {
		c := dial(t, url)
		io.WriteString(c, first)
		if _, err := io.ReadAll(c); err != nil {
			t.Errorf("after %q: %v", first, err)
		}
	}
}

func TestSlowBody(t *testing.T) {
	got := make(chan int, 1)
	url, _ := start(t, Config{Limits: Limits{Body: 300 * time.Millisecond}},
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(r.Body)
			BodyError(w, r, err, "It broke.")
			got <- 1
		}))
	for _, header := range []string{"Content-Length: 100000", "Transfer-Encoding: chunked"} {
		c := dial(t, url)
		io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\n"+header+"\r\n\r\n")
		if said := drip(t, c, "186a0\r\nx"); !strings.HasPrefix(said, "HTTP/1.1 408 ") {
			t.Errorf("%s: %q", header, said)
		}
		<-got
	}
}

// A handler that answers without reading the body leaves the rest to net/http, which must not wait for ever either. The
// same goes for answers of this package.
func TestSlowBodyThatNobodyReads(t *testing.T) {
	url, _ := start(t, Config{Limits: Limits{Body: 300 * time.Millisecond}}, text("x"))
	for _, request := range []string{
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: <\r\nContent-Length: 100000\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nOrigin: http://y\r\nContent-Length: 100000\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n",
	} {
		c := dial(t, url)
		io.WriteString(c, request)
		drip(t, c, "x")
	}
}

// The deadline of a body must not break off a long answer.
func TestBodyDeadlineEndsWithTheBody(t *testing.T) {
	for name, client := range map[string]*http.Client{"HTTP/1.1": {Transport: &http.Transport{}}, "HTTP/2": h2cClient()} {
		url, _ := start(t, Config{Limits: Limits{Body: 100 * time.Millisecond}},
			http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.ReadAll(r.Body)
				time.Sleep(300 * time.Millisecond)
				if err := r.Context().Err(); err != nil {
					t.Error(err)
				}
				io.WriteString(w, "done")
			}))
		resp, err := client.Post(url, "text/plain", strings.NewReader("x"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := io.ReadAll(resp.Body); string(got) != "done" {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestHugeHeader(t *testing.T) {
	url, _ := start(t, Config{}, text("x"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c := dial(t, url)
	sent := make(chan int64, 1)
	go func() {
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Huge: ")
		n, _ := io.CopyN(c, endless{}, 100<<20)
		sent <- n
	}()
	said, _ := bufio.NewReader(c).ReadString('\n')
	if said != "" && !strings.HasPrefix(said, "HTTP/1.1 431 ") { // a reset may come before the answer
		t.Errorf("%q", said)
	}
	if n := <-sent; n == 100<<20 {
		t.Error("it took all 100 MB")
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 20<<20 {
		t.Errorf("it took %d bytes of memory", after.TotalAlloc-before.TotalAlloc)
	}
	if resp, err := http.Get(url); err != nil || resp.StatusCode != 200 {
		t.Error(err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// A client that reads nothing of a large answer is given up, and so is the work for it.
func TestClientThatNeverReads(t *testing.T) {
	ended := make(chan error, 1)
	url, _ := start(t, Config{Limits: Limits{Stall: 300 * time.Millisecond}}, endlessAnswer(ended))
	c := dial(t, url)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	expectEnd(t, ended)
}

func endlessAnswer(ended chan error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(w, endless{})
		ended <- err
	})
}

func expectEnd(t *testing.T, ended chan error) {
	t.Helper()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it sent everything")
		}
	case <-time.After(10 * time.Second):
		t.Error("the handler waits for ever")
	}
}

// Nor may one that reads for ever take an answer without end.
func TestTrickleHasAnEnd(t *testing.T) {
	for _, client := range []*http.Client{{Transport: &http.Transport{}}, h2cClient()} {
		ended := make(chan error, 1)
		url, _ := start(t, Config{Limits: Limits{Answer: 400 * time.Millisecond}}, endlessAnswer(ended))
		resp, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		go io.Copy(io.Discard, resp.Body)
		expectEnd(t, ended)
		resp.Body.Close()
	}
}

// With HTTP/2 a client can stop one stream, or the whole connection.
func TestHTTP2ClientThatNeverReads(t *testing.T) {
	for _, window := range []uint32{0, 1 << 30} {
		ended := make(chan error, 1)
		url, _ := start(t, Config{Limits: Limits{Stall: 300 * time.Millisecond}}, endlessAnswer(ended))
		c := dial(t, url)
		io.WriteString(c, http2.ClientPreface)
		f := http2.NewFramer(c, c)
		f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window})
		f.WriteWindowUpdate(0, 1<<30)
		f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: h2Header(), EndStream: true, EndHeaders: true})
		expectEnd(t, ended)
	}
}

func h2Header() []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":authority", "x"}, {":path", "/"}} {
		e.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	return b.Bytes()
}

// A header that never ends, in frames that never end it.
func TestSlowHTTP2Header(t *testing.T) {
	url, _ := start(t, Config{Limits: Limits{Idle: 300 * time.Millisecond}}, text("x"))
	c := dial(t, url)
	io.WriteString(c, http2.ClientPreface)
	f := http2.NewFramer(c, c)
	f.WriteSettings()
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: h2Header(), EndStream: true})
	go func() {
		for f.WriteContinuation(1, false, nil) == nil {
			time.Sleep(50 * time.Millisecond)
		}
	}()
	_, err := io.Copy(io.Discard, c)
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		t.Error("the server waits for ever")
	}
}

// A client may read slowly, as long as it reads.
func TestSlowReader(t *testing.T) {
	const size = 32 << 20
	url, _ := start(t, Config{Limits: Limits{Stall: 400 * time.Millisecond}},
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, size)) }))
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for buf := make([]byte, 512<<10); ; time.Sleep(25 * time.Millisecond) {
		n, err := io.ReadFull(resp.Body, buf)
		if total += n; err != nil {
			break
		}
	}
	if total != size {
		t.Errorf("%d bytes of %d", total, size)
	}
}

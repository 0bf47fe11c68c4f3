package serve

import (
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Ten thousand connections that say nothing take no more than their places, and do not keep others out.
func TestManySilentConnections(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	many := min(10_000, int(limit.Cur)/2)
	url, _ := start(t, Config{}, text("x"))
	address := strings.Trim(strings.TrimPrefix(url, "http://"), "/")
	before := runtime.NumGoroutine()
	var open sync.Map
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range many / 20 {
				c, err := net.DialTimeout("tcp", address, 50*time.Millisecond)
				if err != nil {
					continue // the queue is full
				}
				open.Store(c, true)
			}
		})
	}
	group.Wait()
	defer open.Range(func(c, _ any) bool {
		c.(net.Conn).Close()
		return true
	})
	if n := runtime.NumGoroutine() - before; n > 2*512+50 {
		t.Errorf("%d goroutines", n)
	}
	begin := time.Now()
	client := &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	t.Logf("answered after %v", time.Since(begin))
}

// Clients that keep their connections after a request make room for others; those in the middle of one do not.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	const places = 5
	goOn := make(chan bool)
	inside := make(chan bool, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			inside <- true
			<-goOn
		}
		io.WriteString(w, "x")
	})
	url, _ := start(t, Config{Limits: Limits{Conns: places}}, h)
	slow := make(chan error, 1)
	go func() {
		resp, err := http.Get(url + "slow")
		if err == nil {
			resp.Body.Close()
		}
		slow <- err
	}()
	<-inside
	for i := range 4 * places {
		client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
		resp, err := client.Get(url)
		if err != nil {
			t.Fatalf("client %d: %v", i, err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close() // the connection stays open
	}
	close(goOn)
	if err := <-slow; err != nil {
		t.Errorf("a request in hand was broken off: %v", err)
	}
}

// Places are for all listeners together, and are given back.
func TestPlacesAreGivenBack(t *testing.T) {
	d := newDoor(1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := d.guard(l)
	for range 3 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		served, err := g.Accept()
		if err != nil {
			t.Fatal(err)
		}
		served.Close()
		served.Close() // twice gives one place back
	}
	d.places <- struct{}{} // all are taken
	time.AfterFunc(50*time.Millisecond, func() { g.Close() })
	if _, err := g.Accept(); err == nil {
		t.Error("accepted without a place")
	}
}

package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// asker asks one server for pages as a browser does that stays on them: by connections that it keeps, where the server
// keeps them, and with the answers compressed.
type asker struct {
	client *http.Client
	serial *atomic.Int64 // of addresses that nobody has asked for
}

// newAsker makes one for so many clients at once.
func newAsker(clients int) *asker {
	return &asker{
		client: &http.Client{
			Timeout:       time.Minute,
			Transport:     &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		serial: &serials,
	}
}

var serials atomic.Int64

// once asks for one page, and tells its status and its size as it was sent.
func (a *asker) once(url string) (status int, size int64, err error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	r.Header.Set("Accept-Encoding", "gzip")
	w, err := a.client.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer w.Body.Close()
	size, err = io.Copy(io.Discard, w.Body)
	return w.StatusCode, size, err
}

// asNew is an address of the same page under which nobody has asked for it, so that no answer is kept of it.
func (a *asker) asNew(url string) string {
	sign := "?"
	if strings.Contains(url, "?") {
		sign = "&"
	}
	return fmt.Sprintf("%s%sasked=%d", url, sign, a.serial.Add(1))
}

// measured is what asking for some time showed.
type measured struct {
	median, p99 float64 // milliseconds
	rate        float64 // pages a second
	size        float64 // mean, in thousands of bytes
	cpu         float64 // milliseconds of processor that the server spent for each
	answers     int
}

// ask has clients ask for pages in turn, for some time. Any answer but 200 is an error.
func (a *asker) ask(urls []string, clients int, span time.Duration, asNew bool) (measured, error) {
	type share struct {
		millis []float64
		size   int64
		err    error
	}
	shares := make([]share, clients)
	var turn atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range shares {
		s := &shares[i]
		wg.Go(func() {
			for time.Since(begin) < span {
				url := urls[int(turn.Add(1))%len(urls)]
				if asNew {
					url = a.asNew(url)
				}
				asked := time.Now()
				status, size, err := a.once(url)
				if err == nil && status != http.StatusOK {
					err = fmt.Errorf("GET %s: %d", url, status)
				}
				if err != nil {
					s.err = err
					return
				}
				s.millis = append(s.millis, float64(time.Since(asked).Microseconds())/1000)
				s.size += size
			}
		})
	}
	wg.Wait()
	took := time.Since(begin).Seconds()
	var millis []float64
	var size int64
	for _, s := range shares {
		if s.err != nil {
			return measured{}, s.err
		}
		millis = append(millis, s.millis...)
		size += s.size
	}
	slices.Sort(millis)
	n := len(millis)
	return measured{
		median: millis[n/2], p99: millis[min(n-1, n*99/100)], rate: float64(n) / took,
		size: float64(size) / float64(n) / 1000, answers: n,
	}, nil
}

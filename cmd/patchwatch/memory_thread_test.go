package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A thread of thousands of mails is sent piece by piece, so the server as a whole stays small, and the first piece comes
// soon, also just after the server began.
func TestMemoryIsSmallForAThreadOfThousands(t *testing.T) {
	t.Parallel() // it measures processes of its own
	if raceEnabled {
		t.Skip("the race detector has a memory of its own")
	}
	const (
		mails     = 5_000
		path      = "/all/n4321@example.org/t.mbox.gz"
		mostMiB   = 64
		mostFirst = 50 * time.Millisecond
	)
	w := newWorkplace(t)
	w.run("project", "add", "soon", "--list-id", "soon.example.org")
	w.write("thread.mbox", longThread(mails))
	w.run("import", "--quiet", "thread.mbox")
	w.run("rebuild", "--search") // or the server does so meanwhile, which takes memory too
	p, at := w.serve("--quiet")
	if _, got := fetchThread(t, at+path, true); got != mails {
		t.Errorf("the thread has %d mails, want %d", got, mails)
	}
	peak := statusKB(p.cmd.Process.Pid, "VmHWM") >> 10
	p.stop()
	t.Logf("the server took %d MiB", peak)
	if peak == 0 || peak > mostMiB {
		t.Errorf("the server took %d MiB, want at most %d", peak, mostMiB)
	}
	soonest := time.Hour
	for range 20 { // a machine that is busy is slow now and then
		p, at := w.serve("--quiet")
		first, _ := fetchThread(t, at+path, false)
		p.stop()
		if soonest = min(soonest, first); soonest <= mostFirst {
			break
		}
	}
	t.Logf("the first byte came after %v", soonest)
	if soonest > mostFirst {
		t.Errorf("the first byte came after %v, want it within %v", soonest, mostFirst)
	}
}

// longThread is an mbox of mails each of which answers one of those before it, and refers to some more.
func longThread(mails int) string {
	var out strings.Builder
	words := rand.New(rand.NewPCG(1, 2))
	for i := range mails {
		fmt.Fprintf(&out, "From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: Ada <ada@example.org>\nSubject: Re: a long talk\n"+
			"Message-ID: <n%d@example.org>\nList-Id: <soon.example.org>\nDate: %s\n", i,
			time.Unix(1_795_000_000+int64(i), 0).UTC().Format(time.RFC1123Z))
		if i > 0 {
			fmt.Fprintf(&out, "In-Reply-To: <n%d@example.org>\nReferences: <n%d@example.org> <n%[1]d@example.org>\n", i*7/8, i/2)
		}
		for range 40 {
			fmt.Fprintf(&out, "\nwhat is said here is %x and not %x", words.Uint64(), words.Uint64())
		}
		out.WriteString("\n\n")
	}
	return out.String()
}

// fetchThread tells when the first byte of an mbox.gz came, and reads how many mails the whole of it has.
func fetchThread(t *testing.T, url string, whole bool) (first time.Duration, mails int) {
	t.Helper()
	began := time.Now()
	got, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	z, err := gzip.NewReader(got.Body) // it reads the beginning
	if err != nil || got.StatusCode != http.StatusOK {
		t.Fatal(got.Status, err)
	}
	first = time.Since(began)
	for in := bufio.NewScanner(z); whole && in.Scan(); err = in.Err() {
		if strings.HasPrefix(in.Text(), "From mboxrd@z ") {
			mails++
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return first, mails
}

package ingest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// readMbox reads all mails of an mbox.
func readMbox(t *testing.T, r io.Reader) (mails []string, delivered []time.Time) {
	t.Helper()
	for m := NewMbox(r); ; {
		raw, at, err := m.Next()
		if err == io.EOF {
			return mails, delivered
		}
		if err != nil {
			t.Fatal(err)
		}
		mails, delivered = append(mails, string(raw)), append(delivered, at)
	}
}

func TestMbox(t *testing.T) {
	raw, err := os.ReadFile("testdata/two.mbox")
	if err != nil {
		t.Fatal(err)
	}
	for _, newline := range []string{"\n", "\r\n"} {
		text := strings.ReplaceAll(string(raw), "\n", newline)
		mails, delivered := readMbox(t, iotest.OneByteReader(strings.NewReader(text)))
		if len(mails) != 2 {
			t.Fatalf("%d mails: %q", len(mails), mails)
		}
		want := strings.ReplaceAll("\nFrom here on\n>From there\n\nFrom the middle of a text\n", "\n", newline)
		if !strings.HasSuffix(mails[0], newline+want) || !strings.HasPrefix(mails[0], "Received:") {
			t.Errorf("first: %q", mails[0])
		}
		if !strings.HasSuffix(mails[1], "From: c@x.org"+newline) {
			t.Errorf("second: %q", mails[1])
		}
		for i, want := range []string{"2025-01-06 09:00:03", "2025-01-07 09:00:00"} {
			if got := delivered[i].Format(time.DateTime); got != want {
				t.Errorf("mail %d was delivered %s", i, got)
			}
		}
	}
}

func TestMboxSeparators(t *testing.T) {
	const dated, git = "From a@x Sat Jan  1 00:00:00 2000\n", "From 0123 Mon Sep 17 00:00:00 2001\n"
	for _, c := range []struct {
		name, mbox string
		mails      int
	}{
		{"nothing", "", 0},
		{"one", dated + "Subject: x\n\ntext\n", 1},
		{"two", dated + "Subject: x\n\ntext\n\n" + dated + "Subject: y\n\n", 2},
		{"no empty line before a header", dated + "Subject: x\n\ntext\n" + dated + "Subject: y\n\n", 2},
		{"no empty line before text", dated + "Subject: x\n\ntext\n" + dated + "text\n\n", 1},
		{"no date", "From a\nSubject: x\n\n\nFrom b\nSubject: y\n\n", 2},
		{"made by git", git + "Subject: x\n\n" + git + "Subject: y\n\n", 2},
		{"a patch in a mail", dated + "Subject: x\n\n" + git + "Subject: y\n\n", 1},
		{"an archive's line", "From sven at narfation.org  Sun Apr 28 18:28:09 2019\nSubject: x\n\n\n" +
			"From sven at narfation.org  Sun Apr 28 18:28:09 2019\nSubject: y\n\n", 2},
		{"empty lines first", "\n\n" + dated + "Subject: x\n\n", 1},
		{"the line alone", strings.TrimSpace(dated), 1},
	} {
		if mails, _ := readMbox(t, strings.NewReader(c.mbox)); len(mails) != c.mails {
			t.Errorf("%s: %d mails, want %d: %q", c.name, len(mails), c.mails, mails)
		}
	}
}

func TestMboxDelivered(t *testing.T) {
	for mail, want := range map[string]string{
		"Received: x; Mon, 3 Jan 2000 00:00:00 +0000\nReceived: y; Sun, 2 Jan 2000 00:00:00 +0000\n" +
			"Date: 1 Jan 2000 00:00 +0000\n\n": "2000-01-03 00:00:00",
		"Received: x\nReceived: y; Sun, 2 Jan 2000 00:00:00 +0000\n\n":                            "2000-01-02 00:00:00",
		"Received: x\nDate: 1 Jan 2000 00:00 +0100\n\n":                                           "1999-12-31 23:00:00",
		"X-Tool: 1\n\nReceived: x; Mon, 3 Jan 2000 00:00:00 +0000\nFrom: a@x.org\nSubject: s\n\n": "2000-01-03 00:00:00",
		"Date: never\n\n": "1998-01-03 01:05:34",
	} {
		_, delivered := readMbox(t, strings.NewReader("From a Sat Jan  3 01:05:34 1998\n"+mail))
		if got := delivered[0].Format(time.DateTime); got != want {
			t.Errorf("%q: %s", mail, got)
		}
	}
	for line, want := range map[string]string{
		"From a Sat Jan  3 01:05:34 1998 +0100": "1998-01-03 00:05:34",
		"From a Sat Jan  3 01:05:34 EST 1998":   "1998-01-03 06:05:34",
		"From a":                                "0001-01-01 00:00:00",
	} {
		if got := fromDate(line).Format(time.DateTime); got != want {
			t.Errorf("%q: %s", line, got)
		}
	}
}

func TestNotMbox(t *testing.T) {
	for _, text := range []string{"Subject: x\n\n", "Fromage", strings.Repeat("x", 1<<17),
		"From " + strings.Repeat("x", 1<<17)} {
		if _, _, err := NewMbox(strings.NewReader(text)).Next(); err != ErrNotMbox {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	broken := errors.New("broken")
	r := NewMbox(io.MultiReader(strings.NewReader("From a\nSubject: x\n"), iotest.ErrReader(broken)))
	for range 2 {
		if _, _, err := r.Next(); !errors.Is(err, broken) {
			t.Errorf("reader's error: %v", err)
		}
	}
}

// TestMboxTooLarge reads a mail larger than MaxMail, and the one behind it.
func TestMboxTooLarge(t *testing.T) {
	const from = "From a@x Sat Jan  1 00:00:00 2000\n"
	large := io.MultiReader(strings.NewReader(from+"Subject: x\n\n"), io.LimitReader(zeroes{}, MaxMail+1),
		strings.NewReader("\n\n"+from+"Subject: y\n\n"))
	r := NewMbox(large)
	if _, _, err := r.Next(); !errors.Is(err, ErrTooLarge) {
		t.Errorf("large mail: %v", err)
	}
	if raw, _, err := r.Next(); err != nil || !bytes.HasPrefix(raw, []byte("Subject: y")) {
		t.Errorf("the mail behind it: %q, %v", raw, err)
	}
	if _, _, err := r.Next(); err != io.EOF {
		t.Errorf("end: %v", err)
	}
}

// zeroes reads as the digit 0 for ever.
type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

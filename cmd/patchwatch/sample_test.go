package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const sampleDir = "../../testdata/sample"

// sampleMail is one of testdata/sample, with the time at which its list's subscriber got it.
type sampleMail struct {
	file      string
	raw       []byte
	delivered time.Time
}

// readSamples gives the mails whose file names match one of the patterns, in order of arrival; without any, all but the
// empty one, for which a watcher waits, as it might still be filled.
func readSamples(patterns ...string) ([]sampleMail, error) {
	files, err := filepath.Glob(filepath.Join(sampleDir, "*.eml"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no mails in %s: %v", sampleDir, err)
	}
	var out []sampleMail
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC) // for those without a date: just after the one before
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		at = received(raw, at.Add(time.Second))
		if matchesAny(filepath.Base(file), patterns) && (len(raw) > 0 || len(patterns) > 0) {
			out = append(out, sampleMail{filepath.Base(file), raw, at})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no sample mail matches %q", patterns)
	}
	return out, nil
}

func samples(t testing.TB, patterns ...string) []sampleMail {
	t.Helper()
	mails, err := readSamples(patterns...)
	if err != nil {
		t.Fatal(err)
	}
	return mails
}

func matchesAny(name string, patterns []string) bool {
	for _, p := range patterns {
		if ok, _ := filepath.Match(p, name); ok {
			return true
		}
	}
	return len(patterns) == 0
}

var receivedDate = regexp.MustCompile(`; (\w{3}, .*)`)

// received is the date of the topmost Received line.
func received(raw []byte, otherwise time.Time) time.Time {
	if m := receivedDate.FindSubmatch(raw); m != nil {
		if t, err := mail.ParseDate(strings.TrimSpace(string(m[1]))); err == nil {
			return t.UTC()
		}
	}
	return otherwise
}

// mtaName is what an MTA calls the n-th mail of a test in new.
func (m sampleMail) mtaName(n int) string {
	return fmt.Sprintf("%d.P4711Q%d.mx.example.org", m.delivered.Unix(), n)
}

// writeMaildir delivers mails as an MTA does: whole, and under names that begin with the time.
func writeMaildir(dir string, mails []sampleMail) error {
	for _, folder := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return err
		}
	}
	for n, m := range mails {
		if err := deliverOne(dir, m, n); err != nil {
			return err
		}
	}
	return nil
}

func deliverOne(dir string, m sampleMail, n int) error {
	tmp := filepath.Join(dir, "tmp", m.mtaName(n))
	if err := writeFile(tmp, m); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(dir, "new", m.mtaName(n)))
}

// writeFile gives the file the time of delivery as its own.
func writeFile(path string, m sampleMail) error {
	if err := os.WriteFile(path, m.raw, 0o600); err != nil {
		return err
	}
	return os.Chtimes(path, m.delivered, m.delivered)
}

// writeFolder writes a file for each mail.
func writeFolder(dir string, mails []sampleMail) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, m := range mails {
		if err := writeFile(filepath.Join(dir, m.file), m); err != nil {
			return err
		}
	}
	return nil
}

// writeMboxFile writes an mbox, compressed if its name ends in .gz.
func writeMboxFile(path string, mails []sampleMail) error {
	var b bytes.Buffer
	for _, m := range mails {
		fmt.Fprintf(&b, "From mboxrd@z %s\n", m.delivered.Format(time.ANSIC))
		b.Write(m.raw)
		b.WriteByte('\n')
	}
	if strings.HasSuffix(path, ".gz") {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		if _, err := z.Write(b.Bytes()); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		b = packed
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

package ingest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"patchwatch/track"
)

// measure parses a mail and tells how much processor time that took, which other programs on the machine don't change,
// and how much was allocated for it.
func measure(raw []byte) (m *track.Mail, took time.Duration, allocated uint64, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := processorTime()
	m, err = Parse(raw)
	took = processorTime() - start
	runtime.ReadMemStats(&after)
	return m, took, after.TotalAlloc - before.TotalAlloc, err
}

// tooLong tells whether reading a mail takes longer than a limit, which a machine that is busy with other things
// makes it do now and then: processors share caches and units. So it is measured again, and what counts in the end is
// how much longer it takes than plain text of largeMail bytes does at that moment; on an idle machine that is a
// seventh of timeLimit.
func tooLong(raw []byte, took, limit time.Duration) (best time.Duration, bad bool) {
	if best = took; took > 10*limit {
		return took, true // no load does that
	}
	for range 3 {
		if best <= limit {
			return best, false
		}
		_, again, _, _ := measure(raw)
		best = min(best, again)
	}
	plain := []byte(mailHead + strings.Repeat("all work and no play\n", largeMail/21))
	_, yardstick, _, _ := measure(plain)
	return best, best > limit && best > time.Duration(7*float64(yardstick)*float64(limit)/float64(timeLimit))
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// checkStrings fails the test where a string of m isn't UTF-8 or has a NUL.
func checkStrings(t testing.TB, m *track.Mail) {
	t.Helper()
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.String:
			if s := v.String(); !utf8.ValidString(s) || strings.Contains(s, "\x00") {
				t.Errorf("%s isn't UTF-8 without NUL: %.200q", path, s)
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i), path)
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), path)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i), path+"."+v.Type().Field(i).Name)
				}
			}
		}
	}
	walk(reflect.ValueOf(m), "Mail")
}

// The mails that are built to break a parser.
var hostile = []struct {
	name  string
	build func() string
}{
	{"large: one line", func() string { return mailHead + strings.Repeat("x", largeMail) }},
	{"large: lines", func() string { return mailHead + strings.Repeat("all work and no play\n", largeMail/21) }},
	{"large: CRLF lines", func() string { return mailHead + strings.Repeat("all work and no play\r\n", largeMail/22) }},
	{"large: empty lines", func() string { return mailHead + strings.Repeat("\n", largeMail) }},
	{"large: patch", func() string {
		return mailHead + strings.Repeat("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", largeMail/34)
	}},
	{"large: patch of many files", func() string {
		var b strings.Builder
		b.WriteString(mailHead)
		for i := 0; b.Len() < largeMail; i++ {
			fmt.Fprintf(&b, "--- a/f%d\n+++ b/f%d\n@@ -1 +1 @@\n-a\n+b\n", i, i)
		}
		return b.String()
	}},
	{"large: text and suspicion by turns", func() string {
		return mailHead + strings.Repeat("--- a\ntext\ndiff \n--- b\ntext\n", largeMail/28)
	}},
	{"large: base64", func() string {
		line := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("text\r\n"), 9)) + "\n"
		return "Subject: x\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat(line, largeMail/len(line))
	}},
	{"large: quoted-printable", func() string {
		return "Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=3D=E4=\n", largeMail/8)
	}},
	{"large: windows-1252", func() string { return mailHead + strings.Repeat("\x80", largeMail) }},
	{"large: HTML", func() string {
		return "Subject: x\nContent-Type: text/html\n\n" + strings.Repeat("<script></b>&lt;<b", largeMail/18)
	}},
	{"large: HTML heads", func() string {
		return "Subject: x\nContent-Type: text/html\n\n" + strings.Repeat("<head><b>", largeMail/9) + "</head>"
	}},
	{"large: HTML scripts", func() string {
		return "Subject: x\nContent-Type: text/html\n\n" + strings.Repeat("<script></b></script>", largeMail/21) + "</head>"
	}},
	{"large: trailers", func() string { return mailHead + strings.Repeat("A-by: b\n", largeMail/8) }},
	{"large: pull requests", func() string {
		return mailHead + "The following changes since commit\n" +
			strings.Repeat("are available in the git repository at:\n a@b\n", largeMail/45)
	}},
	{"large: dashes", func() string { return mailHead + strings.Repeat("--", largeMail/2) }},
	{"20,000 parts", func() string {
		return "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" +
			strings.Repeat("--b\n\ntext\n", 20000) + "--b--\n"
	}},
	{"20,000 attached patches", func() string {
		return "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" +
			strings.Repeat("--b\nContent-Type: text/x-patch\n\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", 20000) + "--b--\n"
	}},
	{"large: 500 attached patches", func() string {
		patch := "--b\nContent-Type: text/x-patch\n\n"
		var s strings.Builder
		s.WriteString("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n")
		for i := range 500 {
			s.WriteString(patch + strings.Repeat(fmt.Sprintf("--- a/f%d\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", i), largeMail/500/40))
		}
		return s.String()
	}},
	{"5,000 levels of multipart", func() string {
		var b strings.Builder
		b.WriteString("Subject: x\n")
		for i := range 5000 {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		}
		return b.String() + "\ntext\n"
	}},
	{"5,000 levels of the same boundary", func() string {
		return "Subject: x\n" + strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 5000)
	}},
	{"large: of 20 levels", func() string {
		var b strings.Builder
		b.WriteString("Subject: x\n")
		for i := range 19 {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		}
		return b.String() + "\n" + strings.Repeat("--text\n", largeMail/7)
	}},
	{"5,000 levels of forwarded mail", func() string {
		return "Subject: x\n" + strings.Repeat("Content-Type: message/rfc822\n\n", 5000) + "\ntext\n"
	}},
	{"1 MiB header of fields", func() string { return strings.Repeat("X-A: b\n", 1<<20/7) + "Subject: x\n\ntext\n" }},
	{"1 MiB header of one folded field", func() string {
		return "Subject: x\nTo:" + strings.Repeat(" a@x,\n", 1<<20/6) + "\ntext\n"
	}},
	{"large: header", func() string { return "Subject: x\n" + strings.Repeat("X-A: b\n", largeMail/7) + "\ntext\n" }},
	{"header of malformed lines", func() string {
		return "Subject: x\n" + strings.Repeat("malformed\nTo: a@x\n", 1<<20/19) + "\ntext\n"
	}},
	{"header of malformed lines and folds", func() string {
		return "Subject: x\n" + strings.Repeat("malformed\n y\nTo: a@x\n z\n", 1<<20/25) + "\ntext\n"
	}},
	{"100,000 references", func() string {
		var b strings.Builder
		b.WriteString("Subject: x\nReferences:")
		for i := range 100000 {
			fmt.Fprintf(&b, " <%d@x>", i)
		}
		return b.String() + "\n\ntext\n"
	}},
	{"100,000 References fields", func() string { return strings.Repeat("References: <a@x>\n", 100000) + "\n" }},
	{"40,000 brackets in the subject", func() string { return "Subject: " + strings.Repeat("[", 40000) + "\n\ntext\n" }},
	{"40,000 pairs of brackets in the subject", func() string {
		return "Subject: " + strings.Repeat("[a]", 40000) + "\n\n"
	}},
	{"40,000 open parentheses in the subject", func() string {
		return "Subject: " + strings.Repeat("(v", 40000) + "\n\n"
	}},
	{"1 MiB of broken encoded words", func() string { return "Subject: " + strings.Repeat("=?", 1<<19) + "\n\ntext\n" }},
	{"1 MiB of encoded words", func() string { return "Subject: " + strings.Repeat("=?a?q?b?= c ", 1<<20/12) + "\n\n" }},
	{"1 MiB of encoded words in lines", func() string {
		return "Subject: " + strings.Repeat("=?utf-8?q?b?=\n =?latin1?q?b?=\n plain\n", 1<<20/38) + "\n\n"
	}},
	{"1 MiB of words that cannot be decoded", func() string {
		return "Subject: " + strings.Repeat("=?a?b?a?= ", 1<<20/10) + "\n\n"
	}},
	{"1 MiB of angle brackets in From", func() string { return "From: " + strings.Repeat("<a>", 1<<20/3) + "\n\n" }},
	{"1 MiB of open angle brackets", func() string {
		s := strings.Repeat("<", 1<<19)
		return "From: " + s + "\nList-Id: " + s + "\n\n"
	}},
	{"1 MiB of an open quote in To", func() string { return "To: \"" + strings.Repeat("a,", 1<<19) + "\n\n" }},
	{"1 MiB of quotes in Cc", func() string {
		return "From: a via l <l@x>\nCc: " + strings.Repeat(`",`, 1<<19) + "\n\n"
	}},
	{"1 MiB of parameters", func() string {
		return "Subject: x\nContent-Type: text/plain" + strings.Repeat(";a*0=\"", 1<<20/6) + "\n\n"
	}},
	{"1 MiB boundary", func() string {
		long := strings.Repeat("b", 1<<20-100)
		return "Subject: x\nContent-Type: multipart/mixed; boundary=" + long + "\n\n" +
			strings.Repeat("--"+long[:1000]+"\n", 20000)
	}},
}

const mailHead = "From: A <a@x.org>\nMessage-ID: <a@x.org>\nSubject: x\n\n"

// TestHostileMailIsBounded holds every such mail to 2 seconds of an idle processor and, beyond its own bytes, to 256
// MiB. The memory is all that was ever allocated, so that what is in use at a time is less.
func TestHostileMailIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("builds large mails")
	}
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			raw := []byte(h.build())
			m, took, allocated, err := measure(raw)
			t.Logf("%v, %d MiB", took.Round(time.Millisecond), allocated>>20)
			if err != nil {
				t.Fatal(err)
			}
			if best, bad := tooLong(raw, took, timeLimit); bad {
				t.Errorf("took %v", best)
			}
			if allocated > 256<<20 {
				t.Errorf("allocated %d MiB", allocated>>20)
			}
			if len(m.Refs) > track.MaxRefs {
				t.Errorf("%d references", len(m.Refs))
			}
		})
	}
}

package watcher

import (
	"strings"
	"testing"
	"time"
)

func TestDelivered(t *testing.T) {
	mtime := time.Date(2020, 1, 2, 3, 4, 5, 678_901_234, time.FixedZone("", 3600))
	unnamed := time.Date(2020, 1, 2, 2, 4, 5, 678_901_000, time.UTC)
	at := func(s, micros int64) time.Time { return time.Unix(s, micros*1000).UTC() }
	for _, c := range []struct {
		name string
		want time.Time
	}{
		{"1700000000.M123456P7Q8.host", at(1700000000, 123456)},
		{"1700000000.P7M5Q8.host", at(1700000000, 5)},
		{"1700000000.M123456P7.host,S=10:2,S", at(1700000000, 123456)},
		{"1700000000.12345_1.M7.host", at(1700000000, 0)},
		{"1700000000.Mail.host", at(1700000000, 0)},
		{"1700000000.M1234567.host", at(1700000000, 0)}, // no count of microseconds
		{"1700000000.M7", at(1700000000, 7)},
		{"1700000000", at(1700000000, 0)},
		{"1700000000:2,S", at(1700000000, 0)},
		{"796435200.1.host", at(796435200, 0)},
		{"5.M7P8Q9.host", at(5, 7)},
		{"0001.eml", unnamed},
		{"2026.11.23.eml", unnamed},
		{"170000000000.M1.host", unnamed},
		{"1700000000x.M1.host", unnamed},
		{"-1700000000.M1.host", unnamed},
		{"mail", unnamed},
		{".", unnamed},
		{"", unnamed},
	} {
		got := Delivered(c.name, mtime)
		if !got.Equal(c.want) || got.Location() != time.UTC {
			t.Errorf("Delivered(%q) = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCurName(t *testing.T) {
	for _, c := range []struct {
		name   string
		choice int
		want   string
	}{
		{"a", 0, "a:2,"},
		{"a", 1, "a~1:2,"},
		{"a:2,S", 0, "a:2,S"},
		{"a:2,S", 2, "a~2:2,S"},
		{"a:2," + strings.Repeat("S", 100), 0, "a:2," + strings.Repeat("S", 100)},
		{"a:1,x", 0, "a:1,x:2,"},
		{"a:2", 0, "a:2:2,"},
	} {
		if got := curName(c.name, c.choice); got != c.want {
			t.Errorf("curName(%q, %d) = %q, want %q", c.name, c.choice, got, c.want)
		}
	}
}

func TestFailedName(t *testing.T) {
	for _, c := range []struct {
		name         string
		choice       int
		want, reason string
	}{
		{"a", 0, "a", "a.reason"},
		{"a", 1, "a~1", "a~1.reason"},
		{"a:2,S", 0, "a:2,S", "a:2,S.reason"},
		{"a.reason", 0, "a.reason~", "a.reason~.reason"},
	} {
		got := failedName(c.name, c.choice)
		if got != c.want || reasonName(got) != c.reason {
			t.Errorf("failedName(%q, %d) = %q and %q", c.name, c.choice, got, reasonName(got))
		}
	}
}

// No name is too long for a file, whatever is put behind it, and none is given to two mails.
func TestLongNames(t *testing.T) {
	seen := map[string]string{}
	for _, end := range []string{"", "x", ".reason", ":2,S", ":2," + strings.Repeat("S", 100)} {
		name := strings.Repeat("n", maxName-len(end)) + end
		for choice := range 3 {
			for place, got := range map[string]string{
				"cur":    curName(name, choice),
				"failed": failedName(name, choice),
				"reason": reasonName(failedName(name, choice)),
			} {
				if len(got) > maxName || got == "" {
					t.Errorf("%s %q: %d bytes", place, got, len(got))
				}
				key := place + got
				if place == "reason" {
					key = "failed" + got
				}
				if other, taken := seen[key]; taken {
					t.Errorf("%q is given to %q and %q", got, other, name)
				}
				seen[key] = name
			}
		}
	}
}

func TestSanitizeHost(t *testing.T) {
	for host, want := range map[string]string{
		"mail.example.org": "mail.example.org",
		"a/b:c":            `a\057b\072c`, // the two that the Maildir specification names
		"a b\nc\xff":       `a\040b\012c\377`,
	} {
		if got := sanitizeHost(host); got != want {
			t.Errorf("sanitizeHost(%q) = %q, want %q", host, got, want)
		}
	}
	if got := sanitizeHost(strings.Repeat("/", 300)); len(got) > maxHost+3 {
		t.Errorf("%d bytes of host", len(got))
	}
}

// A file may have any time. One that no JSON holds would be in the way of every list that has the mail.
func TestDeliveredAtNoTime(t *testing.T) {
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	for _, c := range []struct{ is, want time.Time }{
		{time.Unix(1<<62, 0), time.Unix(0, 0)},
		{time.Unix(-1<<62, 0), time.Unix(0, 0)},
		{last.Add(time.Second), time.Unix(0, 0)},
		{last, last},
		{time.Unix(-1, 0), time.Unix(-1, 0)},
	} {
		got := Delivered("mail", c.is)
		if _, err := got.MarshalJSON(); !got.Equal(c.want) || err != nil {
			t.Errorf("Delivered at %v = %v, want %v; %v", c.is, got, c.want, err)
		}
	}
}

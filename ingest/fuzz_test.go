package ingest

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// addSeeds gives a fuzz test the mails in testdata.
func addSeeds(f *testing.F, pattern string) {
	f.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
}

// FuzzParse holds for any bytes: no panic, the same facts twice, every string UTF-8 without NUL, every bound kept.
func FuzzParse(f *testing.F) {
	addSeeds(f, "*.eml")
	f.Fuzz(func(t *testing.T, raw []byte) {
		given := bytes.Clone(raw)
		m, err := Parse(raw)
		again, errAgain := Parse(raw)
		if !bytes.Equal(raw, given) {
			t.Fatal("Parse has changed the mail")
		}
		if err != nil {
			if err != ErrNoMail || errAgain != err {
				t.Fatal(err)
			}
			return
		}
		if !reflect.DeepEqual(m, again) {
			t.Fatalf("parsed twice: %+v\nand %+v", m, again)
		}
		checkStrings(t, m)
		if m.MsgID == "" {
			t.Error("no Message-ID")
		}
		if (m.Diff == "") != (m.Hash == "") {
			t.Error("a diff without hash, or a hash without diff")
		}
	})
}

// FuzzSubject holds for any subject: taking it apart twice changes nothing but what a name's brackets had around them.
func FuzzSubject(f *testing.F) {
	for _, s := range []string{
		"[PATCH net-next v2 03/10] a: b", "Re: [proj] [PATCH 1 of 2 V3] x", "[[1/2] ] x", "=?utf-8?q?=c3=a4?= (v2)",
		"回复：x", "[", "]", "(v(v2)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		full := decodeHeader([]byte(raw))
		if !utf8.ValidString(full) || strings.Contains(full, "\x00") || fold(full) != full {
			t.Fatalf("%q isn't decoded", full)
		}
		s := parseSubject(full)
		if min(s.Number, s.Total, s.Version) < 0 || max(s.Number, s.Total, s.Version) > maxNumber {
			t.Errorf("%+v", s)
		}
		if n := utf8.RuneCountInString(s.Name("x")); n > 255 {
			t.Errorf("name of %d characters", n)
		}
		isReply(full, true)
	})
}

// FuzzPatch holds for any text: nothing is lost or made up by splitting, and what is found as a patch is one by itself.
func FuzzPatch(f *testing.F) {
	addSeeds(f, "*.eml")
	f.Fuzz(func(t *testing.T, text []byte) {
		s := splitPatch(text)
		if got, want := countLines(s.text)+countLines(s.diff), countLines(text); got < want || got > want+1 {
			t.Errorf("%d lines of %d", got, want)
		}
		var notes notes
		hashDiff(s.diff)
		fileNames(s.diff, &notes)
		findPull(strings.ToValidUTF8(string(s.text), ""))
		findTrailers(string(s.text), nil)
		findDepends(string(s.text))
	})
}

// countLines counts the lines of a text, the last of which may lack its LF.
func countLines(text []byte) int {
	n := bytes.Count(text, []byte{'\n'})
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}

// FuzzMbox holds for any bytes: an end is reached, and no mail is larger than what was read.
func FuzzMbox(f *testing.F) {
	addSeeds(f, "*.mbox")
	f.Fuzz(func(t *testing.T, text []byte) {
		m := NewMbox(bytes.NewReader(text))
		for left := len(text); ; {
			raw, _, err := m.Next()
			if err == io.EOF || err == ErrNotMbox {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if left -= len(raw); left < 0 {
				t.Fatal("more bytes came out than went in")
			}
		}
	})
}

// FuzzAddress holds for any header value: people are UTF-8 of bounded length, with lower-cased addresses.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		`"A, B" <a@x.org>, b@x.org (B), c at x.org (C)`, "o'brien@x", "'A' via L <l@x>", `"`, "(", "<<a@b>", "mailto:a@b",
		"=?utf-8?q?=c3=a4?= <A@B >",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		for _, one := range splitAddresses(decodeHeader(value)) {
			p := parsePerson(one)
			if !utf8.ValidString(p.Name) || !utf8.ValidString(p.Email) || p.Email != strings.ToLower(p.Email) {
				t.Errorf("%+v", p)
			}
			if utf8.RuneCountInString(p.Name) > maxPerson || utf8.RuneCountInString(p.Email) > maxPerson {
				t.Errorf("too long: %+v", p)
			}
		}
		h := header{{name: []byte("Cc"), value: value}, {name: []byte("Reply-To"), value: value},
			{name: []byte("List-Id"), value: value}}
		realSender(h, parsePerson(decodeHeader(value)))
		recipients(h)
		listIDs(h)
	})
}

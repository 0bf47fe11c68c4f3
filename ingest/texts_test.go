package ingest

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"patchwatch/track"
)

func TestReadTexts(t *testing.T) {
	raw := "Received: from a by b; Mon, 25 Aug 2025 10:00:00 +0200\n" +
		"Received: from c by d; Mon, 25 Aug 2025 09:00:00 +0200\n" +
		"From: =?utf-8?q?G=C3=BCnther?= <G@x.org> (home)\n" +
		"To: a@x, \"B, C\" <b@x>\nTo: d@x\nCc: e@x\n" +
		"Subject: [PATCH] x\nMessage-ID: <One@x> (comment)\nX-Alt-Message-ID: <alt@x>\n" +
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" +
		"--b\n\nhello\n-- \nsignature\n" +
		"--b\nContent-Type: text/x-patch; name=\"a.patch\"\nContent-Transfer-Encoding: base64\n\nZGlmZg0KK3gK\n" +
		"--b\nContent-Type: application/pgp-signature; name=signature.asc\n\nnot searched\n" +
		"--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=notes\n\nprintable\n" +
		"--b\nContent-Type: application/octet-stream\n\nnot\x01printable\n" +
		"--b\nContent-Type: text/html\n\n<p>page\n" +
		"--b\nContent-Type: message/rfc822\n\nSubject: inner\nFrom: i@x\nMessage-ID: <inner@x>\n\nforwarded\n" +
		"--b--\n"
	got, err := ReadTexts([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	want := &track.Texts{
		Subjects: []string{"[PATCH] x", "inner"},
		From:     []string{"G\u00fcnther <G@x.org> (home)", "i@x"},
		To:       []string{"a@x, \"B, C\" <b@x>, d@x"},
		Cc:       []string{"e@x"},
		MsgIDs:   []string{"One@x", "alt@x", "inner@x"},
		Received: time.Date(2025, 8, 25, 8, 0, 0, 0, time.UTC),
		Size:     int64(len(raw) + strings.Count(raw, "\n")),
		Parts: []track.TextPart{
			{Text: "hello\n-- \nsignature"}, {FileName: "a.patch", Text: "diff\n+x\n"}, {FileName: "signature.asc"},
			{FileName: "notes", Text: "printable"}, {}, {}, {Text: "forwarded"},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%#v\nwant\n%#v", got, want)
	}
}

// TestTextsOfPages: a page is searched only where nothing else is said.
func TestTextsOfPages(t *testing.T) {
	got, err := ReadTexts([]byte("From: a@x\nContent-Type: text/html\n\n<style>x</style><p>Only a &lt;page"))
	if err != nil || len(got.Parts) != 1 || strings.TrimSpace(got.Parts[0].Text) != "Only a <page" {
		t.Errorf("%v %#v", err, got)
	}
}

func TestTextsOfNoMail(t *testing.T) {
	if _, err := ReadTexts([]byte(" \n")); err != ErrNoMail {
		t.Error(err)
	}
}

// FuzzReadTexts: whatever Parse takes has texts, and they are no larger than the mail allows.
func FuzzReadTexts(f *testing.F) {
	f.Add([]byte("From: a\n\nx"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>x\n--b--"))
	f.Add([]byte("Content-Type: message/rfc822\n\nSubject: =?utf-8?q?x?=\nMessage-ID: a\n\nb\r\n\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		texts, err := ReadTexts(raw)
		if _, parsed := Parse(raw); (parsed == nil) != (err == nil) {
			t.Fatalf("Parse: %v, ReadTexts: %v", parsed, err)
		}
		if err != nil {
			return
		}
		size := 0
		for _, p := range texts.Parts {
			size += len(p.Text) + len(p.FileName)
			if strings.ContainsRune(p.Text, 0) || strings.ToValidUTF8(p.Text, "") != p.Text {
				t.Errorf("text %q", p.Text)
			}
		}
		if size > 8*len(raw)+64 {
			t.Errorf("%d bytes of texts from %d", size, len(raw))
		}
		lf := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
		if crlf := bytes.ReplaceAll(lf, []byte("\n"), []byte("\r\n")); texts.Size != int64(len(crlf)) {
			t.Errorf("size %d, with CRLF %d", texts.Size, len(crlf))
		}
	})
}

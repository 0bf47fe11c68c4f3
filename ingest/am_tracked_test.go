package ingest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/internal/needs"
	"patchwatch/track"
)

const trackedMail = "Received: by a\r\n\tfor b\r\nReceived: by c\r\nFrom: Ann via List <list@x.org>\r\n" +
	"Reply-To: Ann <ann@x.org>\r\n" +
	"Subject: [PATCH] x\r\nMessage-ID: <1@x.org>\r\nIn-Reply-To: <0@x.org>\r\nX-Patchwork-Id: 7\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Language: en\r\nX-Odd: a\r\n \r\n\tb\r\n" +
	"Date: Thu, 1 Jan 2026 10:00:00 +0000\r\n" +
	"\r\ntext\r\n\r\nSigned-off-by: Ann <ann@x.org>\r\n---\r\n f | 2 +-\r\n\r\n--- a/f\r\n+++ b/f\r\n" +
	"@@ -1 +1 @@\r\n-a\r\n+b\r\n"

func TestAppendTracked(t *testing.T) {
	t.Parallel()
	p := track.MailView{ID: 12, MsgID: "<1@x.org>", Date: time.Unix(1_767_261_600, 0),
		Submitter: track.Person{Name: "Ann", Email: "ann@x.org"}}
	got, err := AppendTracked(nil, p, "del@x.org", []byte(trackedMail), []track.Trailer{
		{Key: "Acked-by", Value: "Bob <bob@x.org>"},
	})
	const want = `From patchwatch Thu Jan  1 10:00:00 2026
From: "Ann" <ann@x.org>
Date: Thu, 1 Jan 2026 10:00:00 +0000
Subject: [PATCH] x
X-Patchwork-Submitter: "Ann" <ann@x.org>
X-Patchwork-Id: 12
X-Patchwork-Delegate: del@x.org
X-Patchwork-Original-From: Ann via List <list@x.org>
Message-ID: <1@x.org>
Received: by a
	for b
Received: by c
Reply-To: Ann <ann@x.org>
In-Reply-To: <0@x.org>
X-Odd: a
	b
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit

text

Signed-off-by: Ann <ann@x.org>
Acked-by: Bob <bob@x.org>
---
 f | 2 +-

--- a/f
+++ b/f
@@ -1 +1 @@
-a
+b

`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	if _, err := AppendTracked(nil, p, "", []byte("\n"), nil); err != ErrNoMail {
		t.Errorf("no mail: %v", err)
	}
}

// TestTrackedReadsAsPatch: whatever else is in the header, git makes the same commits of it.
func TestTrackedReadsAsPatch(t *testing.T) {
	needs.Git(t)
	t.Parallel()
	samples, _ := filepath.Glob("../testdata/sample/*.eml")
	if len(samples) == 0 {
		t.Fatal("no samples")
	}
	for _, file := range samples {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := track.MailView{ID: 1, MsgID: "<1@x.org>", Date: time.Unix(1_767_261_600, 0)}
		m, err := Parse(raw)
		if err != nil {
			continue
		}
		p.Submitter = m.From
		plain, err := AppendPatch(nil, p, raw, nil)
		if err != nil {
			t.Fatal(err)
		}
		tracked, err := AppendTracked(nil, p, "", raw, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := commitsOf(t, tracked), commitsOf(t, plain); got != want {
			t.Errorf("%s: %s\nwant %s", file, got, want)
		}
	}
}

// commitsOf is what git mailinfo reads from every mail of an mbox.
func commitsOf(t *testing.T, mbox []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/mbox", mbox, 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("sh", "-c",
		`git mailsplit -o. mbox >/dev/null && for f in 0*; do git mailinfo msg patch <$f && cat msg patch; done`)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

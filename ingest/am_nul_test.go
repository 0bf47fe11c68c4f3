package ingest

import (
	"strings"
	"testing"
	"unicode/utf16"

	"patchwatch/track"
)

// TestNULsCostNoPatch has mails with NULs in them of which git am gets the patch all the same.
func TestNULsCostNoPatch(t *testing.T) {
	t.Parallel()
	const head = "From: A <a@example.org>\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
	const body = "The message.\n---\nIndex: f\n--- f\t1\n+++ f\t2\n@@ -1,2 +1,3 @@\n one\n+two\n three\n"
	const diff = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n one\n+t\x00wo\n three\n"
	subject, plain := "Subject: [PATCH] f: count\n", "Content-Type: text/plain\n\n"
	base64 := "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
	parts := "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n"
	for name, c := range map[string]struct{ mail, message, line string }{
		"in the message":           {head + subject + base64 + inBase64("\x00"+body), "The message.", "+two"},
		"in the only part's patch": {head + subject + base64 + inBase64(diff), "", "+t\x00wo"},
		"in a part's patch": {head + subject + parts + plain + "Why.\n--bb\n" + base64 + inBase64(diff) + "--bb--\n",
			"Why.", "+t\x00wo"},
		"in a part's message": {head + subject + parts + base64 + inBase64("W\x00hy.\n") + "--bb\n" + plain + diff +
			"--bb--\n", "Why.", "+t\x00wo"},
		"in octets that are no git": {head + subject + parts + plain + "Why.\n--bb\n" + octets(body+"\x00") + "--bb--\n",
			"Why.", "+two"},
		"of UTF-16": {head + subject + "Content-Type: text/plain; charset=utf-16le\n" +
			"Content-Transfer-Encoding: base64\n\n" + inBase64(inUTF16(body)), "The message.", "+two"},
		"in the subject": {head + "Subject: [PATCH] =?utf-8?q?f=3A_c=00ount?=\n" + plain + body, "The message.", "+two"},
	} {
		t.Run(name, func(t *testing.T) {
			commits, err := Commits([]byte(c.mail), track.Person{})
			if err != nil || len(commits) != 1 {
				t.Fatalf("%d commits, %v", len(commits), err)
			}
			if !strings.Contains(string(commits[0].Patch), "\n"+c.line+"\n") {
				t.Errorf("the patch is %q", commits[0].Patch)
			}
			got, ok := newGitReader(t).first(mboxOf(t, []byte(c.mail), track.Person{}))
			if !ok {
				t.Fatal("git can't read the mbox")
			}
			if !strings.Contains(got.message, c.message) || !strings.Contains(got.info, "Subject: f: count\n") {
				t.Errorf("git reads %q and %q", got.info, got.message)
			}
		})
	}
}

func octets(text string) string {
	return "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" + inBase64(text)
}

func inUTF16(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

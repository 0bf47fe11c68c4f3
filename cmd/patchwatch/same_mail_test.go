package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/db/postgres/pgtest"
)

// TestBothEnginesTakeTheSameMail: what SQLite stores, PostgreSQL stores, and both dumps are the same: of mail whose
// names and addresses are as long and odd as anybody can make them, of sample mail, and of what other programs are
// tested with, where that is to be had (shared/corpus/nasty).
func TestBothEnginesTakeTheSameMail(t *testing.T) {
	w := newWorkplace(t)
	w.deliver("odd", oddNames())
	w.deliver("md", samples(t))
	archives := append([]string{"odd", "md"}, w.nasty()...)
	server := pgtest.New(t)
	if err := server.Create("patches", "template1"); err != nil {
		t.Fatal(err)
	}
	onServer := server.Name("patches")
	for _, database := range []string{"patchwatch.db", onServer} {
		said := w.run(append([]string{"--db", database, "import", "--quiet"}, archives...)...)
		if database == onServer && strings.Contains(said, "longer than") {
			t.Error(said)
		}
	}
	w.run("compare", "patchwatch.db", onServer)
	w.run("copy", onServer, "copy.db")
	w.run("compare", "patchwatch.db", "copy.db")
}

// oddNames are mails with Message-IDs and senders of characters that take databases more room than others.
func oddNames() (mails []sampleMail) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{200, 700, 998, 5000} {
		for _, span := range [][2]rune{{'a', 'z'}, {1, 2}, {0xe0, 0xff}, {0x4e00, 0x9fff}, {0x10ff00, 0x10fffd}} {
			var name strings.Builder
			for name.Len() < size {
				name.WriteRune(span[0] + r.Int32N(span[1]-span[0]+1))
			}
			for _, header := range []string{"Message-ID: <%s@x>\nFrom: <ann@example.org>\n",
				"Message-ID: <%d@x>\nFrom: Ann <%s@example.org>\n"} {
				header = strings.Replace(header, "%d", fmt.Sprint(len(mails)), 1)
				raw := strings.Replace(header, "%s", name.String(), 1) + "List-Id: <odd.example.org>\nSubject: [PATCH] odd\n\n" +
					fmt.Sprintf("---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+%d\n", len(mails))
				at := time.Date(2026, 2, 1, 0, 0, len(mails), 0, time.UTC)
				mails = append(mails, sampleMail{raw: []byte(raw), delivered: at})
			}
		}
	}
	return mails
}

// nasty are folders of mail that programs are tested with.
func (w *workplace) nasty() (folders []string) {
	w.t.Helper()
	packed, _ := filepath.Glob("../../../shared/corpus/nasty/*.tar.gz")
	for _, file := range packed {
		folders = append(folders, w.unpacked(file))
	}
	return folders
}

// unpacked is the folder of an archive of mails; empty: there is no such archive.
func (w *workplace) unpacked(file string) string {
	w.t.Helper()
	raw, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return ""
	}
	if err != nil {
		w.t.Fatal(err)
	}
	c := exec.Command("tar", "xzf", "-", "-C", w.dir)
	c.Stdin = bytes.NewReader(raw)
	if out, err := c.CombinedOutput(); err != nil {
		w.t.Fatalf("%s: %v: %s", file, err, out)
	}
	return w.path(strings.TrimSuffix(filepath.Base(file), ".tar.gz"))
}

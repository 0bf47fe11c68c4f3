package web_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"patchwatch/track"
)

// realLists is where the mail of real lists is. It is other people's, so it is no part of the project.
const realLists = "../../shared/corpus/real/"

// eachRealList delivers the first mails of each of five public lists to a server of its own, for what has to hold
// whatever people send; with PATCHWATCH_LONG in the environment, all of their mails.
func eachRealList(t *testing.T, most int, f func(s *whole, list string)) {
	t.Helper()
	if os.Getenv("PATCHWATCH_LONG") != "" {
		most = math.MaxInt
	}
	for list, id := range map[string]string{
		"batman": "b.a.t.m.a.n.lists.open-mesh.org", "netfilter-devel": "netfilter-devel.vger.kernel.org",
		"linux-man": "linux-man.vger.kernel.org", "kasan-dev": "kasan-dev.googlegroups.com",
		"blinux": "blinux-list.redhat.com",
	} {
		t.Run(list, func(t *testing.T) {
			t.Parallel()
			if _, err := os.Stat(realLists + list + ".tar.gz"); err != nil {
				t.Skip("the mail of real lists is not there: ", err)
			}
			s := newWhole(t)
			s.Project(track.Project{LinkName: list, ListID: id})
			importFirst(t, s, realLists+list+".tar.gz", most)
			f(s, list)
		})
	}
}

// importFirst delivers the first mails of an archive.
func importFirst(t *testing.T, s *whole, archive string, most int) {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for r, n := tar.NewReader(z), 0; n < most; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg || !strings.HasSuffix(h.Name, ".eml") {
			continue
		}
		if err := os.WriteFile(fmt.Sprintf("%s/%06d.eml", dir, n), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		n++
	}
	s.Import(dir)
}

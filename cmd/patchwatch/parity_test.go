package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// corpus is where the public lists' mail lies beside the checkout, with what Patchwork stored of it in archive order.
const corpus = "../../../shared/corpus/real"

var publicLists = []struct{ link, id, email string }{
	{"batman", "b.a.t.m.a.n.lists.open-mesh.org", "b.a.t.m.a.n@lists.open-mesh.org"},
	{"linux-man", "linux-man.vger.kernel.org", "linux-man@vger.kernel.org"},
	{"netfilter-devel", "netfilter-devel.vger.kernel.org", "netfilter-devel@vger.kernel.org"},
	{"kasan-dev", "kasan-dev.googlegroups.com", "kasan-dev@googlegroups.com"},
}

// compared are the fields that must agree with Patchwork's, by kind of record.
var compared = map[string][]string{
	"patch":   {"name", "date", "submitter", "number", "pull_url", "hash", "diff_sha256", "content_sha256", "state"},
	"cover":   {"name", "date", "submitter", "content_sha256"},
	"comment": {"parent", "date", "submitter", "content_sha256"},
	"series":  {"name", "version", "total", "submitter", "received_all"},
}

// TestAgreesWithPatchwork imports the public lists and holds the dump against what Patchwork stored. At least 99 of 100
// rows agree in every field, deliberate differences included; ingest's test of the same name names each of these, mail
// by mail, and lets no other pass.
func TestAgreesWithPatchwork(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the mail corpus isn't beside this checkout: %v", err)
	}
	if raceEnabled {
		t.Skip("the same as without the race detector, ten times slower")
	}
	w := newWorkplace(t)
	for _, l := range publicLists {
		unpack(t, filepath.Join(corpus, l.link+".tar.gz"), w.path(l.link))
		w.run("project", "add", l.link, "--list-id", l.id, "--list-email", l.email)
		w.run("import", "--quiet", l.link)
	}
	got := indexRecords(t, strings.NewReader(w.run("dump")))
	agreed, total := map[string]int{}, map[string]int{}
	for _, l := range publicLists {
		for key, want := range indexRecords(t, unzipped(t, filepath.Join(corpus, l.link+".expected.jsonl.gz"))) {
			tally(agreed, total, want, got[key])
		}
	}
	report := []string{}
	for field, n := range total {
		share := float64(agreed[field]) / float64(n)
		report = append(report, fmt.Sprintf("%-24s %6d / %-6d %8.3f %%", field, agreed[field], n, 100*share))
		if share < 0.99 || field == "series found" && share < 0.992 {
			t.Errorf("%s agrees in %d of %d rows only", field, agreed[field], n)
		}
	}
	sort.Strings(report)
	t.Log("\n" + strings.Join(report, "\n"))
	if total["patch found"] < 4000 {
		t.Errorf("%d patches were compared; the expected answers are not all there", total["patch found"])
	}
}

func tally(agreed, total map[string]int, want, got map[string]any) {
	count := func(name string, ok bool) {
		total[name]++
		if ok {
			agreed[name]++
		}
	}
	kind := want["type"].(string)
	count(kind+" found", got != nil)
	if got == nil {
		return
	}
	for _, field := range compared[kind] {
		count(kind+"."+field, fmt.Sprint(got[field]) == fmt.Sprint(want[field]))
	}
}

// indexRecords finds the compared records of a dump by what makes them the same: kind, project and Message-ID; of a
// series, its members.
func indexRecords(t *testing.T, dump io.Reader) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	lines := bufio.NewScanner(dump)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var r map[string]any
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		kind := r["type"].(string)
		if compared[kind] == nil {
			continue
		}
		id := r["msgid"]
		if kind == "series" {
			members := fmt.Sprint(r["cover"], r["patches"])
			if members == "<nil>[]" || members == "<nil> []" {
				continue // Patchwork leaves empty series behind
			}
			id = members
		}
		out[fmt.Sprint(kind, r["project"], id)] = r
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func unzipped(t *testing.T, file string) io.Reader {
	t.Helper()
	compressed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// unpack writes the mails of a .tar.gz into a new folder, under their own names only.
func unpack(t *testing.T, file, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, raw := range archived(t, file) {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// archived gives the files of a .tar.gz in their order, under their own names only.
func archived(t *testing.T, file string) iter.Seq2[string, []byte] {
	t.Helper()
	return func(yield func(string, []byte) bool) {
		for archive := tar.NewReader(unzipped(t, file)); ; {
			h, err := archive.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if h.Typeflag != tar.TypeReg {
				continue
			}
			raw, err := io.ReadAll(archive)
			if err != nil {
				t.Fatal(err)
			}
			if !yield(path.Base(h.Name), raw) {
				return
			}
		}
	}
}

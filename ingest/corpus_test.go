package ingest

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path"
	"path/filepath"
	"testing"
)

// corpusDir is where the public lists' mail lies beside the checkout. It is other people's mail, so it isn't part of
// it.
const corpusDir = "../../shared/corpus"

// publicLists are the lists whose mail Patchwork was asked about; blinux has no patches and no answers.
var publicLists = []string{"batman", "blinux", "kasan-dev", "linux-man", "netfilter-devel"}

// A file of an archive.
type corpusFile struct {
	name string
	raw  []byte
}

// readArchive unpacks a .tar.gz in memory. The test is skipped where the corpus isn't there.
func readArchive(t testing.TB, elem ...string) []corpusFile {
	t.Helper()
	f, err := os.Open(filepath.Join(append([]string{corpusDir}, elem...)...))
	if os.IsNotExist(err) {
		t.Skipf("the mail corpus isn't beside this checkout: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var files []corpusFile
	for archive := tar.NewReader(unzipped); ; {
		h, err := archive.Next()
		if err == io.EOF {
			return files
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
		files = append(files, corpusFile{path.Base(h.Name), raw})
	}
}

// A vector is what Patchwork's own functions say of one mail.
type vector struct {
	File       string         `json:"file"`
	Missing    string         `json:"missing"` // the header for want of which the mail was refused
	MsgID      string         `json:"msgid"`
	Refs       []string       `json:"refs"`
	Name       string         `json:"name"`
	X          *int           `json:"x"`
	N          *int           `json:"n"`
	Version    int            `json:"version"`
	IsComment  bool           `json:"is_comment"`
	Date       *string        `json:"date"`
	From       []string       `json:"from"` // header, name, address
	Diff       *string        `json:"diff"`
	DiffLen    *int           `json:"diff_len"`
	Content    *string        `json:"content"`
	ContentLen *int           `json:"content_len"`
	PullURL    *string        `json:"pull_url"`
	Hash       string         `json:"hash"`
	Filenames  []string       `json:"filenames"`
	Depends    []string       `json:"depends"`
	Tags       map[string]int `json:"tags"`
	Hint       string         `json:"hint"`
	ListIDs    [][]string     `json:"list_ids"`
}

func readVectors(t testing.TB, list string) map[string]vector {
	t.Helper()
	f, err := os.Open(filepath.Join(corpusDir, "real", list+".vectors.jsonl.gz"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	vectors := map[string]vector{}
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		vectors[v.File] = v
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return vectors
}

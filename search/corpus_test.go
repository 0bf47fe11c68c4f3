package search_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"patchwatch/ingest"
	"patchwatch/search"
)

// corpus is where the mails of real lists are, and what public-inbox finds in them.
const corpus = "../../shared/corpus"

// A found is what public-inbox answers to a query.
type found struct {
	Query  string   `json:"q"`
	Status int      `json:"status"` // 200; 404: nothing; 500: it cannot read the query
	MsgIDs []string `json:"msgids"`
}

// TestFindsWhatPublicInboxFinds looks at every mail of a list. Whatever public-inbox finds must be found; where more is
// found, docs/search.md says why.
func TestFindsWhatPublicInboxFinds(t *testing.T) {
	answers, err := filepath.Glob(corpus + "/search/*.jsonl.gz")
	if err != nil || len(answers) == 0 {
		t.Skip("the mails of real lists are not here")
	}
	for _, file := range answers {
		list := filepath.Base(file[:len(file)-len(".jsonl.gz")])
		t.Run(list, func(t *testing.T) {
			mails := readMails(t, filepath.Join(corpus, "real", list+".tar.gz"))
			found := 0
			for _, f := range readFound(t, file) {
				checkFinds(t, f, mails)
				found += len(f.MsgIDs)
			}
			if found < 10_000 || len(mails) < 1000 {
				t.Errorf("only %d answers were compared, of %d mails", found, len(mails))
			}
		})
	}
}

func checkFinds(t *testing.T, f found, mails []*search.Document) {
	t.Helper()
	n, _, err := search.Parse(f.Query, search.Options{Now: time.Now()})
	if err != nil {
		if len(f.MsgIDs) > 0 {
			t.Errorf("%s: %v", f.Query, err)
		}
		return
	}
	missing := map[string]bool{}
	for _, id := range f.MsgIDs {
		missing[id] = true
	}
	hits, more, example := 0, 0, ""
	for _, d := range mails {
		id := d.MsgIDs[0]
		is := search.Match(n, d)
		switch _, there := missing[id]; {
		case is && there:
			delete(missing, id)
			hits++
		case is && !hasOther(f.MsgIDs, id):
			more++
			example = id
		}
	}
	for id := range missing {
		t.Errorf("%s: does not find %s, and %d more", f.Query, id, len(missing)-1)
		break
	}
	if more > 0 {
		t.Logf("%s: finds %d, and %d more, as %s", f.Query, hits, more, example)
	}
}

func hasOther(ids []string, id string) bool {
	for _, other := range ids {
		if other == id {
			return true
		}
	}
	return false
}

func readFound(t *testing.T, file string) []found {
	t.Helper()
	var all []found
	for d := json.NewDecoder(gunzip(t, file)); ; {
		var f found
		if err := d.Decode(&f); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
}

func readMails(t *testing.T, archive string) []*search.Document {
	t.Helper()
	var docs []*search.Document
	for r := tar.NewReader(gunzip(t, archive)); ; {
		head, err := r.Next()
		if err == io.EOF {
			return docs
		}
		if err != nil {
			t.Fatal(err)
		}
		if head.Typeflag != tar.TypeReg || filepath.Ext(head.Name) != ".eml" {
			continue
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, readMail(t, raw))
	}
}

func readMail(t *testing.T, raw []byte) *search.Document {
	t.Helper()
	m, err := ingest.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := ingest.ReadTexts(raw)
	if err != nil {
		t.Fatal(err)
	}
	return search.NewDocument(m, texts)
}

func gunzip(t *testing.T, file string) io.Reader {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

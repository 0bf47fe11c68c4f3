package ingest

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// What is read in one go is what Parse and ReadTexts read.
func TestReadSearchedReadsTheSame(t *testing.T) {
	samples, _ := filepath.Glob("../testdata/sample/*.eml")
	if len(samples) < 20 {
		t.Fatalf("there are %d samples", len(samples))
	}
	for _, file := range samples {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, parseErr := Parse(raw)
		texts, _ := ReadTexts(raw)
		got, err := ReadSearched(raw, sha256.Sum256(raw))
		if (err == nil) != (parseErr == nil) {
			t.Errorf("%s: %v, but Parse says %v", file, err, parseErr)
		}
		if err != nil {
			continue
		}
		if got.Mail.MsgID != m.MsgID || !slices.Equal(got.Mail.Refs, m.Refs) || !got.Mail.Date.Equal(m.Date) ||
			!slices.Equal(got.Mail.ListIDs, m.ListIDs) {
			t.Errorf("%s has another header: %+v", file, got.Mail)
		}
		if !reflect.DeepEqual(got.Texts, texts) {
			t.Errorf("%s has other texts", file)
		}
	}
}

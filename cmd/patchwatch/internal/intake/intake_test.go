package intake

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/sqlite"
)

const patch = "From: Ada <ada@example.org>\nSubject: [PATCH] %[1]d@x\nMessage-ID: <%[1]d@x>\n" +
	"List-Id: <soon.example.org>\n\n---\n" +
	"diff --git a/README b/README\n--- a/README\n+++ b/README\n@@ -1 +1 @@\n-a\n+b\n"

// Of a backlog only the first mails are compressed without a dictionary, though many more are read in advance.
func TestBacklogIsCompressedWithADictionary(t *testing.T) {
	store, err := sqlite.Open(t.Context(), t.TempDir()+"/x.db")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	in := &Intake{Store: store}
	var batch []Bytes
	for i := range 3 * db.FirstDictionary {
		batch = append(batch, Bytes{Raw: fmt.Appendf(nil, patch, i), Delivered: time.Unix(int64(i), 0)})
	}
	mails, err := in.Take(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range mails {
		if want := fmt.Sprintf("<%d@x>", i); m.Refused != nil || m.MsgID != want {
			t.Fatalf("mail %d: %s, %v", i, m.MsgID, m.Refused)
		}
		if m.delivery.Raw != nil { // it would stay in memory until the mail has been moved, and nobody counts that
			t.Fatalf("mail %d is stored, and its bytes are kept", i)
		}
	}
	d, err := sql.Open("sqlite3", "file:"+store.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var first, others float64
	err = d.QueryRow(`SELECT avg(size) FILTER (WHERE mail <= ?1), avg(size) FILTER (WHERE mail > ?1)
		FROM (SELECT id / 65536 AS mail, sum(length(bytes)) AS size FROM piece GROUP BY 1)`,
		db.FirstDictionary).Scan(&first, &others)
	if err != nil || others > first*7/10 {
		t.Errorf("a mail takes %.0f bytes at first, %.0f then: %v", first, others, err)
	}
}

package main

import (
	"fmt"
	"testing"
	"time"

	"patchwatch/db"
)

// Of a backlog only the first mails are compressed without a dictionary, though many more are read in advance.
func TestBacklogIsCompressedWithADictionary(t *testing.T) {
	store, err := db.Open(t.Context(), t.TempDir()+"/x.db")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	in := &intake{store: store}
	var mails []bytesOfMail
	for i := range 3 * db.FirstDictionary {
		mails = append(mails, bytesOfMail{raw: []byte(patchMail(fmt.Sprintf("%d@x", i))), delivered: time.Unix(int64(i), 0)})
	}
	outcomes, err := in.take(t.Context(), mails)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if want := fmt.Sprintf("<%d@x>", i); o.refuse != nil || o.msgID != want {
			t.Fatalf("mail %d: %s, %v", i, o.msgID, o.refuse)
		}
	}
	sql, err := openSQL(store.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer sql.Close()
	var first, others float64
	err = sql.QueryRow(`SELECT avg(size) FILTER (WHERE mail <= ?1), avg(size) FILTER (WHERE mail > ?1)
		FROM (SELECT id / 65536 AS mail, sum(length(bytes)) AS size FROM piece GROUP BY 1)`,
		db.FirstDictionary).Scan(&first, &others)
	if err != nil || others > first*7/10 {
		t.Errorf("a mail takes %.0f bytes at first, %.0f then: %v", first, others, err)
	}
}

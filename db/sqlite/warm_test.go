package sqlite

import (
	"context"
	"testing"

	"patchwatch/db/engine"
)

// After Warm nobody who asks reads what is kept.
func TestWarm(t *testing.T) {
	e, _, _ := openFilled(t)
	if err := e.Write(context.Background(), func(tx engine.Tx) error { // so that the parts of the first mails are full
		return tx.Reserve(1 << (2 * titlePartBits))
	}); err != nil {
		t.Fatal(err)
	}
	if err := e.Write(context.Background(), func(tx engine.Tx) error {
		return tx.Insert([]*engine.Mail{testMail("<last@x>", 1, func(*engine.Mail) {})}, [][]byte{{1}})
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Warm(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	r := e.readers.Load()
	if r.names.read.IsZero() || len(r.names.mails.ranks) == 0 || len(r.names.people) == 0 {
		t.Errorf("names: %+v", &r.names)
	}
	for by, kept := range r.digests.kept {
		if len(kept.parts) == 0 {
			t.Errorf("no digests of feature %d are kept", by)
		}
	}
}

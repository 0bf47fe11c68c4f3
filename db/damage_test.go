package db

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"patchwatch/track"
)

// A database is damaged in one place: what does not lie there can be read, and more be stored.

func damagedMail(i int) Delivery {
	raw := fmt.Appendf(nil, "Message-ID: <%d@x>\n\n%s", i, strings.Repeat("as all mails of the list say ", 40))
	m := &track.Mail{
		MsgID: fmt.Sprintf("<%d@x>", i), Date: time.Unix(int64(i), 0).UTC(), Delivered: time.Unix(int64(i), 0).UTC(),
		From: track.Person{Email: "ann@x.org", Name: "Ann"}, ListIDs: []string{"a.b"}, Diff: "x", SHA256: sha256.Sum256(raw),
		Subject: track.Subject{Full: "[PATCH v2] x", Version: 2},
	}
	return Delivery{Mail: m, Raw: raw}
}

func addDamaged(t *testing.T, s *Store, from, to int) {
	t.Helper()
	var batch []Delivery
	for i := from; i < to; i++ {
		batch = append(batch, damagedMail(i))
	}
	add(t, s, batch...)
}

func TestDamagedDictionary(t *testing.T) {
	ctx := context.Background()
	s := storeAt(t)
	addDamaged(t, s, 1, 301)
	if err := s.writer.exec(`UPDATE dictionary SET bytes = randomblob(1000)`); err != nil {
		t.Fatal(err)
	}
	path := s.path
	s.Close()
	s, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Raw(ctx, 1); err != nil {
		t.Error("a mail that needs no dictionary:", err)
	}
	if _, err := s.Raw(ctx, 250); err == nil || !strings.Contains(err.Error(), "dictionary") {
		t.Error("a mail that needs it:", err)
	}
	addDamaged(t, s, 301, 310)
	if _, err := s.Raw(ctx, 305); err != nil {
		t.Error("a mail that came later:", err)
	}
	c, err := s.Check(ctx, nil)
	if err != nil || len(c.Faults) != 1+100 || !strings.Contains(c.Faults[0].What, "is damaged") {
		t.Errorf("check: %v, %d faults", err, len(c.Faults))
	}
	changed, unread, err := s.Reread(ctx, func(raw []byte) (*track.Mail, error) {
		var i int
		_, err := fmt.Sscanf(string(raw), "Message-ID: <%d@x>", &i)
		return damagedMail(i).Mail, err
	}, nil)
	if err != nil || changed != 0 || unread != 100 {
		t.Errorf("read anew: %d changed, %d unread, %v", changed, unread, err)
	}
}

// A frame of few bytes can claim to hold any number.
func TestDamagedFrameIsBounded(t *testing.T) {
	const blocks = 16 << 10 // of the same byte, 128 KiB each: 2 GiB
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0x38}
	for i := range blocks {
		last := uint32(i+1) / blocks
		frame = append(binary.LittleEndian.AppendUint32(frame, 128<<10<<3|1<<1|last)[:len(frame)+3], 'A')
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := plain.decoder.DecodeAll(frame, nil); err == nil {
		t.Error("it was decompressed")
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 512<<20 {
		t.Errorf("it took %d MiB", used>>20)
	}
}

// The longest mail that is taken comes back; a longer one that could not is refused.
func TestLongMail(t *testing.T) {
	raw := make([]byte, maxRaw)
	chance := rand.NewChaCha8([32]byte{})
	chance.Read(raw)
	if back, err := plain.decoder.DecodeAll(Compress(raw), nil); err != nil || len(back) != len(raw) {
		t.Errorf("%d bytes: %v", len(back), err)
	}
	d := damagedMail(1)
	d.Raw = append(raw, 0)
	added, err := storeAt(t).Add(context.Background(), []Delivery{d})
	if err != nil || !errors.As(added[0].Err, new(unfit)) {
		t.Error(added, err)
	}
}

// Mails are looked for part by part of their numbers, and one bit makes a number huge.
func TestHugeNumbers(t *testing.T) {
	ctx := context.Background()
	s := storeAt(t)
	addDamaged(t, s, 1, 4)
	for _, number := range []int64{-5, 1 << 40, 1<<63 - 1} {
		if err := s.writer.script(fmt.Sprintf(`PRAGMA foreign_keys = OFF; UPDATE mail SET id = %d WHERE msgid = '<3@x>'`, number)); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			if _, err := s.SeriesList(ctx, track.Filter{}); err != nil {
				done <- err
			}
			done <- s.write(ctx, func(w *writer) error { return w.findName("ann@x.org") })
		}()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("with a mail of number %d it goes on and on", number)
		}
	}
}

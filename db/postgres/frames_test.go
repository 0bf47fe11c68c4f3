package postgres_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Frames come in the order in which they are asked for, however large they are, those too that are asked for twice or
// are not there. Few of them are in memory at once: of twenty mails of 50 MiB that would be a gigabyte.
func TestFramesAreHeldByBytes(t *testing.T) {
	s := share(t)
	const large = 4 << 20
	chance := rand.NewChaCha8([32]byte{1})
	var mails []*engine.Mail
	var frames [][]byte
	var ids []int64
	for i := range 40 {
		size := 100
		if i < 16 || i == 30 {
			size = large
		}
		frame := make([]byte, size)
		chance.Read(frame)
		mails = append(mails, &engine.Mail{MsgID: fmt.Sprintf("<%d>", i), Project: 1, ContentSHA: []byte("s"),
			Kind: track.Talk})
		mails[i].SHA256[0] = byte(i)
		frames = append(frames, frame)
	}
	if err := s.one.Write(t.Context(), func(tx engine.Tx) error { return tx.Insert(mails, frames) }); err != nil {
		t.Fatal(err)
	}
	want := map[int64][]byte{}
	for i, m := range mails {
		ids = append(ids, m.ID)
		want[m.ID] = frames[i]
	}
	ids = append(ids, 4711, ids[3], ids[30], 4712, ids[31])
	var before, after runtime.MemStats
	enough := errors.New("one is enough")
	if err := s.other.View(t.Context(), func(v engine.View) error {
		at := 0
		if err := v.Frames(ids, func(id int64, frame []byte) error {
			if id != ids[at] || !bytes.Equal(frame, want[id]) || (frame == nil) != (want[id] == nil) {
				t.Errorf("mail %d comes in place of %d, of %d bytes", id, ids[at], len(frame))
			}
			at++
			return nil
		}); err != nil || at != len(ids) {
			t.Errorf("%d frames, %v", at, err)
		}
		runtime.ReadMemStats(&before)
		err := v.Frames(ids, func(int64, []byte) error { return enough })
		runtime.ReadMemStats(&after)
		return err
	}); err != enough {
		t.Error(err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 5*large {
		t.Errorf("to look at the first mail takes %d MiB", took>>20)
	}
}

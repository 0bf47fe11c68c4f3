package frame

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"

	"patchwatch/db/engine"
)

// A frame of few bytes can claim to hold any number.
func TestDamagedFrameIsBounded(t *testing.T) {
	const blocks = 16 << 10 // of the same byte, 128 KiB each: 2 GiB
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0x38}
	for i := range blocks {
		last := uint32(i+1) / blocks
		frame = append(binary.LittleEndian.AppendUint32(frame, 128<<10<<3|1<<1|last)[:len(frame)+3], 'A')
	}
	learnt, err := newCodec(testDictionaries())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*codec{plain, learnt} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := c.decoder.DecodeAll(frame, nil); err == nil {
			t.Error("it was decompressed")
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 512<<20 {
			t.Errorf("it took %d MiB", used>>20)
		}
	}
}

func testDictionaries() []engine.Dictionary {
	text := bytes.Repeat([]byte("a header of a mail\n"), 50)
	return []engine.Dictionary{{ID: firstDictionaryID, Mails: 1, Frame: Compress(text)}}
}

// The longest mail that is taken can be read again.
func TestLongestMail(t *testing.T) {
	raw := make([]byte, MaxRaw)
	chance := rand.NewChaCha8([32]byte{})
	chance.Read(raw)
	if back, err := plain.decoder.DecodeAll(Compress(raw), nil); err != nil || !bytes.Equal(back, raw) {
		t.Errorf("%d bytes: %v", len(back), err)
	}
}

// A batch of mails is bounded by what they hold. A small one must not count for as much as the largest there can be.
func TestSmallFramesAreSmall(t *testing.T) {
	learnt, err := newCodec(testDictionaries())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*codec{plain, learnt} {
		for _, size := range []int{0, 1, 100, 255, 256, 1000, 5000} {
			frame := c.encoder.EncodeAll(bytes.Repeat([]byte("x"), size), nil)
			if got := Size(frame); got < size || got > size+len(frame)+2048 {
				t.Errorf("a mail of %d bytes counts for %d", size, got)
			}
		}
	}
}

// Who takes long to ask for dictionaries, or asks a view of an earlier moment, takes no newer one from the others.
func TestOlderDictionariesAreNotComeBackTo(t *testing.T) {
	text := bytes.Repeat([]byte("what is in many mails\n"), 50)
	older := testDictionaries()
	newer := append(testDictionaries(), engine.Dictionary{ID: firstDictionaryID + 1, Mails: 2, Frame: Compress(text)})
	f := New(func() ([]engine.Dictionary, error) { return older, nil })
	if err := f.Refresh(); err != nil {
		t.Fatal(err)
	}
	of, err := newCodec(older)
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.refresh(func() ([]engine.Dictionary, error) { return older, f.Use(newer) })
	if err != nil || c.mails != of.mails {
		t.Errorf("it is read with %+v, %v", c, err)
	}
	if frame := f.Compress(text); len(frame) >= len(of.encoder.EncodeAll(text, nil)) {
		t.Error("mails are compressed with the older dictionary")
	}
}

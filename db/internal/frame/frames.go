// Package frame compresses mails as they are stored, against dictionaries made of earlier mails of the same database.
package frame

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"patchwatch/db/engine"
)

// Raw mails are kept as single zstd frames, of the fastest level: with a dictionary the next one gains two percent for
// twice the time. They have no checksum, since each mail's SHA-256 is stored.
var encoderOptions = []zstd.EOption{zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false)}

// MaxRaw is how many bytes a stored mail can have. It bounds what a damaged frame can claim to hold. The commands take
// less in.
const MaxRaw = 64 << 20

// decoderOptions: one thread a call.
var decoderOptions = []zstd.DOption{zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(MaxRaw)}

// A dictionary's id is at random between these: those below are reserved for dictionaries that are known everywhere,
// and so are those above (RFC 8878, 6.1).
const (
	firstDictionaryID = 1 << 15
	lastDictionaryID  = 1<<31 - 1
)

// Frames compresses and decompresses raw mail with the dictionaries of one database.
type Frames struct {
	load func() ([]engine.Dictionary, error) // all that are committed

	stored  atomic.Int64 // mails, when last looked at
	current atomic.Pointer[codec]
	mu      sync.Mutex // while it is replaced; nobody waits for the database meanwhile
}

// New makes Frames that get their dictionaries from load. Refresh is to be called before anything else.
func New(load func() ([]engine.Dictionary, error)) *Frames { return &Frames{load: load} }

// NoteStored says how many mails are stored.
func (f *Frames) NoteStored(mails int64) { f.stored.Store(mails) }

// Young tells whether mails are still compressed without a dictionary.
func (f *Frames) Young() bool { return f.current.Load().mails == 0 }

// Lacking is how many mails, at least one, a young database lacks until its first dictionary is made.
func (f *Frames) Lacking() int { return max(FirstDictionary-int(f.stored.Load()), 1) }

// Damaged are dictionaries that can't be read, by id: nor can the mails that need them.
func (f *Frames) Damaged() map[uint32]error { return f.current.Load().damaged }

// codec is what the dictionaries of a moment make possible. Its methods may be called from any goroutine.
type codec struct {
	encoder *zstd.Encoder // with the newest
	decoder *zstd.Decoder // with all
	mails   int64         // stored when the newest was made; 0: there is none
	ids     map[uint32]bool
	damaged map[uint32]error // dictionaries that can't be read, nor the mails that need them: all others can
}

// Refresh takes in the dictionaries that are committed now.
func (f *Frames) Refresh() error {
	_, err := f.refresh(f.load)
	return err
}

// refresh gives what the dictionaries that load gives make possible. Where somebody else has found a newer one
// meanwhile, mails are still compressed with that.
func (f *Frames) refresh(load func() ([]engine.Dictionary, error)) (*codec, error) {
	all, err := load()
	if err != nil {
		return nil, err
	}
	c, err := newCodec(all)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if is := f.current.Load(); is == nil || is.mails <= c.mails {
		f.current.Store(c)
	}
	return c, nil
}

// Use has mails compressed with the newest of these dictionaries, and read with all of them.
func (f *Frames) Use(all []engine.Dictionary) error {
	c, err := newCodec(all)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.current.Store(c)
	return nil
}

func newCodec(all []engine.Dictionary) (*codec, error) {
	c := &codec{ids: map[uint32]bool{0: true}, damaged: map[uint32]error{}} // 0: a frame that needs none
	eo, do := encoderOptions, decoderOptions
	for _, d := range all {
		id := uint32(d.ID)
		c.mails = d.Mails
		text, err := plainDecoder().DecodeAll(d.Frame, nil)
		if err != nil {
			c.damaged[id] = fmt.Errorf("dictionary %d is damaged: %w", d.ID, err)
			continue
		}
		c.ids[id] = true
		do = append(do[:len(do):len(do)], zstd.WithDecoderDictRaw(id, text))
		eo = append(encoderOptions[:len(encoderOptions):len(encoderOptions)], zstd.WithEncoderDictRaw(id, text))
	}
	var err error
	if c.encoder, err = zstd.NewWriter(nil, eo...); err != nil {
		return nil, fmt.Errorf("dictionary of compressed mail: %w", err)
	}
	if c.decoder, err = zstd.NewReader(nil, do...); err != nil {
		return nil, fmt.Errorf("dictionary of compressed mail: %w", err)
	}
	return c, nil
}

// Compress makes a frame of a mail.
func (f *Frames) Compress(raw []byte) []byte {
	return f.current.Load().encoder.EncodeAll(raw, make([]byte, 0, len(raw)/2))
}

// Knows tells whether a frame can be read again in this database. A frame that was made while another database was open
// under the same name can't.
func (f *Frames) Knows(frame []byte) bool {
	var h zstd.Header
	return h.Decode(frame) != nil || f.current.Load().ids[h.DictionaryID] // what is no frame is refused elsewhere
}

// Decompress gives the mail of a frame. A dictionary that is not known yet was made by another process since.
func (f *Frames) Decompress(frame []byte) ([]byte, error) { return f.decompress(frame, f.load) }

// DecompressIn is Decompress for who reads the frame in a view, and asks that for dictionaries: who has a connection of
// the database must not wait for another, since all may be held by those who do the same.
func (f *Frames) DecompressIn(v engine.View, frame []byte) ([]byte, error) {
	return f.decompress(frame, v.Dictionaries)
}

func (f *Frames) decompress(frame []byte, load func() ([]engine.Dictionary, error)) ([]byte, error) {
	c := f.current.Load()
	raw, err := c.decoder.DecodeAll(frame, nil)
	if errors.Is(err, zstd.ErrUnknownDictionary) {
		if fault := c.fault(frame); fault != nil {
			return nil, fmt.Errorf("decompress: %w", fault)
		}
		if c, err = f.refresh(load); err != nil {
			return nil, err
		}
		raw, err = c.decoder.DecodeAll(frame, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return raw, nil
}

// fault is what is wrong with the dictionary of a frame, as far as that is known.
func (c *codec) fault(frame []byte) error {
	var h zstd.Header
	if h.Decode(frame) != nil {
		return nil
	}
	return c.damaged[h.DictionaryID]
}

// Compress makes it without a dictionary, so that any Store can read it.
func Compress(raw []byte) []byte { return plain.encoder.EncodeAll(raw, nil) }

var plain = func() *codec {
	c, err := newCodec(nil)
	if err != nil {
		panic(err) // the options are constants
	}
	return c
}()

// plainDecoder reads frames that were compressed without a dictionary.
var plainDecoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, decoderOptions...)
	if err != nil {
		panic(err) // the options are constants
	}
	return d
})

// Size is about how many bytes a frame and its content take. The frame says how long the content is, unless that is
// less than 256 bytes, which are one block. Any other frame that does not say it is damaged, and may take as much as
// the largest mail.
func Size(frame []byte) int {
	held := len(frame)
	var h zstd.Header
	switch {
	case held == 0:
		return 0
	case h.Decode(frame) != nil || h.FrameContentSize > MaxRaw:
		return held + MaxRaw
	case !h.HasFCS && h.FirstBlock.OK && h.FirstBlock.Last:
		return held + int(min(h.WindowSize, 128<<10)) // no block holds more (RFC 8878, 3.1.1.2.4)
	case !h.HasFCS:
		return held + MaxRaw
	}
	return held + int(h.FrameContentSize)
}

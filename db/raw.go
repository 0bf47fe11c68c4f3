package db

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// Raw mails are kept as single zstd frames. The fastest level already halves a mail; the next ones gain a few
// percent for twice the time. One thread each: mails are small, and the caller has its own concurrency.
var (
	encoder = must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(2), zstd.WithEncoderCRC(false)))
	decoder = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(1<<30)))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the options are constants
	}
	return v
}

// Compress makes the form in which raw mail is stored. It is apart from Add so that it can run on all cores while
// the one writer waits for none.
func Compress(raw []byte) []byte { return encoder.EncodeAll(raw, make([]byte, 0, len(raw)/2)) }

func decompress(frame []byte) ([]byte, error) {
	raw, err := decoder.DecodeAll(frame, nil)
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return raw, nil
}

package sqlite

import (
	"bytes"

	"github.com/klauspost/compress/zstd"
)

// This file is part of migration 7 and is never changed.

// fill0007 compresses the dictionaries of early databases of version 3, which were stored as they are. All patchwatches
// since then took them for damaged, and could not read the mails that need them.
func fill0007(w *writer) error {
	raw := map[int64][]byte{}
	err := w.Each(`SELECT id, bytes FROM dictionary`, nil, func(scan func(...any) error) error {
		var id int64
		var text []byte
		err := scan(&id, &text)
		if !bytes.HasPrefix(text, []byte{0x28, 0xb5, 0x2f, 0xfd}) { // with which a zstd frame begins, and no mail
			raw[id] = text
		}
		return err
	})
	if err != nil || len(raw) == 0 {
		return err
	}
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		return err
	}
	defer encoder.Close()
	for id, text := range raw {
		if err := w.exec(`UPDATE dictionary SET bytes = ? WHERE id = ?`, encoder.EncodeAll(text, nil), id); err != nil {
			return err
		}
	}
	return nil
}

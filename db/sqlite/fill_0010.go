package sqlite

import (
	"crypto/sha256"
	"encoding/binary"
)

// This file is part of migration 10 and is never changed.

// fill0010 notes the change-ids of mails that were stored before these could be looked for.
func fill0010(w *writer) error {
	changes := map[int64]int64{}
	err := w.Each(`
		SELECT id, json_extract(more, '$.ChangeID') FROM mail WHERE kind IN (1, 2) AND instr(more, '"ChangeID":') > 0`, nil,
		func(scan func(...any) error) error {
			var id int64
			var change text
			err := scan(&id, &change)
			if change != "" {
				sum := sha256.Sum256([]byte(change))
				changes[id] = int64(binary.BigEndian.Uint64(sum[:]))
			}
			return err
		})
	if err != nil {
		return err
	}
	for id, change := range changes {
		if err := w.exec(`UPDATE mail SET change = ? WHERE id = ?`, change, id); err != nil {
			return err
		}
	}
	return nil
}

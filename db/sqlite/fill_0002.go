package sqlite

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
)

// This file is part of migration 2 and is never changed. A fill runs on the schema of its own migration, so it must not
// call what today's schema or today's rules can change: what it needs is copied here.

// fill0002 makes the titles of mails that were stored before there were any.
func fill0002(w *writer) error {
	titles := map[int64]int64{}
	err := w.Each(`SELECT id, sender, name FROM mail WHERE kind IN (1, 2)`, nil, func(scan func(...any) error) error {
		var id int64
		var sender, name string
		err := scan(&id, &sender, &name)
		if title := title0002(name); title != "" {
			sum := sha256.Sum256([]byte(sender + "\n" + title))
			titles[id] = int64(binary.BigEndian.Uint64(sum[:]))
		}
		return err
	})
	if err != nil {
		return err
	}
	for id, title := range titles {
		if err := w.exec(`UPDATE mail SET title = ? WHERE id = ?`, title, id); err != nil {
			return err
		}
	}
	return nil
}

// title0002 is a subject without prefixes, letter case and spacing.
func title0002(name string) string {
	if strings.HasPrefix(name, "[") {
		if _, rest, ok := strings.Cut(name, "]"); ok {
			name = rest
		}
	}
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

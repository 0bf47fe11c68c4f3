package postgres

import (
	"cmp"
	"fmt"

	"patchwatch/db/engine"
)

// The entries of an index must fit onto a third of a page of 8 KiB, 2,704 bytes. Names and addresses are in several,
// with some numbers. Those of mails are shorter (track.MaxID), in whatever form the database has them; mails of an
// older database may have longer ones until they are read again.
const longestKey = 2600

// Insert sends all mails in one journey. Where one is refused, so are the others: those who insert try each alone then.
func (t *tx) Insert(mails []*engine.Mail, frames [][]byte) error {
	if len(mails) != len(frames) {
		return errLengths
	}
	for _, m := range mails {
		if err := admits(m); err != nil {
			return fmt.Errorf("store %s: %w", m.MsgID, err)
		}
	}
	numbers, err := t.numbersFor(len(mails))
	if err != nil {
		return err
	}
	rows, raws := t.rows(insertMail), t.rows(insertRaw)
	for i, m := range mails {
		m.ID = numbers[i]
		if err := rows.add(append(mailValues(nil, m), m.ID)...); err != nil {
			return err
		}
	}
	if err := rows.end(); err != nil {
		return err
	}
	for i, m := range mails {
		if err := raws.add(m.ID, notNil(frames[i])); err != nil {
			return err
		}
	}
	if err := cmp.Or(raws.end(), t.w.flush()); err != nil {
		return fmt.Errorf("store mails: %w", unfitIfRefused(err))
	}
	return nil
}

func admits(m *engine.Mail) error {
	for what, key := range map[string]string{"Message-ID": m.MsgID, "sender's address": m.Sender} {
		if len(key) > longestKey || len(toText(key)) > longestKey {
			return engine.Unfit{Err: fmt.Errorf("its %s is longer than %d bytes; rebuild --reparse shortens it", what,
				longestKey)}
		}
	}
	return nil
}

// notNil is an empty slice for none: none would be NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (t *tx) Update(mails []*engine.Mail) error {
	for _, m := range mails {
		if err := admits(m); err != nil {
			return fmt.Errorf("update %s: %w", m.MsgID, err)
		}
		if err := t.w.exec(updateMail, append(mailValues(nil, m), m.ID)...); err != nil {
			return err
		}
	}
	return t.w.flush()
}

func (t *tx) Remove(mails []int64) error {
	return cmp.Or(t.w.exec(`DELETE FROM raw WHERE mail = ANY (?)`, mails),
		t.w.exec(`DELETE FROM mail WHERE id = ANY (?)`, mails))
}

func (t *tx) PutRefs(refs []engine.RefKey) error {
	if len(refs) == 0 {
		return nil
	}
	hashes, members, mails := refColumns(refs)
	return t.w.exec(`INSERT INTO ref (hash, member, mail)
		SELECT * FROM unnest(?::bigint[], ?::boolean[], ?::bigint[]) ON CONFLICT DO NOTHING`, hashes, members, mails)
}

func (t *tx) DropRefs(refs []engine.RefKey) error {
	if len(refs) == 0 {
		return nil
	}
	hashes, members, mails := refColumns(refs)
	return t.w.exec(`DELETE FROM ref WHERE (hash, member, mail) IN
		(SELECT * FROM unnest(?::bigint[], ?::boolean[], ?::bigint[]))`, hashes, members, mails)
}

func refColumns(refs []engine.RefKey) (hashes []int64, members []bool, mails []int64) {
	for _, r := range refs {
		hashes, members, mails = append(hashes, r.Hash), append(members, r.Member), append(mails, r.Mail)
	}
	return hashes, members, mails
}

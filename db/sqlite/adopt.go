package sqlite

import (
	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

func (q *queries) Sources() (out []engine.Source, err error) {
	err = q.Each(`SELECT id, url, progress FROM source ORDER BY id`, nil, func(scan func(...any) error) error {
		var s engine.Source
		err := scan(&s.ID, &s.URL, &s.Progress)
		out = append(out, s)
		return err
	})
	return out, err
}

// adoptedColumns are what adoptedInto scans.
const adoptedColumns = `source, kind, number, project, msgid, here, seen`

func adoptedInto(a *engine.Adopted) []any {
	return []any{&a.Source, &a.Kind, &a.Number, &a.Project, &a.MsgID, &a.Here, &a.Seen}
}

func (q *queries) Adopted(keys []engine.AdoptedKey) (map[engine.AdoptedKey]engine.Adopted, error) {
	out := make(map[engine.AdoptedKey]engine.Adopted, len(keys))
	for _, k := range keys {
		var a engine.Adopted
		there, err := q.Row(`SELECT `+adoptedColumns+` FROM adopted WHERE source = ? AND kind = ? AND number = ?`,
			[]any{k.Source, int(k.Kind), k.Number}, adoptedInto(&a)...)
		if err != nil {
			return nil, err
		}
		if there {
			out[k] = a
		}
	}
	return out, nil
}

func (q *queries) AdoptedAfter(after engine.AdoptedKey, most int) (out []engine.Adopted, err error) {
	err = q.Each(`SELECT `+adoptedColumns+` FROM adopted WHERE source = ? AND kind = ? AND number > ?
		ORDER BY number LIMIT ?`, []any{after.Source, int(after.Kind), after.Number, most},
		func(scan func(...any) error) error {
			var a engine.Adopted
			err := scan(adoptedInto(&a)...)
			out = append(out, a)
			return err
		})
	return out, err
}

// Aliases looks in the few sources one after the other.
func (q *queries) Aliases(kind track.AliasKind, numbers []int64) (map[int64]engine.Adopted, error) {
	out := make(map[int64]engine.Adopted, len(numbers))
	return out, q.Each(`SELECT `+adoptedColumns+` FROM source s CROSS JOIN `+given+`adopted a
		WHERE a.source = s.id AND a.kind = +? AND a.number = j.value ORDER BY s.id DESC`, []any{list(numbers), int(kind)},
		func(scan func(...any) error) error {
			var a engine.Adopted
			err := scan(adoptedInto(&a)...)
			out[a.Number] = a // the first source is the last here
			return err
		})
}

func (t *tx) PutSource(s *engine.Source) error {
	res, err := t.w.run(`INSERT INTO source (id, url, progress) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET url = excluded.url, progress = excluded.progress`,
		both.NumberOrNull(s.ID), s.URL, s.Progress)
	if err == nil && s.ID == 0 {
		s.ID, err = res.LastInsertId()
	}
	return err
}

func (t *tx) PutAdopted(all []engine.Adopted) error {
	for _, a := range all {
		if err := t.w.exec(`INSERT OR REPLACE INTO adopted (`+adoptedColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			a.Source, int(a.Kind), a.Number, a.Project, a.MsgID, a.Here, a.Seen); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) MoveAdopted(from, to int64) error {
	return t.w.exec(`UPDATE adopted SET project = ? WHERE project = ?`, to, from)
}

func (t *tx) Reserve(mail int64) error {
	if err := t.w.exec(`INSERT INTO reserved (mail) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM reserved)`); err != nil {
		return err
	}
	return t.w.exec(`UPDATE reserved SET mail = max(mail, ?)`, mail)
}

// beginsAbove is the number above which that of the next mail is to be; 0: it is anyway.
func (t *tx) beginsAbove() (number int64, err error) {
	_, err = t.w.row(`SELECT mail FROM reserved WHERE mail > (SELECT coalesce(max(id), 0) FROM mail)`, nil, &number)
	return number, err
}

func (t *tx) NumberPeople(people []engine.PersonNumber) error {
	for _, p := range people {
		if err := t.w.exec(`INSERT OR IGNORE INTO address (id, email) VALUES (?, ?)`, p.ID, p.Email); err != nil {
			return err
		}
	}
	return nil
}

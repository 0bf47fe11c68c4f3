package postgres

import (
	"cmp"

	"patchwatch/db/engine"
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

// adoptedColumns are what adoptedInto scans, of a table that is called a.
const adoptedColumns = `a.source, a.kind, a.number, a.project, a.msgid, a.here, a.seen`

func adoptedInto(a *engine.Adopted) []any {
	return []any{&a.Source, &a.Kind, &a.Number, &a.Project, &a.MsgID, &a.Here, &a.Seen}
}

func (q *queries) Adopted(keys []engine.AdoptedKey) (map[engine.AdoptedKey]engine.Adopted, error) {
	out := make(map[engine.AdoptedKey]engine.Adopted, len(keys))
	var sources, kinds, numbers []int64
	for _, k := range keys {
		sources, kinds, numbers = append(sources, k.Source), append(kinds, int64(k.Kind)), append(numbers, k.Number)
	}
	return out, q.Each(`SELECT `+adoptedColumns+`
		FROM unnest(?::bigint[], ?::bigint[], ?::bigint[]) j(source, kind, number)
		JOIN adopted a ON a.source = j.source AND a.kind = j.kind AND a.number = j.number`,
		[]any{sources, kinds, numbers}, func(scan func(...any) error) error {
			var a engine.Adopted
			err := scan(adoptedInto(&a)...)
			out[a.AdoptedKey] = a
			return err
		})
}

func (q *queries) AdoptedAfter(after engine.AdoptedKey, most int) (out []engine.Adopted, err error) {
	err = q.Each(`SELECT `+adoptedColumns+` FROM adopted a WHERE a.source = ? AND a.kind = ? AND a.number > ?
		ORDER BY a.number LIMIT ?`, []any{after.Source, int(after.Kind), after.Number, most},
		func(scan func(...any) error) error {
			var a engine.Adopted
			err := scan(adoptedInto(&a)...)
			out = append(out, a)
			return err
		})
	return out, err
}

// Aliases looks in all sources, which are few.
func (q *queries) Aliases(kind track.AliasKind, numbers []int64) (map[int64]engine.Adopted, error) {
	out := make(map[int64]engine.Adopted, len(numbers))
	return out, q.Each(`SELECT `+adoptedColumns+` FROM source s
		JOIN adopted a ON a.source = s.id AND a.kind = ? AND `+in(`a.number`)+` ORDER BY s.id DESC`,
		[]any{int(kind), numbers}, func(scan func(...any) error) error {
			var a engine.Adopted
			err := scan(adoptedInto(&a)...)
			out[a.Number] = a // the first source is the last here
			return err
		})
}

func (t *tx) PutSource(s *engine.Source) error {
	if err := t.numbered(`source`, &s.ID); err != nil {
		return err
	}
	return t.w.exec(`INSERT INTO source (id, url, progress) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET url = excluded.url, progress = excluded.progress`, s.ID, s.URL, s.Progress)
}

func (t *tx) PutAdopted(all []engine.Adopted) error {
	for _, a := range all {
		if err := t.w.exec(`INSERT INTO adopted (source, kind, number, project, msgid, here, seen)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, kind, number) DO UPDATE
			SET project = excluded.project, msgid = excluded.msgid, here = excluded.here, seen = excluded.seen`,
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
	return cmp.Or(t.raise(`mail`, mail), t.raiseSequence(mail))
}

// NumberPeople leaves out an address that has a number, and a number that another has.
func (t *tx) NumberPeople(people []engine.PersonNumber) error {
	var ids []int64
	var emails []string
	for _, p := range people {
		ids, emails = append(ids, p.ID), append(emails, p.Email)
	}
	if err := t.w.exec(`INSERT INTO address (id, email) SELECT * FROM unnest(?::bigint[], ?::text[])
		ON CONFLICT DO NOTHING`, ids, emails); err != nil {
		return err
	}
	var last int64
	if _, err := t.Row(`SELECT coalesce(max(id), 0) FROM address`, nil, &last); err != nil {
		return err
	}
	return t.raise(`address`, last)
}

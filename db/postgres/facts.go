package postgres

import (
	"math"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// Known finds mails by their bytes. The index has half of each sum.
func (q *queries) Known(keys []engine.Bytes) (map[engine.Bytes]engine.Known, error) {
	out := map[engine.Bytes]engine.Known{}
	msgids, hashes := make([]string, len(keys)), make([]engine.Sum, len(keys))
	for i := range keys {
		msgids[i], hashes[i] = keys[i].MsgID, keys[i].SHA256
	}
	return out, q.Each(`
		SELECT m.msgid, m.sha256, m.id, m.delivered, m.imported_as FROM unnest(?::text[], ?::bytea[]) j(msgid, sha256)
		JOIN mail m ON m.msgid = j.msgid AND substr(m.sha256, 1, 16) = substr(j.sha256, 1, 16) AND m.sha256 = j.sha256`,
		[]any{msgids, sums(hashes)}, func(scan func(...any) error) error {
			var key engine.Bytes
			var k engine.Known
			err := scan(&key.MsgID, (*sum)(&key.SHA256), &k.ID, (*micros)(&k.Delivered), (*text)(&k.ImportedAs))
			out[key] = k
			return err
		})
}

// givenNames is a table j of names, once each, in a join. The project of those in none is 0.
const givenNames = `(SELECT DISTINCT * FROM unnest(?::bigint[], ?::text[]) n(project, msgid)) j JOIN `

// namesAsArgs are names as arguments of givenNames.
func namesAsArgs(names []engine.Name) []any {
	projects, msgids := make([]int64, len(names)), make([]string, len(names))
	for i, n := range names {
		projects[i], msgids[i] = n.Project, n.MsgID
	}
	return []any{projects, msgids}
}

func (q *queries) Copies(names []engine.Name) (map[engine.Name][]engine.Copy, error) {
	out := map[engine.Name][]engine.Copy{}
	return out, q.Each(`SELECT j.project, m.msgid, m.id, m.sha256, m.chosen, m.first, m.by_list, m.delivered
		FROM `+givenNames+`mail m ON m.msgid = j.msgid AND coalesce(m.project, 0) = j.project`, namesAsArgs(names),
		func(scan func(...any) error) error {
			var name engine.Name
			var c engine.Copy
			err := scan(&name.Project, &name.MsgID, &c.ID, (*sum)(&c.SHA256), &c.Chosen, (*number)(&c.First), &c.ByList,
				(*micros)(&c.Delivered))
			out[name] = append(out[name], c)
			return err
		})
}

// byProject are the Message-IDs of names, by project.
func byProject(names []engine.Name) map[int64][]string {
	out := map[int64][]string{}
	for _, n := range names {
		out[n.Project] = append(out[n.Project], n.MsgID)
	}
	return out
}

// standsFor finds the mail that stands for the name of a mail.
const standsFor = `SELECT n.id FROM mail o JOIN mail n ON n.msgid = o.msgid
	AND n.project IS NOT DISTINCT FROM o.project WHERE o.id = ? AND n.chosen`

var mailsQuery = `SELECT ` + mailColumns + ` FROM mail m WHERE ` + in("m.id")

func (q *queries) Mails(ids []int64) (map[int64]*engine.Mail, error) {
	out := make(map[int64]*engine.Mail, len(ids))
	dest := make([]any, 0, len(columns)+1)
	return out, q.Each(mailsQuery, []any{ids}, func(scan func(...any) error) error {
		m := &engine.Mail{}
		err := scan(mailInto(dest, m)...)
		out[m.ID] = m
		return err
	})
}

var namingsQuery = `SELECT n.* FROM unnest(?::text[]) j(value) CROSS JOIN LATERAL (
	SELECT id, msgid, date, sender, sender_name FROM mail WHERE sender = j.value AND ` + both.IsNaming("") + `
	ORDER BY ` + both.Naming("") + ` LIMIT 1) n`

func (q *queries) Namings(emails []string) (map[string]engine.Naming, error) {
	out := make(map[string]engine.Naming, len(emails))
	return out, q.Each(namingsQuery, []any{both.Once(emails)}, func(scan func(...any) error) error {
		n, err := scanNaming(scan)
		out[n.Email] = n
		return err
	})
}

func scanNaming(scan func(...any) error) (n engine.Naming, err error) {
	err = scan(&n.Mail, &n.MsgID, (*seconds)(&n.Date), &n.Email, &n.Name)
	return n, err
}

// Holds looks through all mails: the sum alone has no index.
func (q *queries) Holds(all []engine.Sum) ([]bool, error) {
	at := make(map[engine.Sum][]int, len(all))
	for i, s := range all {
		at[s] = append(at[s], i)
	}
	held := make([]bool, len(all))
	return held, q.Each(`SELECT sha256 FROM mail WHERE `+in("sha256"), []any{sums(all)},
		func(scan func(...any) error) error {
			var s engine.Sum
			err := scan((*sum)(&s))
			for _, i := range at[s] {
				held[i] = true
			}
			return err
		})
}

func (q *queries) LastMail() (last int64, err error) {
	_, err = q.Row(`SELECT coalesce(max(id), 0) FROM mail`, nil, &last)
	return last, err
}

// After goes up to where no mail can come any more (horizon.go).
func (q *queries) After(id int64, most int) (out []engine.MailKey, err error) {
	up := int64(math.MaxInt64)
	if c, ok := q.asker.(*conn); ok {
		if up, err = c.horizon(); err != nil {
			return nil, err
		}
	}
	least := id // in a damaged database a mail may have the lowest number of all
	if id != math.MinInt64 {
		least++
	}
	err = q.Each(`SELECT id, msgid, sha256, delivered, imported_as FROM mail WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?`,
		[]any{least, up, most}, keysInto(&out))
	return out, err
}

func (q *queries) Unrouted(most int) (out []engine.MailKey, err error) {
	err = q.Each(`SELECT id, msgid, sha256, delivered, imported_as FROM mail WHERE project IS NULL
		ORDER BY id DESC LIMIT ?`, []any{most}, keysInto(&out))
	return out, err
}

// keysInto appends the keys of mails.
func keysInto(out *[]engine.MailKey) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var k engine.MailKey
		var bytes []byte
		err := scan(&k.ID, &k.MsgID, &bytes, (*micros)(&k.Delivered), (*text)(&k.ImportedAs))
		copy(k.SHA256[:], bytes) // a damaged one is not the sum of its mail either, whatever its length
		*out = append(*out, k)
		return err
	}
}

// So many frames are in memory together, if they have no more than so many bytes, and what the last of them has more.
const (
	framesAtOnce = 16
	framesBytes  = 2 << 20
)

// framesQuery leaves out the bytes of frames that too many come before. How many these are is known without them.
const framesQuery = `SELECT f.mail, CASE WHEN f.before < ? THEN f.bytes END FROM (
	SELECT r.mail, r.bytes, sum(octet_length(r.bytes)) OVER (ORDER BY j.place) - octet_length(r.bytes) AS before
	FROM unnest(?::bigint[]) WITH ORDINALITY j(value, place) JOIN raw r ON r.mail = j.value) f`

// Frames asks for some at a time.
func (q *queries) Frames(ids []int64, f func(id int64, frame []byte) error) error {
	for len(ids) > 0 {
		some := ids[:min(len(ids), framesAtOnce)]
		frames, later := make(map[int64][]byte, len(some)), map[int64]bool{}
		if err := q.Each(framesQuery, []any{framesBytes, some}, func(scan func(...any) error) error {
			var id int64
			var frame []byte
			err := scan(&id, &frame)
			if frame != nil {
				frames[id] = frame
			} else {
				later[id] = true
			}
			return err
		}); err != nil {
			return err
		}
		for _, id := range some {
			frame := frames[id]
			if frame == nil && later[id] {
				break
			}
			if err := f(id, frame); err != nil {
				return err
			}
			ids = ids[1:]
		}
	}
	return nil
}

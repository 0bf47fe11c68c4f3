package sqlite

import (
	"math"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// Known finds mails by their bytes. The index has half of each sum.
func (q *queries) Known(keys []engine.Bytes) (map[engine.Bytes]engine.Known, error) {
	msgids := make([]string, len(keys))
	for i := range keys {
		msgids[i] = keys[i].MsgID
	}
	stored, err := q.stored(msgids)
	if err != nil {
		return nil, err
	}
	out := map[engine.Bytes]engine.Known{}
	for _, key := range keys {
		if !stored[key.MsgID] {
			continue
		}
		var k engine.Known
		there, err := q.Row(`
			SELECT id, delivered, imported_as FROM mail WHERE msgid = ? AND substr(sha256, 1, 16) = ? AND sha256 = ?`,
			[]any{key.MsgID, key.SHA256[:16], key.SHA256[:]}, &k.ID, (*micros)(&k.Delivered), (*text)(&k.ImportedAs))
		if err != nil {
			return nil, err
		}
		if there {
			out[key] = k
		}
	}
	return out, nil
}

// stored are those Message-IDs of which there is any mail: few of those that come.
func (q *queries) stored(msgids []string) (map[string]bool, error) {
	out := map[string]bool{}
	return out, q.eachText(`SELECT j.value FROM json_each(?) j
		WHERE EXISTS (SELECT 1 FROM mail m WHERE m.msgid = j.value)`, nil, msgids, func(scan func(...any) error) error {
		var msgid string
		err := scan(&msgid)
		out[msgid] = true
		return err
	})
}

const copyColumns = `m.msgid, m.id, m.sha256, m.chosen, m.first, m.by_list, m.delivered`

// There are two queries and not "project IS ?", whose plan SQLite makes anew for every value that is bound.
var (
	copiesRouted = `SELECT ` + copyColumns + ` FROM ` + given + `mail m
		WHERE m.msgid = j.value AND ` + is("m.project")
	copiesUnrouted = `SELECT ` + copyColumns + ` FROM ` + given + `mail m
		WHERE m.msgid = j.value AND m.project IS NULL`
)

func (q *queries) Copies(names []engine.Name) (map[engine.Name][]engine.Copy, error) {
	out := map[engine.Name][]engine.Copy{}
	for project, msgids := range byProject(names) {
		query, args := copiesRouted, []any{project}
		if project == 0 {
			query, args = copiesUnrouted, nil
		}
		if err := q.eachText(query, args, both.Once(msgids), func(scan func(...any) error) error {
			name := engine.Name{Project: project}
			var c engine.Copy
			err := scan(&name.MsgID, &c.ID, (*sum)(&c.SHA256), &c.Chosen, (*number)(&c.First), &c.ByList,
				(*micros)(&c.Delivered))
			out[name] = append(out[name], c)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
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
const standsFor = `SELECT n.id FROM mail o CROSS JOIN mail n
	WHERE o.id = +? AND n.msgid = o.msgid AND n.project IS o.project AND n.chosen`

var mailQuery = `SELECT ` + mailColumns + ` FROM mail m WHERE m.id = ?`

func (q *queries) Mails(ids []int64) (map[int64]*engine.Mail, error) {
	out := make(map[int64]*engine.Mail, len(ids))
	dest := make([]any, 0, len(columns)+1)
	for _, id := range ids {
		if out[id] != nil {
			continue
		}
		m := &engine.Mail{}
		there, err := q.Row(mailQuery, []any{id}, mailInto(dest, m)...)
		if err != nil {
			return nil, err
		}
		if there {
			out[id] = m
		}
	}
	return out, nil
}

// namingOf takes the first mail of a sender from each part of the index, and of these columns of the first, a mail n.
func namingOf(sender, columns string) string {
	return `
	WITH RECURSIVE ` + partsOf(senderPartBits) + `
	SELECT ` + columns + ` FROM part CROSS JOIN mail n
	WHERE n.id = (SELECT id FROM mail
		WHERE ` + senderPart("id") + ` = part.n AND ` + sender + ` AND ` + both.IsNaming("") + `
		ORDER BY ` + both.Naming("") + ` LIMIT 1)
	ORDER BY ` + both.Naming("n.") + ` LIMIT 1`
}

var namingQuery = namingOf(is("sender"), `n.id, n.msgid, n.date, n.sender, n.sender_name`)

func (q *queries) Namings(emails []string) (map[string]engine.Naming, error) {
	out := make(map[string]engine.Naming, len(emails))
	for _, email := range emails {
		if _, done := out[email]; done {
			continue
		}
		if err := q.Each(namingQuery, []any{email}, func(scan func(...any) error) error {
			n, err := scanNaming(scan)
			out[email] = n
			return err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func scanNaming(scan func(...any) error) (n engine.Naming, err error) {
	err = scan(&n.Mail, &n.MsgID, (*seconds)(&n.Date), &n.Email, &n.Name)
	return n, err
}

// Holds looks through all mails: the sum alone has no index.
func (q *queries) Holds(sums []engine.Sum) ([]bool, error) {
	at := make(map[engine.Sum][]int, len(sums))
	for i, s := range sums {
		at[s] = append(at[s], i)
	}
	held := make([]bool, len(sums))
	return held, q.Each(`SELECT sha256 FROM mail`, nil, func(scan func(...any) error) error {
		var bytes []byte
		if err := scan(&bytes); err != nil || len(bytes) != len(engine.Sum{}) {
			return err
		}
		for _, i := range at[engine.Sum(bytes)] {
			held[i] = true
		}
		return nil
	})
}

func (q *queries) LastMail() (last int64, err error) {
	_, err = q.Row(`SELECT coalesce(max(id), 0) FROM mail`, nil, &last)
	return last, err
}

func (q *queries) After(id int64, most int) (out []engine.MailKey, err error) {
	query := `SELECT id, msgid, sha256, delivered, imported_as FROM mail WHERE id > ? ORDER BY id LIMIT +?`
	if id == math.MinInt64 { // in a damaged database a mail may have this number too
		query = `SELECT id, msgid, sha256, delivered, imported_as FROM mail WHERE id >= ? ORDER BY id LIMIT +?`
	}
	err = q.Each(query, []any{id, most}, keysInto(&out))
	return out, err
}

func (q *queries) Unrouted(most int) (out []engine.MailKey, err error) {
	err = q.Each(`SELECT id, msgid, sha256, delivered, imported_as FROM mail WHERE project IS NULL
		ORDER BY id DESC LIMIT +?`, []any{most}, keysInto(&out))
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

// Frames has read all chunks of a frame when it calls f, which may ask for other frames.
func (q *queries) Frames(ids []int64, f func(id int64, frame []byte) error) error {
	for _, id := range ids {
		var whole chunks
		if err := q.Each(chunksQuery, []any{firstChunk(id), endOfChunks(id)}, whole.add); err != nil {
			return err
		}
		if err := f(id, whole.frame()); err != nil {
			return err
		}
	}
	return nil
}

package sqlite

import (
	"strings"

	"patchwatch/db"
)

// column is a column of the table mail: what is written of a mail, and where it is read into.
type column struct {
	name  string
	value func(m *db.Mail) any
	into  func(m *db.Mail) any
}

// columns are all of them but the number. A new one is a line here, beside its migration.
var columns = []column{
	{"sha256", func(m *db.Mail) any { return m.SHA256[:] }, func(m *db.Mail) any { return (*sum)(&m.SHA256) }},
	{"project", func(m *db.Mail) any { return numberOrNull(m.Project) }, func(m *db.Mail) any { return (*number)(&m.Project) }},
	{"msgid", func(m *db.Mail) any { return m.MsgID }, func(m *db.Mail) any { return &m.MsgID }},
	{"chosen", func(m *db.Mail) any { return m.Chosen }, func(m *db.Mail) any { return &m.Chosen }},
	{"by_list", func(m *db.Mail) any { return m.ByList }, func(m *db.Mail) any { return &m.ByList }},
	{"delivered", func(m *db.Mail) any { return m.Delivered.UnixMicro() }, func(m *db.Mail) any { return (*micros)(&m.Delivered) }},
	{"sent", func(m *db.Mail) any { return secondsOrNull(m.Sent) }, func(m *db.Mail) any { return (*seconds)(&m.Sent) }},
	{"dated", func(m *db.Mail) any { return m.Dated }, func(m *db.Mail) any { return &m.Dated }},
	{"date", func(m *db.Mail) any { return m.Date.Unix() }, func(m *db.Mail) any { return (*seconds)(&m.Date) }},
	{"imported_as", func(m *db.Mail) any { return textOrNull(m.ImportedAs) }, func(m *db.Mail) any { return (*text)(&m.ImportedAs) }},
	{"kind", func(m *db.Mail) any { return int64(m.Kind) }, func(m *db.Mail) any { return &m.Kind }},
	{"sender", func(m *db.Mail) any { return m.Sender }, func(m *db.Mail) any { return &m.Sender }},
	{"sender_name", func(m *db.Mail) any { return m.SenderName }, func(m *db.Mail) any { return &m.SenderName }},
	{"name", func(m *db.Mail) any { return m.Name }, func(m *db.Mail) any { return &m.Name }},
	{"marked", func(m *db.Mail) any { return m.Marked }, func(m *db.Mail) any { return &m.Marked }},
	{"number", func(m *db.Mail) any { return m.Number }, func(m *db.Mail) any { return &m.Number }},
	{"total", func(m *db.Mail) any { return m.Total }, func(m *db.Mail) any { return &m.Total }},
	{"version", func(m *db.Mail) any { return m.Version }, func(m *db.Mail) any { return &m.Version }},
	{"refs", func(m *db.Mail) any { return strings.Join(m.Refs, "\n") }, func(m *db.Mail) any { return (*lines)(&m.Refs) }},
	{"content_sha", func(m *db.Mail) any { return m.ContentSHA }, func(m *db.Mail) any { return &m.ContentSHA }},
	{"diff_sha", func(m *db.Mail) any { return bytesOrNull(m.DiffSHA) }, func(m *db.Mail) any { return &m.DiffSHA }},
	{"hash", func(m *db.Mail) any { return bytesOrNull(m.Hash) }, func(m *db.Mail) any { return &m.Hash }},
	{"pull_url", func(m *db.Mail) any { return textOrNull(m.PullURL) }, func(m *db.Mail) any { return (*text)(&m.PullURL) }},
	{"state", func(m *db.Mail) any { return textOrNull(m.State) }, func(m *db.Mail) any { return (*text)(&m.State) }},
	{"more", func(m *db.Mail) any { return textOrNull(m.More) }, func(m *db.Mail) any { return (*text)(&m.More) }},
	{"title", func(m *db.Mail) any { return numberOrNull(m.Title) }, func(m *db.Mail) any { return (*number)(&m.Title) }},
}

// columnNames are the names of columns, each after what stands before it ("m." or nothing).
func columnNames(before string) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = before + c.name
	}
	return strings.Join(names, ", ")
}

// mailColumns are what mailInto scans of a table mail that is called m.
var mailColumns = "m.id, " + columnNames("m.")

// mailInto appends to dest where a row of mailColumns is scanned into.
func mailInto(dest []any, m *db.Mail) []any {
	dest = append(dest, &m.ID)
	for i := range columns {
		dest = append(dest, columns[i].into(m))
	}
	return dest
}

var (
	insertMail = "INSERT INTO mail (" + columnNames("") + ") VALUES (" + placeholders(len(columns)) + ")"
	updateMail = "UPDATE mail SET (" + columnNames("") + ") = (" + placeholders(len(columns)) + ") WHERE id = ?"
)

// mailValues appends to args the values of columns.
func mailValues(args []any, m *db.Mail) []any {
	for i := range columns {
		args = append(args, columns[i].value(m))
	}
	return args
}

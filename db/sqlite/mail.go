package sqlite

import (
	"strings"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

// column is a column of the table mail: what is written of a mail, and where it is read into.
type column struct {
	name  string
	value func(m *engine.Mail) any
	into  func(m *engine.Mail) any
}

// columns are all of them but the number. A new one is a line here, beside its migration.
var columns = []column{
	{"sha256", func(m *engine.Mail) any { return m.SHA256[:] }, func(m *engine.Mail) any { return (*sum)(&m.SHA256) }},
	{"project", func(m *engine.Mail) any { return both.NumberOrNull(m.Project) },
		func(m *engine.Mail) any { return (*number)(&m.Project) }},
	{"msgid", func(m *engine.Mail) any { return m.MsgID }, func(m *engine.Mail) any { return &m.MsgID }},
	{"chosen", func(m *engine.Mail) any { return m.Chosen }, func(m *engine.Mail) any { return &m.Chosen }},
	{"first", func(m *engine.Mail) any { return both.NumberOrNull(m.First) },
		func(m *engine.Mail) any { return (*number)(&m.First) }},
	{"by_list", func(m *engine.Mail) any { return m.ByList }, func(m *engine.Mail) any { return &m.ByList }},
	{"delivered", func(m *engine.Mail) any { return m.Delivered.UnixMicro() },
		func(m *engine.Mail) any { return (*micros)(&m.Delivered) }},
	{"sent", func(m *engine.Mail) any { return both.SecondsOrNull(m.Sent) },
		func(m *engine.Mail) any { return (*seconds)(&m.Sent) }},
	{"dated", func(m *engine.Mail) any { return m.Dated }, func(m *engine.Mail) any { return &m.Dated }},
	{"date", func(m *engine.Mail) any { return m.Date.Unix() }, func(m *engine.Mail) any { return (*seconds)(&m.Date) }},
	{"imported_as", func(m *engine.Mail) any { return both.TextOrNull(m.ImportedAs) },
		func(m *engine.Mail) any { return (*text)(&m.ImportedAs) }},
	{"kind", func(m *engine.Mail) any { return int64(m.Kind) }, func(m *engine.Mail) any { return &m.Kind }},
	{"sender", func(m *engine.Mail) any { return m.Sender }, func(m *engine.Mail) any { return &m.Sender }},
	{"sender_name", func(m *engine.Mail) any { return m.SenderName }, func(m *engine.Mail) any { return &m.SenderName }},
	{"name", func(m *engine.Mail) any { return m.Name }, func(m *engine.Mail) any { return &m.Name }},
	{"marked", func(m *engine.Mail) any { return m.Marked }, func(m *engine.Mail) any { return &m.Marked }},
	{"number", func(m *engine.Mail) any { return m.Number }, func(m *engine.Mail) any { return &m.Number }},
	{"total", func(m *engine.Mail) any { return m.Total }, func(m *engine.Mail) any { return &m.Total }},
	{"version", func(m *engine.Mail) any { return m.Version }, func(m *engine.Mail) any { return &m.Version }},
	{"refs", func(m *engine.Mail) any { return strings.Join(m.Refs, "\n") },
		func(m *engine.Mail) any { return (*lines)(&m.Refs) }},
	{"content_sha", func(m *engine.Mail) any { return m.ContentSHA }, func(m *engine.Mail) any { return &m.ContentSHA }},
	{"diff_sha", func(m *engine.Mail) any { return both.BytesOrNull(m.DiffSHA) },
		func(m *engine.Mail) any { return &m.DiffSHA }},
	{"hash", func(m *engine.Mail) any { return both.BytesOrNull(m.Hash) }, func(m *engine.Mail) any { return &m.Hash }},
	{"pull_url", func(m *engine.Mail) any { return both.TextOrNull(m.PullURL) },
		func(m *engine.Mail) any { return (*text)(&m.PullURL) }},
	{"state", func(m *engine.Mail) any { return both.TextOrNull(m.State) },
		func(m *engine.Mail) any { return (*text)(&m.State) }},
	{"more", func(m *engine.Mail) any { return both.TextOrNull(m.More) },
		func(m *engine.Mail) any { return (*text)(&m.More) }},
	{"title", func(m *engine.Mail) any { return both.NumberOrNull(m.Title) },
		func(m *engine.Mail) any { return (*number)(&m.Title) }},
	{"change", func(m *engine.Mail) any { return both.NumberOrNull(m.Change) },
		func(m *engine.Mail) any { return (*number)(&m.Change) }},
	{"earlier", func(m *engine.Mail) any { return both.TextOrNull(m.Earlier) },
		func(m *engine.Mail) any { return (*text)(&m.Earlier) }},
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
func mailInto(dest []any, m *engine.Mail) []any {
	dest = append(dest, &m.ID)
	for i := range columns {
		dest = append(dest, columns[i].into(m))
	}
	return dest
}

var (
	insertMail = "INSERT INTO mail (" + columnNames("") + ") VALUES (" + both.Placeholders(len(columns)) + ")"
	updateMail = "UPDATE mail SET (" + columnNames("") + ") = (" + both.Placeholders(len(columns)) + ") WHERE id = ?"
)

// mailValues appends to args the values of columns.
func mailValues(args []any, m *engine.Mail) []any {
	for i := range columns {
		args = append(args, columns[i].value(m))
	}
	return args
}

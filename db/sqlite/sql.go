package sqlite

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

// is compares a column with an argument. "= +?" means what "= ?" means. SQLite's planner wants to know whether a bound
// value is 0 or 1, and so marks a statement with "= ?" to be compiled anew when that changes; the driver clears all
// values before each run, which counts as a change. Compiling takes thirty times as long as running. The planner does
// not look through a unary plus. Joins need it, and "LIMIT +?"; a look-up by the key of one table is planned without
// the value.
func is(column string) string { return column + " = +?" }

// in finds a column among the values of list. SQLite then looks up each of them by the column's index.
func in(column string) string { return column + " IN (SELECT value FROM json_each(?))" }

// given is a table j of the values of list, in a join: each value is looked up in what follows. CROSS JOIN keeps the
// planner from turning that around. A value that is listed twice is found twice.
const given = "json_each(?) j CROSS JOIN "

// list is values as one argument of a statement, for json_each: a statement has one text then, however many there are.
func list(values any) string {
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // strings and numbers have a JSON form
	}
	if string(text) == "null" { // a slice that is nil: json_each would find a value in it
		return "[]"
	}
	return string(text)
}

// eachText runs a query whose first argument is a list of texts. What JSON can't carry is asked for alone: SQLite ends
// a text of JSON at a NUL, and Go replaces what is no UTF-8.
func (q *queries) eachText(query string, more []any, texts []string, f func(scan func(...any) error) error) error {
	plain := texts
	if slices.ContainsFunc(texts, unlisted) {
		plain = slices.DeleteFunc(slices.Clone(texts), unlisted)
		single := strings.Replace(query, "json_each(?)", "(SELECT +? AS value)", 1)
		for _, text := range texts {
			if !unlisted(text) {
				continue
			}
			if err := q.Each(single, append([]any{text}, more...), f); err != nil {
				return err
			}
		}
	}
	if len(plain) == 0 {
		return nil
	}
	return q.Each(query, append([]any{list(plain)}, more...), f)
}

// unlisted tells whether a list can't have a text.
func unlisted(text string) bool { return strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) }

// isTitled is the condition of the index mail_title.
func isTitled(m string) string { return m + "title IS NOT NULL" }

// isChange is the condition of the index mail_change.
func isChange(m string) string { return m + "change IS NOT NULL" }

// isNamed is the condition of the index mail_name.
func isNamed(m string) string {
	return m + "chosen AND " + both.Kinds(m+"kind", track.Patch, track.Cover)
}

// Four indexes are in parts, each of the mails that were stored one after the other, since what is indexed by a hash
// or by a person lies anywhere: with a million mails stored each new one would change a page of its own. They are
// searched part by part. Each gives the part of a mail by the column of its number.
func titlePart(id string) string  { return fmt.Sprintf("(%s >> %d)", id, titlePartBits) }
func senderPart(id string) string { return fmt.Sprintf("(%s >> %d)", id, senderPartBits) }
func hashPart(id string) string   { return senderPart(id) }

// hashStart is what the index mail_hash has of a hash.
func hashStart(hash string) string { return "substr(" + hash + ", 1, 5)" }

const (
	titlePartBits  = 16
	senderPartBits = 13
)

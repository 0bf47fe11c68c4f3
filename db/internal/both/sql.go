package both

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/track"
)

// Kinds tells whether a column has one of these kinds. They stand in the text, since the indexes of some kinds only are
// used where the text of the condition is theirs.
func Kinds(column string, of ...track.Kind) string {
	numbers := make([]string, len(of))
	for i, k := range of {
		numbers[i] = fmt.Sprint(int(k))
	}
	return column + " IN (" + strings.Join(numbers, ", ") + ")"
}

// IsMember is the condition of the index mail_marker, of a mail under an alias ("m.", or nothing), and IsNaming that of
// mail_sender. The kinds in them are those of the migrations.
func IsMember(m string) string {
	return m + "chosen AND " + Kinds(m+"kind", track.Patch, track.Cover) + " AND " + m + "marked"
}

// IsNaming is the condition of mails that say what people are called.
func IsNaming(m string) string {
	return fmt.Sprintf("%schosen AND %sproject IS NOT NULL AND %skind <> %d", m, m, m, track.Ignored)
}

// Naming is the order of engine.Naming.Before, of a mail under an alias.
func Naming(m string) string {
	return `(` + m + `sender_name <> '') DESC, ` + m + `date DESC, ` + m + `msgid, ` + m + `sender_name`
}

// Placeholders for n arguments.
func Placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}

// OrNull is what a pointer points to; NULL for none.
func OrNull[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

// NumberOrNull is the argument that a Dialect's Number scans, and so on.
func NumberOrNull(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func TextOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func BytesOrNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

func SecondsOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}

func MicrosOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// OnlyDecided tells whether some states are asked for, and new is none of them.
func OnlyDecided(states []track.State) bool {
	return len(states) > 0 && !slices.Contains(states, track.StateNew)
}

// LikePattern finds a part of a text, whose escape is a backslash.
func LikePattern(part string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part) + "%"
}

// Limit is without effect if n is 0.
func Limit(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" LIMIT %d", n)
}

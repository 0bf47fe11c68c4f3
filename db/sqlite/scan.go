package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// valuesOf are arguments as the driver takes them, appended to out. Most are what it takes already.
func valuesOf(out []driver.NamedValue, args []any) ([]driver.NamedValue, error) {
	for i, arg := range args {
		value := driver.NamedValue{Ordinal: i + 1}
		switch v := arg.(type) {
		case int64, string, []byte, bool, nil:
			value.Value = v
		case int:
			value.Value = int64(v)
		default:
			other, err := driver.DefaultParameterConverter.ConvertValue(arg)
			if err != nil {
				return nil, fmt.Errorf("argument %d: %w", i+1, err)
			}
			value.Value = other
		}
		out = append(out, value)
	}
	return out, nil
}

// scanValues puts a row's values where they belong: what is an integer in the database into integers and bools, text
// into strings, bytes into bytes, and NULL only into what can say so.
func scanValues(from []driver.Value, to []any) error {
	if len(from) != len(to) {
		return fmt.Errorf("%d columns for %d variables", len(from), len(to))
	}
	for i, v := range from {
		if own, ok := to[i].(sql.Scanner); ok {
			if err := own.Scan(v); err != nil {
				return fmt.Errorf("column %d: %w", i+1, err)
			}
		} else if !scanValue(v, to[i]) {
			return fmt.Errorf("column %d: a %T does not fit into a %T", i+1, v, to[i])
		}
	}
	return nil
}

func scanValue(v driver.Value, to any) (fits bool) {
	switch to := to.(type) {
	case *int64:
		*to, fits = v.(int64)
	case *string:
		*to, fits = v.(string)
	case *[]byte:
		if v == nil {
			*to, fits = nil, true
		} else {
			*to, fits = v.([]byte)
		}
	case **string: // nil for NULL
		text, ok := v.(string)
		if fits = ok || v == nil; ok {
			*to = &text
		} else {
			*to = nil
		}
	case **int64:
		n, ok := v.(int64)
		if fits = ok || v == nil; ok {
			*to = &n
		} else {
			*to = nil
		}
	case **bool:
		n, ok := v.(int64)
		if fits = ok || v == nil; ok {
			truth := n != 0
			*to = &truth
		} else {
			*to = nil
		}
	case *int:
		var n int64
		n, fits = v.(int64)
		*to = int(n)
	case *bool:
		var n int64
		n, fits = v.(int64)
		*to = n != 0
	case *track.Kind:
		var n int64
		n, fits = v.(int64)
		*to = track.Kind(n)
	case *track.CheckState:
		var n int64
		n, fits = v.(int64)
		*to = track.CheckState(n)
	case *track.CredentialKind:
		var n int64
		n, fits = v.(int64)
		*to = track.CredentialKind(n)
	case *track.AliasKind:
		var n int64
		n, fits = v.(int64)
		*to = track.AliasKind(n)
	case *track.State:
		var text string
		text, fits = v.(string)
		*to = track.State(text)
	case *track.Role:
		var text string
		text, fits = v.(string)
		*to = track.Role(text)
	case *track.Actor:
		var text string
		text, fits = v.(string)
		*to = track.Actor(text)
	case *track.Category:
		var text string
		text, fits = v.(string)
		*to = track.Category(text)
	}
	return fits
}

// What follows are forms in which the database keeps a value of another type. Such a type points to the variable, as in
// scan((*seconds)(&m.Date)), and both a writer and database/sql scan into it. Beside each stands what makes the
// argument of a statement.

// number is 0 for NULL.
type number int64

func (n *number) Scan(v any) error {
	i, ok := v.(int64)
	*n = number(i)
	return fits(ok || v == nil, v, n)
}

// smallNumber is 0 for NULL.
type smallNumber int

func (n *smallNumber) Scan(v any) error {
	i, ok := v.(int64)
	*n = smallNumber(i)
	return fits(ok || v == nil, v, n)
}

// text is empty for NULL.
type text string

func (t *text) Scan(v any) error {
	s, ok := v.(string)
	*t = text(s)
	return fits(ok || v == nil, v, t)
}

// blob is bytes that a string holds.
type blob string

func (b *blob) Scan(v any) error {
	s, ok := v.([]byte)
	*b = blob(s)
	return fits(ok, v, b)
}

// seconds since 1970 are a time, NULL is the zero time.
type seconds time.Time

func (t *seconds) Scan(v any) error {
	n, ok := v.(int64)
	*t = seconds{}
	if ok {
		*t = seconds(time.Unix(n, 0).UTC())
	}
	return fits(ok || v == nil, v, t)
}

// micros are microseconds since 1970.
type micros time.Time

func (t *micros) Scan(v any) error {
	n, ok := v.(int64)
	*t = micros(time.UnixMicro(n).UTC())
	return fits(ok, v, t)
}

// microsOrZero are micros, and the zero time for NULL.
type microsOrZero time.Time

func (t *microsOrZero) Scan(v any) error {
	if v == nil {
		*t = microsOrZero{}
		return nil
	}
	return (*micros)(t).Scan(v)
}

// lines are a text of a line each; none for an empty one.
type lines []string

func (l *lines) Scan(v any) error {
	s, ok := v.(string)
	*l = nil
	if s != "" {
		*l = strings.Split(s, "\n")
	}
	return fits(ok, v, l)
}

// sum is a SHA-256.
type sum engine.Sum

func (s *sum) Scan(v any) error {
	b, ok := v.([]byte)
	ok = ok && copy(s[:], b) == len(b) && len(b) == len(s)
	return fits(ok, v, s)
}

func fits(ok bool, v, into any) error {
	if !ok {
		return fmt.Errorf("a %T does not fit into a %T", v, into)
	}
	return nil
}

package postgres

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"time"

	"patchwatch/db/engine"
)

// scanValues puts a row's values where they belong. They are in the server's binary form: numbers of two, four or eight
// bytes, a truth of one, text and bytes as they are; nil is NULL, which goes only into what can say so.
func scanValues(from [][]byte, to []any) error {
	if len(from) != len(to) {
		return fmt.Errorf("%d columns for %d variables", len(from), len(to))
	}
	for i, v := range from {
		if !scanValue(v, to[i]) {
			return fmt.Errorf("column %d: %s does not fit into a %T", i+1, inWords(v), to[i])
		}
	}
	return nil
}

func inWords(v []byte) string {
	if v == nil {
		return "NULL"
	}
	return fmt.Sprintf("a value of %d bytes", len(v))
}

// scanner is a form in which the database keeps a value of another type.
type scanner interface{ scan(v []byte) (fits bool) }

func scanValue(v []byte, to any) (fits bool) {
	switch to := to.(type) {
	case scanner:
		return to.scan(v)
	case *int64:
		*to, fits = numberIn(v)
	case *int:
		var n int64
		n, fits = numberIn(v)
		*to = int(n)
	case *string:
		*to, fits = fromText(v), v != nil
	case *bool:
		*to, fits = truthIn(v)
	case *[]byte:
		*to, fits = v, true
	case **string: // nil for NULL
		if *to = nil; v != nil {
			s := fromText(v)
			*to = &s
		}
		return true
	case **int64:
		return scanOrNil(v, to, numberIn)
	case **bool:
		return scanOrNil(v, to, truthIn)
	default:
		return scanNamed(v, reflect.ValueOf(to))
	}
	return fits
}

func scanOrNil[T any](v []byte, to **T, in func([]byte) (T, bool)) bool {
	*to = nil
	if v == nil {
		return true
	}
	value, fits := in(v)
	*to = &value
	return fits
}

// scanNamed is for types that have a name, such as track.State.
func scanNamed(v []byte, to reflect.Value) bool {
	if to.Kind() != reflect.Pointer || v == nil {
		return false
	}
	switch to = to.Elem(); to.Kind() {
	case reflect.String:
		to.SetString(fromText(v))
		return true
	case reflect.Int, reflect.Int64:
		n, fits := numberIn(v)
		to.SetInt(n)
		return fits
	}
	return false
}

func numberIn(v []byte) (int64, bool) {
	switch len(v) {
	case 8:
		return int64(binary.BigEndian.Uint64(v)), true
	case 4:
		return int64(int32(binary.BigEndian.Uint32(v))), true
	case 2:
		return int64(int16(binary.BigEndian.Uint16(v))), true
	}
	return 0, false
}

func truthIn(v []byte) (truth, fits bool) { return len(v) == 1 && v[0] == 1, len(v) == 1 }

// What follows are forms in which the database keeps a value of another type. Such a type points to the variable, as in
// scan((*seconds)(&m.Date)). Beside each stands what makes the argument of a statement.

// number is 0 for NULL.
type number int64

func (n *number) scan(v []byte) bool {
	i, ok := numberIn(v)
	*n = number(i)
	return ok || v == nil
}

// smallNumber is 0 for NULL.
type smallNumber int

func (n *smallNumber) scan(v []byte) bool {
	i, ok := numberIn(v)
	*n = smallNumber(i)
	return ok || v == nil
}

// text is empty for NULL.
type text string

func (t *text) scan(v []byte) bool {
	*t = text(fromText(v))
	return true
}

// blob is bytes that a string holds.
type blob string

func (b *blob) scan(v []byte) bool {
	*b = blob(v)
	return v != nil
}

// seconds since 1970 are a time, NULL is the zero time.
type seconds time.Time

func (t *seconds) scan(v []byte) bool {
	n, ok := numberIn(v)
	*t = seconds{}
	if ok {
		*t = seconds(time.Unix(n, 0).UTC())
	}
	return ok || v == nil
}

// micros are microseconds since 1970.
type micros time.Time

func (t *micros) scan(v []byte) bool {
	n, ok := numberIn(v)
	*t = micros(time.UnixMicro(n).UTC())
	return ok
}

// microsOrZero are micros, and the zero time for NULL.
type microsOrZero time.Time

func (t *microsOrZero) scan(v []byte) bool {
	if v == nil {
		*t = microsOrZero{}
		return true
	}
	return (*micros)(t).scan(v)
}

// lines are a text of a line each; none for an empty one.
type lines []string

func (l *lines) scan(v []byte) bool {
	*l = nil
	if len(v) > 0 {
		*l = strings.Split(fromText(v), "\n")
	}
	return v != nil
}

// sum is a SHA-256.
type sum engine.Sum

func (s *sum) scan(v []byte) bool { return copy(s[:], v) == len(s) && len(v) == len(s) }

package db

import (
	"database/sql"
	"database/sql/driver"
	"fmt"

	"patchwatch/track"
)

// valuesOf are arguments as the driver takes them. Most are what it takes already.
func valuesOf(args []any) ([]driver.NamedValue, error) {
	if len(args) == 0 {
		return nil, nil
	}
	out := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		out[i].Ordinal = i + 1
		switch v := arg.(type) {
		case int64, string, []byte, bool, nil:
			out[i].Value = v
		case int:
			out[i].Value = int64(v)
		default:
			value, err := driver.DefaultParameterConverter.ConvertValue(arg)
			if err != nil {
				return nil, fmt.Errorf("argument %d: %w", i+1, err)
			}
			out[i].Value = value
		}
	}
	return out, nil
}

// scanValues puts a row's values where they belong: what is an integer in the database into integers and bools, text into
// strings, bytes into bytes, and NULL only into what can say so.
func scanValues(from []driver.Value, to []any) error {
	if len(from) != len(to) {
		return fmt.Errorf("%d columns for %d variables", len(from), len(to))
	}
	for i, v := range from {
		if !scanValue(v, to[i]) {
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
	case **int:
		n, ok := v.(int64)
		if fits = ok || v == nil; ok {
			number := int(n)
			*to = &number
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
	case *track.State:
		var text string
		text, fits = v.(string)
		*to = track.State(text)
	case *track.Role:
		var text string
		text, fits = v.(string)
		*to = track.Role(text)
	case *sql.NullInt64:
		to.Int64, to.Valid = v.(int64)
		fits = to.Valid || v == nil
	case *sql.NullString:
		to.String, to.Valid = v.(string)
		fits = to.Valid || v == nil
	}
	return fits
}

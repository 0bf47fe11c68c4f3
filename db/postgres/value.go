package postgres

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
)

// valueOf is an argument in the form in which it is sent: bytes as they are (1), all else as text (0), which the server
// reads as the type that stands in the statement.
func valueOf(arg any) (value []byte, form int16, err error) {
	switch v := arg.(type) {
	case nil:
		return nil, 0, nil
	case []byte:
		if v == nil {
			return nil, 0, nil
		}
		return v, 1, nil
	case string:
		return []byte(toText(v)), 0, nil
	case int64:
		return strconv.AppendInt(nil, v, 10), 0, nil
	case int:
		return strconv.AppendInt(nil, int64(v), 10), 0, nil
	case bool:
		return strconv.AppendBool(nil, v), 0, nil
	}
	value, err = otherValue(reflect.ValueOf(arg))
	return value, 0, err
}

func otherValue(v reflect.Value) ([]byte, error) {
	switch v.Kind() {
	case reflect.String:
		return []byte(toText(v.String())), nil
	case reflect.Int, reflect.Int64, reflect.Int32:
		return strconv.AppendInt(nil, v.Int(), 10), nil
	case reflect.Bool:
		return strconv.AppendBool(nil, v.Bool()), nil
	case reflect.Slice:
		return arrayOf(v)
	}
	return nil, fmt.Errorf("a %s can't be sent to the database", v.Type())
}

// arrayOf is a slice as PostgreSQL reads an array of one dimension.
func arrayOf(v reflect.Value) ([]byte, error) {
	out := []byte{'{'}
	for i := range v.Len() {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = appendElement(out, v.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

func appendElement(out []byte, v reflect.Value) ([]byte, error) {
	if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return append(out, "NULL"...), nil
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		return appendQuoted(out, toText(v.String())), nil
	case reflect.Int, reflect.Int64, reflect.Int32:
		return strconv.AppendInt(out, v.Int(), 10), nil
	case reflect.Bool:
		return strconv.AppendBool(out, v.Bool()), nil
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return appendBytes(out, v), nil
		}
	}
	return nil, fmt.Errorf("a %s can't be sent to the database within a list", v.Type())
}

func appendBytes(out []byte, v reflect.Value) []byte {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return append(out, "NULL"...)
	}
	bytes := make([]byte, v.Len())
	reflect.Copy(reflect.ValueOf(bytes), v)
	out = append(out, `"\\x`...)
	return append(hex.AppendEncode(out, bytes), '"')
}

func appendQuoted(out []byte, s string) []byte {
	out = append(out, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			out = append(out, '\\')
		}
		out = append(out, s[i])
	}
	return append(out, '"')
}

package postgres

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// valueOf is an argument in the form in which it is sent: bytes and arrays as the server has them (1), all else as text
// (0), which the server reads as the type that stands in the statement.
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
	case *array:
		return v.bytes(), 1, nil
	}
	return otherValue(reflect.ValueOf(arg))
}

func otherValue(v reflect.Value) (value []byte, form int16, err error) {
	switch v.Kind() {
	case reflect.String:
		return []byte(toText(v.String())), 0, nil
	case reflect.Int, reflect.Int64, reflect.Int32:
		return strconv.AppendInt(nil, v.Int(), 10), 0, nil
	case reflect.Bool:
		return strconv.AppendBool(nil, v.Bool()), 0, nil
	case reflect.Slice:
		return arrayOf(v)
	}
	return nil, 0, fmt.Errorf("a %s can't be sent to the database", v.Type())
}

// arrayOf is a slice as an array.
func arrayOf(v reflect.Value) (value []byte, form int16, err error) {
	a := &array{of: ofBigint}
	switch of := v.Type().Elem(); {
	case of.Kind() == reflect.String:
		a.of = ofText
	case of.Kind() == reflect.Bool:
		a.of = ofBool
	case of.Kind() == reflect.Slice:
		a.of = ofBytea
	case of.Kind() == reflect.Interface:
		a.of = 0
	}
	for i := range v.Len() {
		if err := a.add(v.Index(i).Interface()); err != nil {
			return nil, 0, err
		}
	}
	if a.of == 0 { // of which type they are is not known
		return []byte("{" + strings.TrimSuffix(strings.Repeat("NULL,", a.n), ",") + "}"), 0, nil
	}
	return a.bytes(), 1, nil
}

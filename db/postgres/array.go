package postgres

import (
	"encoding/binary"
	"fmt"
	"reflect"
)

// array is one of PostgreSQL's, of one dimension, in its binary form: what is sent in one piece of many rows, or asked
// for many keys.
type array struct {
	of       uint32 // the number of the type of its elements; 0: all are NULL so far
	n        int
	nulls    bool
	elements []byte
}

// The numbers of types, which are the same in every database.
const (
	ofBool   = 16
	ofBytea  = 17
	ofBigint = 20
	ofText   = 25
)

var typeNumbers = map[string]uint32{"boolean": ofBool, "bytea": ofBytea, "bigint": ofBigint, "text": ofText}

// bytes is what is sent.
func (a *array) bytes() []byte {
	out := make([]byte, 0, 20+len(a.elements))
	dimensions, nulls := uint32(1), uint32(0)
	if a.n == 0 {
		dimensions = 0
	}
	if a.nulls {
		nulls = 1
	}
	out = binary.BigEndian.AppendUint32(out, dimensions)
	out = binary.BigEndian.AppendUint32(out, nulls)
	out = binary.BigEndian.AppendUint32(out, a.of)
	if a.n == 0 {
		return out
	}
	out = binary.BigEndian.AppendUint32(out, uint32(a.n))
	out = binary.BigEndian.AppendUint32(out, 1) // where it begins
	return append(out, a.elements...)
}

// add appends an element. All have one type.
func (a *array) add(v any) error {
	a.n++
	switch v := v.(type) {
	case nil:
		a.addNull()
	case int64:
		a.addNumber(v)
	case int:
		a.addNumber(int64(v))
	case string:
		a.addText(v)
	case bool:
		a.addTruth(v)
	case []byte:
		if v == nil {
			a.addNull()
		} else {
			a.addBytes(v, ofBytea)
		}
	default:
		return a.addOther(reflect.ValueOf(v))
	}
	return nil
}

// addOther is for types that have a name.
func (a *array) addOther(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		a.addText(v.String())
	case reflect.Int, reflect.Int64, reflect.Int32:
		a.addNumber(v.Int())
	case reflect.Bool:
		a.addTruth(v.Bool())
	default:
		return fmt.Errorf("a %s can't be sent to the database within a list", v.Type())
	}
	return nil
}

func (a *array) addNull() {
	a.nulls = true
	a.elements = append(a.elements, 0xFF, 0xFF, 0xFF, 0xFF)
}

func (a *array) addNumber(n int64) {
	a.of = ofBigint
	a.elements = binary.BigEndian.AppendUint32(a.elements, 8)
	a.elements = binary.BigEndian.AppendUint64(a.elements, uint64(n))
}

func (a *array) addText(s string) {
	s = toText(s)
	a.of = ofText
	a.elements = binary.BigEndian.AppendUint32(a.elements, uint32(len(s)))
	a.elements = append(a.elements, s...)
}

func (a *array) addTruth(truth bool) {
	b := byte(0)
	if truth {
		b = 1
	}
	a.addBytes([]byte{b}, ofBool)
}

func (a *array) addBytes(b []byte, of uint32) {
	a.of = of
	a.elements = binary.BigEndian.AppendUint32(a.elements, uint32(len(b)))
	a.elements = append(a.elements, b...)
}

package carry

import (
	"reflect"

	"patchwatch/db/engine"
)

// value is a kind of rows that are read and written as a whole.
type value[T any] struct {
	name string
	get  func(v engine.View) (T, error)
	put  func(tx engine.Tx, is T, was T) error
}

func (k *value[T]) called() string { return k.name }

func (k *value[T]) carry(c *Carrier) (count int, err error) {
	is, err := k.get(c.From)
	if err != nil {
		return 0, err
	}
	return size(is), c.write(func(tx engine.Tx) error {
		was, err := k.get(tx)
		if err != nil || same(is, was) {
			return err
		}
		return k.put(tx, is, was)
	})
}

func (k *value[T]) prove(c *Carrier, to engine.View) (count int, err error) {
	is, err := k.get(c.From)
	if err != nil {
		return 0, err
	}
	there, err := k.get(to)
	if err == nil && !same(is, there) {
		err = ErrDiffers
	}
	return size(is), err
}

// same takes no list for an empty one.
func same(a, b any) bool { return size(a) == 0 && size(b) == 0 || reflect.DeepEqual(a, b) }

// size is 1 of what is no list.
func size(v any) int {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice || r.Kind() == reflect.Map {
		return r.Len()
	}
	return 1
}

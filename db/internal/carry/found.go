package carry

import (
	"fmt"

	"patchwatch/db/engine"
)

// found are a kind of rows whose keys are texts, of which two engines may have another order: in the other database
// they are looked for by their keys.
type found[R any, K comparable] struct {
	name string
	from func(v engine.View, first *R, most int) ([]R, error) // as in rows
	key  func(*R) K
	find func(v engine.View, of []K) (map[K]R, error)
	same func(a, b *R) bool
	put  func(tx engine.Tx, all []R) error
	drop func(tx engine.Tx, of []K) error
}

func (k *found[R, K]) called() string { return k.name }

// eachPage calls f with all rows of a view.
func (k *found[R, K]) eachPage(v engine.View, f func(page []R) error) error {
	var last *R
	for {
		page, err := k.from(v, last, pageRows+1)
		if err != nil {
			return err
		}
		more := len(page) > pageRows
		if last != nil && len(page) > 0 && k.key(&page[0]) == k.key(last) {
			page = page[1:]
		}
		if len(page) > 0 {
			if err := f(page); err != nil {
				return err
			}
			last = &page[len(page)-1]
		}
		if !more {
			return nil
		}
	}
}

// differing are the rows of a page that a view has not got as they are.
func (k *found[R, K]) differing(v engine.View, page []R) (out []R, err error) {
	there, err := k.find(v, keys(page, k.key))
	for i := range page {
		if was, is := there[k.key(&page[i])]; !is || !k.same(&page[i], &was) {
			out = append(out, page[i])
		}
	}
	return out, err
}

func (k *found[R, K]) carry(c *Carrier) (count int, err error) {
	if err := k.eachPage(c.From, func(page []R) error {
		count += len(page)
		return c.write(func(tx engine.Tx) error {
			differ, err := k.differing(tx, page)
			if err != nil || len(differ) == 0 {
				return err
			}
			return k.put(tx, differ)
		})
	}); err != nil {
		return count, err
	}
	return count, c.To.Look(c.ctx, func(there engine.View) error {
		return k.eachPage(there, func(page []R) error { return k.dropOthers(c, page) })
	})
}

// dropOthers takes out what the original has not got.
func (k *found[R, K]) dropOthers(c *Carrier, page []R) error {
	is, err := k.find(c.From, keys(page, k.key)) // and perhaps more than these
	if err != nil {
		return err
	}
	var others []K
	for i := range page {
		if key := k.key(&page[i]); !has(is, key) {
			others = append(others, key)
		}
	}
	if len(others) == 0 {
		return nil
	}
	return c.write(func(tx engine.Tx) error { return k.drop(tx, others) })
}

func has[K comparable, V any](m map[K]V, key K) bool {
	_, there := m[key]
	return there
}

func (k *found[R, K]) prove(c *Carrier, to engine.View) (count int, err error) {
	if err := k.eachPage(c.From, func(page []R) error {
		count += len(page)
		differ, err := k.differing(to, page)
		if err == nil && len(differ) > 0 {
			err = fmt.Errorf("%w: %s", ErrDiffers, several(len(differ)))
		}
		return err
	}); err != nil {
		return count, err
	}
	there := 0
	if err := k.eachPage(to, func(page []R) error { there += len(page); return nil }); err != nil {
		return count, err
	}
	if there != count {
		return count, fmt.Errorf("%w: there are %d, and %d in the original", ErrDiffers, there, count)
	}
	return count, nil
}

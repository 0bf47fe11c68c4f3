package carry

import (
	"fmt"

	"patchwatch/db/engine"
)

// rows are a kind of rows that are found page by page, in the order of their keys. P is a pointer to a row, of which
// nothing is asked, not even whether it is nil: so what is done to all kinds is in the program once.
type rows[P any] struct {
	name string
	// from gives the rows that are not below one, or from the first (nil), at most so many.
	from    func(v engine.View, first P, most int) ([]P, error)
	compare func(a, b P) int // by their keys
	same    func(a, b P) bool
	put     func(c *Carrier, all []change[P]) error
	drop    func(tx engine.Tx, all []P) error // nil: such rows never go
	most    int                               // in a page
	looked  func(c *Carrier, n int)           // nil: nobody asks
	// proved compares what else belongs to rows that are the same.
	proved func(c *Carrier, to engine.View, all []P) error
}

// change is a row as it is to be, and as it was; nil: it was not there.
type change[P any] struct{ is, was P }

const pageRows = 1000

func (k *rows[P]) called() string { return k.name }

// next gives the page after the last of some rows, or the first page.
func (k *rows[P]) next(v engine.View, after []P) ([]P, error) {
	if len(after) == 0 {
		var first P
		return k.from(v, first, k.size())
	}
	last := after[len(after)-1]
	page, err := k.from(v, last, k.size()+1)
	if len(page) > 0 && k.compare(page[0], last) == 0 {
		return page[1:], err
	}
	return page[:min(len(page), k.size())], err
}

func (k *rows[P]) size() int {
	if k.most > 0 {
		return k.most
	}
	return pageRows
}

// carry has each page in a transaction of its own, which reads what is there and writes what differs.
func (k *rows[P]) carry(c *Carrier) (count int, err error) {
	var after []P
	for last := false; !last; {
		page, err := k.next(c.From, after)
		if err != nil {
			return count, err
		}
		last = len(page) < k.size()
		if err := c.write(func(tx engine.Tx) error { return k.carryPage(c, tx, page, after, last) }); err != nil {
			return count, err
		}
		if count += len(page); len(page) > 0 {
			after = page
		}
		if k.looked != nil {
			k.looked(c, len(page))
		}
	}
	return count, nil
}

func (k *rows[P]) carryPage(c *Carrier, tx engine.Tx, page, after []P, last bool) error {
	there, err := k.upTo(tx, page, after, last)
	if err != nil {
		return err
	}
	var puts []change[P]
	var drops []P
	k.merge(page, there, func(is, was P, order int) {
		switch {
		case order > 0:
			drops = append(drops, was)
		case order < 0 || !k.same(is, was):
			puts = append(puts, change[P]{is, was})
		}
	})
	if len(drops) > 0 && k.drop == nil {
		return fmt.Errorf("%w: %s that the original no longer has; begin with a new one", ErrDiffers,
			several(len(drops)))
	}
	if len(drops) > 0 {
		if err := k.drop(tx, drops); err != nil {
			return err
		}
	}
	if len(puts) == 0 {
		return nil
	}
	return k.put(c, puts)
}

// upTo gives the rows after one that are not above the last of a page; all, if it is the last page.
func (k *rows[P]) upTo(v engine.View, page, after []P, last bool) (there []P, err error) {
	for {
		more, err := k.next(v, after)
		if err != nil {
			return nil, err
		}
		for i := range more {
			if !last && k.compare(more[i], page[len(page)-1]) > 0 {
				return there, nil
			}
			there = append(there, more[i])
		}
		if len(more) < k.size() {
			return there, nil
		}
		after = more
	}
}

// merge goes through both in the order of keys, with what is there under one key: is alone where order is below 0, was
// alone where it is above.
func (k *rows[P]) merge(page, there []P, f func(is, was P, order int)) {
	for len(page) > 0 || len(there) > 0 {
		order := 0
		switch {
		case len(page) == 0:
			order = 1
		case len(there) == 0:
			order = -1
		default:
			order = k.compare(page[0], there[0])
		}
		var is, was P
		if order <= 0 {
			is, page = page[0], page[1:]
		}
		if order >= 0 {
			was, there = there[0], there[1:]
		}
		f(is, was, order)
	}
}

func (k *rows[P]) prove(c *Carrier, to engine.View) (count int, err error) {
	var after []P
	for {
		page, err := k.next(c.From, after)
		if err != nil {
			return count, err
		}
		there, err := k.next(to, after)
		if err != nil {
			return count, err
		}
		differ := 0
		k.merge(page, there, func(is, was P, order int) {
			if order != 0 || !k.same(is, was) {
				differ++
			}
		})
		if differ > 0 {
			return count, fmt.Errorf("%w: %s", ErrDiffers, several(differ))
		}
		if k.proved != nil {
			if err := k.proved(c, to, page); err != nil {
				return count, err
			}
		}
		if count += len(page); k.looked != nil {
			k.looked(c, len(page))
		}
		if len(page) < k.size() {
			return count, nil
		}
		after = page
	}
}

func several(n int) string {
	if n == 1 {
		return "one differs"
	}
	return fmt.Sprintf("%d differ", n)
}

package derive

import (
	"io"

	"patchwatch/db/engine"
	"patchwatch/db/internal/sorter"
)

// correctRefs compares the table of references with what mails refer to, both in the table's order, and puts it right.
func (p *parts) correctRefs() error {
	wanted, err := p.links.Sorted()
	if err != nil {
		return err
	}
	c := &refCorrector{parts: p, wanted: wanted}
	if err := c.next(); err != nil {
		return err
	}
	if err := p.Tx.EachRef(c.compare); err != nil {
		return err
	}
	for c.more { // what comes after all that is there
		if err := c.miss(); err != nil {
			return err
		}
	}
	return c.flush()
}

// refCorrector goes through both. What it writes comes before the row that is read at that moment, and is not met
// again.
type refCorrector struct {
	*parts
	wanted     *sorter.Cursor
	is         engine.RefKey // the next of these
	more       bool          // there is one
	lack, over []engine.RefKey
}

// next goes on to the next wanted one.
func (c *refCorrector) next() error {
	for {
		record, err := c.wanted.Next()
		if err == io.EOF {
			c.more = false
			return nil
		}
		if err != nil {
			return err
		}
		if l := linkOf(record); l.refers {
			c.is, c.more = engine.RefKey{Hash: l.hash, Member: l.member, Mail: l.mail}, true
			return c.ctx.Err()
		}
	}
}

func (c *refCorrector) compare(there engine.RefKey) error {
	for c.more && c.is.Compare(there) < 0 {
		if err := c.miss(); err != nil {
			return err
		}
	}
	if c.more && c.is == there {
		return c.next()
	}
	c.over = append(c.over, there)
	return c.flushMany()
}

// miss notes a reference that is not there.
func (c *refCorrector) miss() error {
	c.lack = append(c.lack, c.is)
	if err := c.flushMany(); err != nil {
		return err
	}
	return c.next()
}

func (c *refCorrector) flushMany() error {
	if len(c.lack)+len(c.over) < correctAtOnce {
		return nil
	}
	return c.flush()
}

func (c *refCorrector) flush() error {
	lack, over := c.lack, c.over
	c.lack, c.over = c.lack[:0], c.over[:0]
	if len(lack) > 0 {
		if err := c.Tx.PutRefs(lack); err != nil {
			return err
		}
	}
	if len(over) > 0 {
		return c.Tx.DropRefs(over)
	}
	return nil
}

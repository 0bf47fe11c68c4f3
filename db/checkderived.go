package db

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/db/internal/versions"
)

// checkDerived rebuilds a copy and compares the dumps of before and after, line by line. The copy lacks the mails'
// bytes: they are most of a database, and nothing is derived from them.
func (k *checker) checkDerived(ctx context.Context) error {
	scratch, err := k.engine.Scratch(ctx)
	if err != nil {
		return fmt.Errorf("copy the database to check it: %w", err)
	}
	defer scratch.Close()
	before, refs, err := linesAndRefs(ctx, scratch)
	if err != nil {
		return err
	}
	defer before.Close()
	if err := scratch.Write(ctx, func(tx engine.Tx) error {
		return derive.Rederive(ctx, tx, scratch.TempDir())
	}); err != nil {
		return err
	}
	after, refsAfter, err := linesAndRefs(ctx, scratch)
	if err != nil {
		return err
	}
	defer after.Close()
	if refs != refsAfter {
		k.found.Fault(rebuildIt, "the table of references is wrong, by which mail that comes later is joined "+
			"to what it belongs to")
	}
	_, err = DiffLines(before, after, k.differs("not right"), k.differs("not there"))
	return err
}

func (k *checker) differs(how string) func(line []byte) error {
	return func(line []byte) error {
		k.found.Fault(rebuildIt, "derived rows differ from a rebuild, %s: %s", how, line)
		return nil
	}
}

// linesAndRefs gives the dump and a sum of the table of references.
func linesAndRefs(ctx context.Context, e engine.Engine) (lines *Lines, refs engine.Sum, err error) {
	err = e.Look(ctx, func(v engine.View) error {
		if lines, err = dumpLines(ctx, v, versions.New(v, false), e.TempDir(), nil); err != nil {
			return err
		}
		refs, err = sumOfRefs(v)
		return err
	})
	return lines, refs, err
}

func sumOfRefs(v engine.View) (sum engine.Sum, err error) {
	h := sha256.New()
	var row []byte
	err = v.EachRef(func(k engine.RefKey) error {
		row = binary.LittleEndian.AppendUint64(row[:0], uint64(k.Hash))
		row = append(row, 0)
		if k.Member {
			row[8] = 1
		}
		row = binary.LittleEndian.AppendUint64(row, uint64(k.Mail))
		_, err := h.Write(row)
		return err
	})
	return engine.Sum(h.Sum(nil)), err
}

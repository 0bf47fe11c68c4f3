package carry

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"

	"patchwatch/db/engine"
)

// stored is a mail with what was derived of it.
type stored struct {
	mail  *engine.Mail
	patch *engine.PatchRow // nil: it is none
	cover *engine.CoverRow
	reply *engine.ReplyRow
}

var mails = &rows[*stored]{
	name: "mails", most: 256,
	from:    storedFrom,
	compare: func(a, b *stored) int { return cmp.Compare(a.mail.ID, b.mail.ID) },
	same: func(a, b *stored) bool {
		return sameMail(a.mail, b.mail) && sameRow(a.patch, b.patch) && sameRow(a.cover, b.cover) &&
			sameRow(a.reply, b.reply)
	},
	put: putStored, drop: dropStored,
	looked: (*Carrier).mails, proved: proveFrames,
}

func storedFrom(v engine.View, first *stored, most int) ([]*stored, error) {
	above := int64(math.MinInt64)
	if first != nil {
		above = max(first.mail.ID, above+1) - 1
	}
	keys, err := v.After(above, most)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	facts, err := v.Mails(ids)
	if err != nil {
		return nil, err
	}
	derived, err := v.Derived(ids)
	if err != nil {
		return nil, err
	}
	out, at := make([]*stored, len(ids)), make(map[int64]*stored, len(ids))
	for i, id := range ids {
		if facts[id] == nil {
			return nil, fmt.Errorf("mail %d can't be read", id)
		}
		out[i] = &stored{mail: facts[id]}
		at[id] = out[i]
	}
	for i := range derived.Patches {
		at[derived.Patches[i].Mail].patch = &derived.Patches[i]
	}
	for i := range derived.Covers {
		at[derived.Covers[i].Mail].cover = &derived.Covers[i]
	}
	for i := range derived.Replies {
		at[derived.Replies[i].Mail].reply = &derived.Replies[i]
	}
	return out, nil
}

func sameMail(a, b *engine.Mail) bool {
	return a.Equal(b) && a.Chosen == b.Chosen && a.First == b.First
}

// sameRow compares derived rows, each of which may not be there.
func sameRow[R any, P interface {
	*R
	Equal(*R) bool
}](a, b P) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(b)
}

// putStored writes mails with their frames where other bytes or another name, or none, are under their number, and what
// was derived.
func putStored(c *Carrier, all []change[*stored]) error {
	var update, fresh []*engine.Mail
	var wrong []*stored
	var derived engine.Derived
	var undo []int64 // mails of which something was derived that is not any more
	for _, ch := range all {
		m := ch.is.mail
		switch {
		case ch.was == nil:
			fresh = append(fresh, m)
		case ch.was.mail.SHA256 != m.SHA256 || ch.was.mail.MsgID != m.MsgID:
			wrong, fresh = append(wrong, ch.was), append(fresh, m)
		case !sameMail(m, ch.was.mail):
			update = append(update, m)
		}
		if ch.was != nil {
			undo = append(undo, m.ID)
		}
		if ch.is.patch != nil {
			derived.Patches = append(derived.Patches, *ch.is.patch)
		}
		if ch.is.cover != nil {
			derived.Covers = append(derived.Covers, *ch.is.cover)
		}
		if ch.is.reply != nil {
			derived.Replies = append(derived.Replies, *ch.is.reply)
		}
	}
	if err := dropStored(c.tx, wrong); err != nil {
		return err
	}
	if err := c.tx.DropMails(undo); err != nil {
		return err
	}
	if err := letGo(c.tx, fresh); err != nil {
		return err
	}
	if err := putFrames(c, fresh); err != nil {
		return err
	}
	if err := c.tx.Update(update); err != nil {
		return err
	}
	return c.tx.Put(&derived)
}

// letGo takes out the mails that have the bytes and names of these under other numbers, as when the original has taken
// them in anew since a copy was broken off. Their numbers are behind, and come to their own turn.
func letGo(tx engine.Tx, fresh []*engine.Mail) error {
	if len(fresh) == 0 {
		return nil
	}
	if last, err := tx.LastMail(); err != nil || last <= fresh[0].ID {
		return err
	}
	keys := make([]engine.Bytes, len(fresh))
	for i, m := range fresh {
		keys[i] = engine.Bytes{MsgID: m.MsgID, SHA256: m.SHA256}
	}
	known, err := tx.Known(keys)
	if err != nil || len(known) == 0 {
		return err
	}
	var others []*stored
	for _, k := range known {
		others = append(others, &stored{mail: &engine.Mail{ID: k.ID}})
	}
	return dropStored(tx, others)
}

// heldBytes is how much of frames is held at once.
const heldBytes = 16 << 20

// putFrames stores mails with their frames, as many at a time as may be held.
func putFrames(c *Carrier, fresh []*engine.Mail) error {
	for len(fresh) > 0 {
		ids := make([]int64, len(fresh))
		for i, m := range fresh {
			ids[i] = m.ID
		}
		held, part := 0, engine.Carried{}
		err := c.From.Frames(ids, func(_ int64, frame []byte) error {
			part.Mails, part.Frames = append(part.Mails, fresh[len(part.Mails)]), append(part.Frames, slices.Clone(frame))
			if held += len(frame); held > heldBytes {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		if err := c.tx.Carry(&part); err != nil {
			return err
		}
		fresh = fresh[len(part.Mails):]
	}
	return nil
}

var errEnough = errors.New("so many frames are enough")

// dropStored takes mails out with what refers from them.
func dropStored(tx engine.Tx, all []*stored) error {
	if len(all) == 0 {
		return nil
	}
	ids, gone := make([]int64, len(all)), make(map[int64]bool, len(all))
	for i := range all {
		ids[i] = all[i].mail.ID
		gone[ids[i]] = true
	}
	refs, err := refsOf(tx, gone)
	if err != nil {
		return err
	}
	if err := tx.DropRefs(refs); err != nil {
		return err
	}
	if err := tx.DropMails(ids); err != nil {
		return err
	}
	return tx.Remove(ids)
}

// refsOf gives all references of mails that are there. They need not be those of which the mails tell now, as a copy
// may have been broken off since. Mails are dropped seldom, so all references are looked through.
func refsOf(v engine.View, mails map[int64]bool) (refs []engine.RefKey, err error) {
	next := engine.RefKey{Hash: math.MinInt64, Mail: math.MinInt64}
	for {
		page, err := v.RefsFrom(next, pageRows)
		if err != nil {
			return nil, err
		}
		for _, k := range page {
			if mails[k.Mail] && (len(refs) == 0 || refs[len(refs)-1] != k) { // a page begins with the last of the one before
				refs = append(refs, k)
			}
		}
		if len(page) < pageRows {
			return refs, nil
		}
		next = page[len(page)-1]
	}
}

// proveFrames compares the bytes of mails as they are kept.
func proveFrames(c *Carrier, to engine.View, all []*stored) error {
	ids := make([]int64, len(all))
	for i := range all {
		ids[i] = all[i].mail.ID
	}
	is, err := sumsOf(c.From, ids)
	if err != nil {
		return err
	}
	there, err := sumsOf(to, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if is[id] != there[id] {
			return fmt.Errorf("%w: the bytes of mail %d", ErrDiffers, id)
		}
	}
	return nil
}

// sumsOf are the sums of frames; zero of one that is not there.
func sumsOf(v engine.View, ids []int64) (map[int64]engine.Sum, error) {
	out := make(map[int64]engine.Sum, len(ids))
	return out, v.Frames(ids, func(id int64, frame []byte) error {
		if frame != nil {
			out[id] = sha256.Sum256(frame)
		}
		return nil
	})
}

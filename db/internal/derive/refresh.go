package derive

import (
	"errors"
	"runtime"
	"sync"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/frame"
	"patchwatch/track"
)

// Stored is a mail that is read anew.
type Stored struct {
	Id        int64
	delivered time.Time
	frame     []byte
	mail      *track.Mail // nil if it can't be read any more: then its facts stay as they are
}

// RereadBatch is how many mails are read anew at once.
const RereadBatch = 256

// BatchBytes is how many bytes of mail are held at once; the last mail may go beyond.
const BatchBytes = 16 << 20

// ErrEnough ends a stream of frames when as many are held as may be.
var ErrEnough = errors.New("enough for now")

// StoredAfter reads the next mails, as many as may be held at once.
func StoredAfter(v engine.View, id int64) (batch []*Stored, err error) {
	keys, err := v.After(id, RereadBatch)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	held := 0
	err = v.Frames(ids, func(id int64, bytes []byte) error {
		batch = append(batch, &Stored{Id: id, delivered: keys[len(batch)].Delivered, frame: bytes})
		if held += frame.Size(bytes); held > BatchBytes {
			return ErrEnough
		}
		return nil
	})
	if err == ErrEnough {
		err = nil
	}
	return batch, err
}

// ReadAll decompresses and parses a batch on all cores.
func ReadAll(f *frame.Frames, batch []*Stored, read Reader) {
	work := make(chan *Stored)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for m := range work {
				if raw, err := f.Decompress(m.frame); err == nil {
					if mail, err := read(raw); err == nil {
						mail.Delivered = m.delivered
						m.mail = mail
					}
				}
				m.frame = nil
			}
		})
	}
	for _, m := range batch {
		work <- m
	}
	close(work)
	wg.Wait()
}

// refresh brings the rows of mails that could be read in line with what they say today, and tells how many differ.
func (a *Adder) refresh(batch []*Stored) (differ int, err error) {
	if a.mayMeet(batch) && len(batch) > 1 {
		for _, s := range batch {
			n, err := a.refresh([]*Stored{s})
			if err != nil {
				return differ, err
			}
			differ += n
		}
		return differ, nil
	}
	mails, merged, err := a.merge(batch)
	if err != nil {
		return 0, err
	}
	var changed []*engine.Mail
	for _, s := range batch {
		was := mails[s.Id]
		if was == nil {
			continue
		}
		p, byList, err := a.route(s.mail)
		if err != nil {
			return 0, err
		}
		is, err := rowOfFacts(&Delivery{Mail: s.mail}, p, byList)
		if err != nil {
			return 0, err
		}
		if is.ID = s.Id; !is.Equal(was) {
			changed = append(changed, is)
		}
	}
	return merged + len(changed), a.rewrite(changed, mails)
}

// mayMeet tells whether two of the mails have the same bytes. An earlier patchwatch may have read another Message-ID
// from them, and then they were delivered once more.
func (a *Adder) mayMeet(batch []*Stored) bool {
	seen := make(map[engine.Bytes]bool, len(batch))
	for _, s := range batch {
		if s.mail == nil {
			continue
		}
		key := engine.Bytes{MsgID: s.mail.MsgID, SHA256: s.mail.SHA256}
		if seen[key] {
			return true
		}
		seen[key] = true
	}
	return false
}

// rewrite puts other facts in the place of those of these mails.
func (a *Adder) rewrite(changed []*engine.Mail, was map[int64]*engine.Mail) error {
	if len(changed) == 0 {
		return nil
	}
	var chosen []int64
	var names []engine.Name
	var restated []int64
	for _, m := range changed {
		before := was[m.ID]
		if !m.Date.Equal(before.Date) || m.ImportedAs != before.ImportedAs {
			restated = append(restated, m.ID)
		}
		if before.Chosen {
			chosen = append(chosen, m.ID)
		}
		names = append(names, engine.NameOf(before), engine.NameOf(m))
	}
	if err := a.unchoose(chosen, was); err != nil {
		return err
	}
	if err := a.Tx.Update(changed); err != nil { // as not chosen
		return err
	}
	if err := a.restate(restated); err != nil {
		return err
	}
	stand, err := a.choose(names)
	for _, m := range changed {
		before := was[m.ID]
		a.moved = a.moved || m.Project != before.Project || m.MsgID != before.MsgID || m.Kind != before.Kind ||
			before.Chosen != (stand[engine.NameOf(m)] == m.ID)
	}
	return err
}

// merge makes one mail of two with the same bytes, of which the one stored first stays. It gives the rows of the mails
// that stay, and how many do not.
func (a *Adder) merge(batch []*Stored) (mails map[int64]*engine.Mail, merged int, err error) {
	var ids []int64
	var keys []engine.Bytes
	for _, s := range batch {
		if s.mail != nil {
			ids, keys = append(ids, s.Id), append(keys, engine.Bytes{MsgID: s.mail.MsgID, SHA256: s.mail.SHA256})
		}
	}
	if mails, err = a.Tx.Mails(ids); err != nil {
		return nil, 0, err
	}
	twins, err := a.Tx.Known(keys)
	if err != nil {
		return nil, 0, err
	}
	for _, s := range batch {
		if s.mail == nil {
			continue
		}
		was := mails[s.Id]
		if was == nil { // taken out meanwhile
			merged++
			continue
		}
		s.mail.Delivered = was.Delivered
		s.mail.ImportedToo(was.ImportedAs)
		twin, there := twins[engine.Bytes{MsgID: s.mail.MsgID, SHA256: s.mail.SHA256}]
		if !there || twin.ID == s.Id {
			continue
		}
		if err := a.mergeTwin(s, twin, mails); err != nil {
			return nil, 0, err
		}
		if mails[s.Id] == nil {
			merged++
		}
	}
	return mails, merged, nil
}

func (a *Adder) mergeTwin(s *Stored, twin engine.Known, mails map[int64]*engine.Mail) error {
	a.moved = true
	if err := a.remove(max(s.Id, twin.ID)); err != nil {
		return err
	}
	delete(mails, max(s.Id, twin.ID))
	earliest := *s.mail
	if twin.Delivered.Before(earliest.Delivered) {
		earliest.Delivered = twin.Delivered
	}
	stays := min(s.Id, twin.ID)
	if err := a.deliveredEarlier(map[int64]*track.Mail{stays: &earliest}); err != nil {
		return err
	}
	if s.Id > twin.ID {
		return nil
	}
	now, err := a.Tx.Mails([]int64{s.Id})
	mails[s.Id] = now[s.Id]
	s.mail.Delivered = earliest.Delivered
	return err
}

// remove takes a mail out that is another's copy.
func (a *Adder) remove(mail int64) error {
	mails, err := a.Tx.Mails([]int64{mail})
	if err != nil || mails[mail] == nil {
		return err
	}
	if mails[mail].Chosen {
		if err := a.unchoose([]int64{mail}, mails); err != nil {
			return err
		}
	}
	if err := a.touched.in(mails[mail].Project).Remove([]int64{mail}); err != nil {
		return err
	}
	if err := a.restate([]int64{mail}); err != nil {
		return err
	}
	_, err = a.choose([]engine.Name{engine.NameOf(mails[mail])})
	return err
}

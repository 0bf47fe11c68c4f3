package db

import (
	"runtime"
	"sync"
	"time"

	"patchwatch/track"
)

// stored is a mail that is read anew.
type stored struct {
	id        int64
	delivered time.Time
	frame     []byte
	mail      *track.Mail // nil if it can't be read any more: then its facts stay as they are
}

// rereadBatch is how many mails are read anew at once.
const rereadBatch = 256

// storedAfter reads the next mails, as many as may be held at once.
func storedAfter(v View, id int64) (batch []*stored, err error) {
	keys, err := v.After(id, rereadBatch)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	held := 0
	err = v.Frames(ids, func(id int64, frame []byte) error {
		batch = append(batch, &stored{id: id, delivered: keys[len(batch)].Delivered, frame: frame})
		if held += frameSize(frame); held > batchBytes {
			return errEnough
		}
		return nil
	})
	if err == errEnough {
		err = nil
	}
	return batch, err
}

// readAll decompresses and parses a batch on all cores.
func (f *frames) readAll(batch []*stored, read Reader) {
	work := make(chan *stored)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for m := range work {
				if raw, err := f.decompress(m.frame); err == nil {
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
func (a *adder) refresh(batch []*stored) (differ int, err error) {
	if a.mayMeet(batch) && len(batch) > 1 {
		for _, s := range batch {
			n, err := a.refresh([]*stored{s})
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
	var changed []*Mail
	for _, s := range batch {
		was := mails[s.id]
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
		if is.ID = s.id; !is.equal(was) {
			changed = append(changed, is)
		}
	}
	return merged + len(changed), a.rewrite(changed, mails)
}

// mayMeet tells whether two of the mails have the same bytes. An earlier patchwatch may have read another Message-ID from
// them, and then they were delivered once more.
func (a *adder) mayMeet(batch []*stored) bool {
	seen := make(map[Bytes]bool, len(batch))
	for _, s := range batch {
		if s.mail == nil {
			continue
		}
		key := Bytes{s.mail.MsgID, s.mail.SHA256}
		if seen[key] {
			return true
		}
		seen[key] = true
	}
	return false
}

// rewrite puts other facts in the place of those of these mails.
func (a *adder) rewrite(changed []*Mail, was map[int64]*Mail) error {
	if len(changed) == 0 {
		return nil
	}
	var chosen []int64
	var names []Name
	for _, m := range changed {
		before := was[m.ID]
		if before.Chosen {
			chosen = append(chosen, m.ID)
		}
		names = append(names, nameOf(before), nameOf(m))
	}
	if err := a.unchoose(chosen, was); err != nil {
		return err
	}
	if err := a.Update(changed); err != nil { // as not chosen
		return err
	}
	_, err := a.choose(names)
	return err
}

// merge makes one mail of two with the same bytes, of which the one stored first stays. It gives the rows of the mails that
// stay, and how many do not.
func (a *adder) merge(batch []*stored) (mails map[int64]*Mail, merged int, err error) {
	var ids []int64
	var keys []Bytes
	for _, s := range batch {
		if s.mail != nil {
			ids, keys = append(ids, s.id), append(keys, Bytes{s.mail.MsgID, s.mail.SHA256})
		}
	}
	if mails, err = a.Mails(ids); err != nil {
		return nil, 0, err
	}
	twins, err := a.Known(keys)
	if err != nil {
		return nil, 0, err
	}
	for _, s := range batch {
		if s.mail == nil {
			continue
		}
		was := mails[s.id]
		if was == nil { // taken out meanwhile
			merged++
			continue
		}
		s.mail.Delivered = was.Delivered
		s.mail.ImportedToo(was.ImportedAs)
		twin, there := twins[Bytes{s.mail.MsgID, s.mail.SHA256}]
		if !there || twin.ID == s.id {
			continue
		}
		if err := a.mergeTwin(s, twin, mails); err != nil {
			return nil, 0, err
		}
		if mails[s.id] == nil {
			merged++
		}
	}
	return mails, merged, nil
}

func (a *adder) mergeTwin(s *stored, twin Known, mails map[int64]*Mail) error {
	if err := a.remove(max(s.id, twin.ID)); err != nil {
		return err
	}
	delete(mails, max(s.id, twin.ID))
	earliest := *s.mail
	if twin.Delivered.Before(earliest.Delivered) {
		earliest.Delivered = twin.Delivered
	}
	stays := min(s.id, twin.ID)
	if err := a.deliveredEarlier(map[int64]*track.Mail{stays: &earliest}); err != nil {
		return err
	}
	if s.id > twin.ID {
		return nil
	}
	now, err := a.Mails([]int64{s.id})
	mails[s.id] = now[s.id]
	s.mail.Delivered = earliest.Delivered
	return err
}

// remove takes a mail out that is another's copy.
func (a *adder) remove(mail int64) error {
	mails, err := a.Mails([]int64{mail})
	if err != nil || mails[mail] == nil {
		return err
	}
	if mails[mail].Chosen {
		if err := a.unchoose([]int64{mail}, mails); err != nil {
			return err
		}
	}
	if err := a.Remove([]int64{mail}); err != nil {
		return err
	}
	_, err = a.choose([]Name{nameOf(mails[mail])})
	return err
}

package watcher

import (
	"errors"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// engine is what Run and Once have in common: rounds over some Maildirs.
type engine[T any] struct {
	Config[T]
	boxes    []*box
	claimer  claimer
	settler  settler
	limit    int       // most names in a round; less after file descriptors have run out
	pause    pause     // after the handler has failed
	notifier *notifier // nil: there are no events, as in Once
	sum      Summary
	told     time.Time // when Changed was last called
}

func newEngine[T any](c Config[T]) (*engine[T], error) {
	if c.Prepare == nil || c.Handle == nil || len(c.Dirs) == 0 {
		return nil, errors.New("watcher: no handler or no Maildir given")
	}
	c.setDefaults()
	e := &engine[T]{Config: c, limit: c.roundMails()}
	e.claimer = claimer{
		maxMail:    c.MaxMail,
		settleTime: c.SettleTime,
		emptyTime:  c.EmptyTime,
		budget:     newBudget(2 * c.BatchBytes),
		step:       c.Step,
	}
	e.settler = settler{
		mover: mover{link: c.LinkMoves, linked: func() { c.Step(stepLinked) }},
		step:  c.Step,
	}
	return e, e.addBoxes()
}

// addBoxes takes each Maildir once, however often and by whatever paths it is given.
func (e *engine[T]) addBoxes() error {
	known := map[inode]string{}
	for _, dir := range e.Dirs {
		if _, err := EnsureMaildir(dir); err != nil {
			return err
		}
		b := &box{dir: filepath.Clean(dir), log: e.Log}
		id, err := inodeOfPath(b.newDir())
		if err != nil {
			return err
		}
		if other, ok := known[id]; ok {
			e.Log.Warn("the same Maildir was given twice", "dir", dir, "other", other)
			continue
		}
		known[id] = dir
		b.dirty.Store(true)
		e.boxes = append(e.boxes, b)
	}
	return nil
}

// rescan is how long a Maildir may go without a scan.
func (e *engine[T]) rescan(b *box) time.Duration {
	if b.unwatched || b.lastEvent.Load() == 0 {
		return min(e.BlindScan, e.Rescan)
	}
	return e.Rescan
}

// busy says whether a round has something to do now.
func (e *engine[T]) busy(now time.Time) bool {
	return e.pause.over(now) && len(e.ready(now)) > 0
}

func (e *engine[T]) ready(now time.Time) []*box {
	var ready []*box
	for _, b := range e.boxes {
		if b.ready(now) {
			ready = append(ready, b)
		}
	}
	return ready
}

// closeFolders puts a round's moves on disk.
func (e *engine[T]) closeFolders(opened []*folders) {
	for _, f := range opened {
		err := f.sync()
		f.close()
		if err != nil {
			f.box.fail(time.Now(), err)
		}
	}
	e.Step(stepSynced)
}

// closeRound ends the scans that are complete, and sets the limit of the next round.
func (e *engine[T]) closeRound(r *round[T]) {
	now := time.Now()
	if r.stop.Load() {
		for _, b := range e.boxes {
			b.abandon()
		}
	}
	for _, b := range e.boxes {
		if !b.stopped.Load() {
			b.end(now, e.Rescan)
		}
	}
	e.adaptLimit(r, now)
	if len(r.work) == 0 && e.pause.reason != "" && e.nothingWaits() {
		e.pause.end()
		e.Log.Info("no mail waits any more for what had failed")
	}
}

// nothingWaits tells that all Maildirs were listed, and there is no mail in them that is to be taken: others have, or
// somebody has moved it away. Then nothing is held up.
func (e *engine[T]) nothingWaits() bool {
	return !slices.ContainsFunc(e.boxes, func(b *box) bool {
		return b.stopped.Load() || b.scanning || b.list.open() || b.dirty.Load() || b.pause.reason != "" ||
			b.seen.locked+b.seen.incomplete > 0
	})
}

// adaptLimit takes fewer mails at once after file descriptors ran out, and then slowly more again. If no mail at all
// could be settled, others have taken the descriptors, and only waiting helps.
func (e *engine[T]) adaptLimit(r *round[T], now time.Time) {
	switch {
	case r.noDescriptors && r.settled == 0:
		e.limit = 1
		e.failAll(now, unix.EMFILE)
	case r.noDescriptors:
		e.limit = max(r.settled/2, 1)
	default:
		e.limit = min(2*e.limit, e.roundMails())
	}
}

func (e *engine[T]) failAll(now time.Time, err error) {
	if e.pause.begin(now, err) {
		e.Log.Error("no mail is taken until this is cured", "err", err)
	}
}

// close ends the goroutines and closes the files of Run or Once.
func (e *engine[T]) close() {
	if e.notifier != nil {
		e.notifier.close()
	}
	for _, b := range e.boxes {
		b.list.close()
	}
}

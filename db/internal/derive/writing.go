package derive

import (
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/frame"
	"patchwatch/track"
)

// Writing is a transaction under way, and what is to be told of it.
type Writing struct {
	Tx      engine.Tx     // not embedded, as those who embed Writing would have each of its methods once more
	Codec   *frame.Frames // nil: nothing is compressed
	Stamped engine.Stamp
	routing *Routing    // as the projects are now; nil: not known, or in somebody's hands
	put     bool        // a project was put
	By      track.Actor // empty: mail does it
	Quiet   bool        // nothing that happens is told

	IgnoreChanges bool // versions are found as if no mail had a change-id

	touched touching       // is Tx
	claims  *claims        // nil: the transaction is alone
	events  []engine.Event // that happened
	lines   []logged       // of the log
	now     time.Time      // see Now; zero: nobody has asked
}

// Begin begins on a transaction. routing is what the one before left; nil: nothing.
func Begin(tx engine.Tx, f *frame.Frames, routing *Routing) (*Writing, error) {
	stamp, err := tx.Stamp()
	if routing != nil && routing.Stamped != stamp {
		routing = nil // somebody else has written since
	}
	t := newTouching(tx)
	return &Writing{Tx: t, touched: t, Codec: f, Stamped: stamp, routing: routing}, err
}

// Touch notes that what is shown of a project changes; 0: what is shown of all.
func (w *Writing) Touch(project int64) { w.touched.touch(project) }

// End writes what is to be told, as the last thing of the transaction.
func (w *Writing) End() error {
	if err := w.mayEnd(); err != nil {
		return err
	}
	if err := w.tellAll(); err != nil {
		return err
	}
	return w.touched.put()
}

// tellAll writes the log and the events.
func (w *Writing) tellAll() error {
	if err := w.addLog(); err != nil {
		return err
	}
	return w.addEvents()
}

// PartBy runs f in a part of the transaction: what somebody decided, which may fail without harm to what is beside it.
// What the part has to tell is written at its end.
func (w *Writing) PartBy(by track.Actor, f func(part *Writing) error) error {
	part := &Writing{Tx: w.Tx, touched: w.touched, Codec: w.Codec, Stamped: w.Stamped, routing: w.routing,
		By: by, IgnoreChanges: w.IgnoreChanges}
	keep := false
	defer func() {
		w.routing = part.routing
		if part.put && !keep { // it may have been read in between
			w.routing = nil
		}
	}()
	err := w.Tx.Part(func() error {
		if err := f(part); err != nil {
			return err
		}
		return part.tellAll()
	})
	keep = err == nil
	return err
}

func unixMicro(v int64) time.Time { return time.UnixMicro(v).UTC() }
func unixSec(v int64) time.Time   { return time.Unix(v, 0).UTC() }

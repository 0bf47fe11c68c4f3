package derive

import "patchwatch/track"

// Delivery is one mail to be stored.
type Delivery struct {
	Mail  *track.Mail // what ingest.Parse read from it, with Delivered set
	Raw   []byte      // its bytes
	Frame []byte      // Raw as frame.Compress or Frames.Compress made it; nil: Add makes it
	sums  *sums       // of Mail; nil: Add makes them
}

// Prepare makes a Delivery, with what is summed up of the mail.
func Prepare(m *track.Mail, raw, frame []byte) Delivery {
	d := Delivery{Mail: m, Raw: raw, Frame: frame}
	if sums, err := sumsOf(m); err == nil {
		d.sums = sums
	}
	return d
}

// Added says what became of one delivery.
type Added struct {
	Known   bool   // these bytes were stored before; nothing changed
	Project string // link name; empty: unrouted
	Variant bool   // another mail stands for its Message-ID
	Kind    track.Role
	Series  int64 // its number; 0: none
	mail    int64 // its number
	Err     error // this mail is at fault, no retry can cure it; it is not stored, its neighbours are
}

// Reader reads a stored mail anew: ingest.Parse, which this package does not know.
type Reader func(raw []byte) (*track.Mail, error)

// Progress is told now and then how many of how many are done. It may be nil.
type Progress func(done, total int)

// Tell calls p, if there is one.
func (p Progress) Tell(done, total int) {
	if p != nil {
		p(done, total)
	}
}

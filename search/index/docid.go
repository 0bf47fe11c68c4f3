package index

import "math/rand/v2"

// The number of a document is its date, in units of 64 seconds, and a free one of the slots of that unit. So the
// order of numbers is nearly that of dates, FTS5 finds the newest first without sorting, and a range of dates is a
// range of numbers. Documents of one unit are put into order when they are read.
//
// The units are not shorter since what FTS5 keeps for each word of each document is mostly the distance to the
// document before. With seconds and more slots the index is a tenth larger.
//
// Where more mails have one date than a unit has slots, as of somebody who floods a list, the others get a slot of a
// later unit; metaDisplaced says how much later that may be.
const (
	unitBits = 6
	slotBits = 4
	slots    = 1 << slotBits
)

// maxDate is the last date that a number can have: in the year 4147. Dates before 1970 count as 1970.
const maxDate = 1 << 36

// A slotFinder finds free numbers.
type slotFinder struct {
	taken func(id int64) (bool, error)
}

// find gives a free number for a date. With every few tries that meet a taken slot, the stretch of time from which
// one is drawn becomes twice as long, so that a flood of mails of one date costs each of them a few tries.
func (f slotFinder) find(date int64) (int64, error) {
	first := firstID(date)
	for i := range int64(slots) {
		if taken, err := f.taken(first + i); err != nil || !taken {
			return first + i, err
		}
	}
	for reach := int64(2 * slots); ; reach *= 2 {
		for range 4 {
			id := first + slots + rand.Int64N(reach)
			if taken, err := f.taken(id); err != nil || !taken {
				return id, err
			}
		}
	}
}

// firstID and lastID are the numbers that documents of the unit of a date may have.
func firstID(date int64) int64 { return min(max(date, 0), maxDate) >> unitBits << slotBits }
func lastID(date int64) int64  { return firstID(date) + slots - 1 }

// unitOf is the unit in a number, as a number of units since 1970.
func unitOf(id int64) int64 { return id >> slotBits }

package index

import "math/rand/v2"

// The number of a document is its date counted backwards, in units of some 17 minutes, and a free one of the slots of
// that unit. So the order of numbers is nearly that of dates with the newest first, FTS5 finds the newest first
// without sorting, and a range of dates is a range of numbers. Documents of one unit are put into order when they are
// read.
//
// Numbers go backwards because FTS5 skips fast only upwards: where it goes down, it reads a page of its lists of pages
// anew for each page that it skips.
//
// What FTS5 keeps for each word of each document is mostly the distance to the document before, so there are few
// numbers for a stretch of time: as many as 10,000 mails a day take. The units are long so that a large series, which
// is sent within a minute, has room in one.
//
// Where more mails have one date than a unit has slots, as of somebody who floods a list, the others get a slot of an
// older unit; metaDisplaced says how much older that may be.
const (
	unitBits = 10
	slotBits = 7
	slots    = 1 << slotBits
)

// maxDate is the last date that a number can have: in the year 2106. Later dates count as this one, and those before
// 1970 as 1970.
const maxDate = 1 << 32

// firstID and lastID are the numbers that documents of the unit of a date may have.
func firstID(date int64) int64 { return (maxDate - min(max(date, 0), maxDate)) >> unitBits << slotBits }
func lastID(date int64) int64  { return firstID(date) + slots - 1 }

// unitOf is the unit in a number.
func unitOf(id int64) int64 { return id >> slotBits }

// A slotFinder finds free numbers.
type slotFinder struct {
	taken func(id int64) (bool, error)
	last  func(first, last int64) (id int64, err error) // the last of a range that is taken; -1: none is
}

// find gives a free number for a date. With every few tries that meet a taken slot, the stretch of time from which
// one is drawn becomes twice as long, so that a flood of mails of one date costs each of them a few tries.
func (f slotFinder) find(date int64) (int64, error) {
	first := firstID(date)
	last, err := f.last(first, first+slots-1)
	if err != nil {
		return 0, err
	}
	if id := max(first, last+1); id < first+slots {
		return id, nil
	}
	for reach := int64(slots); ; reach *= 2 {
		for range 4 {
			id := first + rand.Int64N(reach)
			if taken, err := f.taken(id); err != nil || !taken {
				return id, err
			}
		}
	}
}

package track

import "time"

// Item is a mail as Assemble sees it: the copy that counts for its Message-ID in one project, with only those facts
// that decide where it belongs.
type Item struct {
	ID        string   // Message-ID with its brackets
	Refs      []string // nearest first, as in Mail.Refs
	Kind      Kind
	Sender    string // address, lower-cased
	Name      string // the subject as shown, with its prefixes
	Date      time.Time
	Delivered time.Time

	Marked                 bool
	Number, Total, Version int

	PutWith string // the mail whose series a person put this one into, or itself; empty: the rules decide
}

// member tells whether the mail takes part in the search for series: it is a cover, or a patch numbered 1 and up.
// Every other patch is a series of its own.
func (it *Item) member() bool {
	switch it.Kind {
	case Cover:
		return true
	case Patch:
		return it.Marked && it.Number > 0 && it.Total > 0
	}
	return false
}

// Member tells whether an item can share a series with others, so that a store can index just those.
func (it *Item) Member() bool { return it.member() }

// target tells whether the mail can have comments.
func (it *Item) target() bool { return it.Kind == Patch || it.Kind == Cover }

// Before is the canonical order: by Date, then time of delivery, then Message-ID, and never by the order of arrival.
func (it *Item) Before(o *Item) bool { return it.before(o) }

func (it *Item) before(o *Item) bool {
	if !it.Date.Equal(o.Date) {
		return it.Date.Before(o.Date)
	}
	if !it.Delivered.Equal(o.Delivered) {
		return it.Delivered.Before(o.Delivered)
	}
	return it.ID < o.ID
}

// Settled is what Assemble needs to know of a stored mail outside the set it is given.
type Settled struct {
	Kind   Kind
	Parent string // of a Talk or Ignored: the patch or cover that it leads to; empty if none
}

// Threads is what Assemble makes of a set of mails.
type Threads struct {
	Parents map[string]string // the patch or cover that each Talk and Ignored of the set leads to; absent if none
	Series  []Series          // of the covers and patches of the set, by Key
}

// Series is a set of patches that were sent as one.
type Series struct {
	Key       string // the smallest Message-ID of its members, which is the most stable name that it has
	Name      string
	Version   int
	Total     int
	Date      time.Time
	Submitter string // address
	Cover     string // Message-ID; empty if there is none
	Patches   []Slot // by number
	Complete  bool   // each number of 1..Total is there
}

// Slot is a patch's place in its series.
type Slot struct {
	Number int
	ID     string
}

package track

import "time"

// Overview is what a list says of a series beside its row.
type Overview struct {
	Cover    CoverRow                // zero: there is none
	Patches  []PatchRow              // by number, those that are not hidden
	Trailers map[int64]PatchTrailers // by the number of the patch
	Replies  map[int64]int           // how many comments there are on each patch and on the cover, by number
	Last     time.Time               // when the last patch, cover or comment was sent
	// FirstReply is when somebody else than the submitter replied first; zero: nobody has.
	FirstReply time.Time
	Mails      []int64         // numbers of all these, as far as they are shown
	Voices     map[string]bool // addresses of those who have replied
	Revises    SeriesBrief     // the version before; zero: there is none
	Revised    SeriesBrief     // the newest of those that revise it; zero: there are none
}

// SeriesWhole is what the page of a series says of it beside its row.
type SeriesWhole struct {
	Overview *Overview
	Versions []SeriesView // the series and all that hang together with it, the oldest first
	Now      SeriesRow    // the series as it now stands
}

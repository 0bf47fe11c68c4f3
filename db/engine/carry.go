package engine

import "patchwatch/track"

// Whole gives the rows of a database page by page, for those who carry all of them to another. A page begins with the
// first row whose key is not below the one given, and has at most so many; keys are numbers where nothing else is said.
// Kinds of rows that other methods give as a whole are not here.
type Whole interface {
	// RefsFrom gives the table of references in the order of RefKey.Compare.
	RefsFrom(first RefKey, most int) ([]RefKey, error)
	SeriesFrom(first int64, most int) ([]SeriesRow, error)
	// PeopleFrom gives who is named, by address.
	PeopleFrom(first string, most int) ([]PersonRow, error)
	// PersonNumbersFrom gives the numbers of all who were ever named.
	PersonNumbersFrom(first int64, most int) ([]PersonNumber, error)
	// DecisionsFrom gives decisions in the order of Name.Compare, PairsFrom pairs in that of PairKey.Compare.
	DecisionsFrom(first Name, most int) ([]Decision, error)
	PairsFrom(first PairKey, most int) ([]Pair, error)
	LogFrom(first int64, most int) ([]LogEntry, error)
	CredentialsFrom(first int64, most int) ([]Credential, error)
	ChecksFrom(first int64, most int) ([]track.Check, error)
	// AdoptedFrom gives what was adopted in the order of AdoptedKey.Compare.
	AdoptedFrom(first AdoptedKey, most int) ([]Adopted, error)
	// AllSavedQueries gives those of all owners, by owner and name.
	AllSavedQueries() ([]SavedQuery, error)
	// Given are the highest numbers that were ever given.
	Given() (Given, error)
}

// Given are numbers that new rows are above, also where the rows that had them are gone.
type Given struct{ Mail, Log, Event, User, Credential, Check, Bundle, Hook int64 }

// Carried are rows of another database, with the numbers that they have there.
type Carried struct {
	Mails  []*Mail // that are not there, with their frames
	Frames [][]byte

	Log    []LogEntry // that are not there
	Events []Event

	Credentials []Credential // over what is there under the same number
	Checks      []track.Check
	Restated    []Restated      // over what is there of the same mail, and under the same note
	Changes     map[int64]int64 // what View.Changes is to say
	Given       Given           // at least; 0: whatever it is
}

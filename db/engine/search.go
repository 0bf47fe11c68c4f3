package engine

import "patchwatch/track"

// Tracked is what a tracker knows of a mail where it was found.
type Tracked struct {
	Name
	Chosen   bool // it stands for its name
	Role     track.Role
	Pull     bool        // it asks to pull
	State    track.State // of a patch; and so on
	Delegate string
	Archived bool
	Series   int64 // of a comment, that of the patch or cover; 0: none
	Version  int   // of its series, otherwise of its subject; 0: it is neither patch nor cover
	Complete bool  // every patch of its series has come
	Hidden   bool
}

// Restated notes that the date or the lists of a mail are others than when it was stored, or that it is gone. A mail
// has one note at most, the newest.
type Restated struct {
	Note int64 // above all that were ever given
	Mail int64
}

// SavedQuery is a query that somebody uses by name.
type SavedQuery struct {
	Owner track.Actor
	Name  string
	Query string // empty: there is none
}

// Having asks for the mails of a value. Of its fields one is set.
type Having struct {
	State    track.State // of patches
	Delegate string      // of patches; an address
	Archived bool        // patches that are
	Series   int64       // its patches and cover, and the replies to them
}

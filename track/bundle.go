package track

// Bundle is an ordered selection of patches of one project that somebody made.
type Bundle struct {
	ID      int64
	Owner   int64 // User.ID
	Project int64
	Name    string // unique among those of its owner
	Public  bool
	Patches []string // Message-IDs, in order
}

//go:build race

package ingest

import "time"

// What mail that is large on purpose is held to in this build: the race detector makes loops over bytes ten to thirty
// times as slow, and it is the other build that says how fast they are.
const (
	largeMail = 1 << 20
	timeLimit = 10 * time.Second
	listsRead = 1 // of the public lists
)

//go:build !race

package ingest

import "time"

// What mail that is large on purpose is held to in this build.
const (
	largeMail = 50 << 20
	timeLimit = 2 * time.Second
	listsRead = 5 // of the public lists
)

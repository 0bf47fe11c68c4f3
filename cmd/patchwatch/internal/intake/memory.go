package intake

import (
	"os"
	"runtime/debug"
)

// memoryGoal is the size at which Go's collector keeps the heap of a command that takes in mail, if what is in use
// allows it. A backlog needs half of it. Without a goal the heap may grow to twice what is in use, which is a lot
// with the largest mails.
const memoryGoal = 128 << 20 // bytes

// garbage is how much of what is thrown away may lie about, in percent of what is in use, before Go's collector runs:
// below the goal there is room for it, and a backlog goes 2 % faster than with Go's 100.
const garbage = 150

// KeepMemorySmall is for commands whose memory does not depend on what is stored. It is not for rebuild, which holds
// the largest thread, however large: with a limit below that, Go would collect garbage all the time.
func KeepMemorySmall() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}

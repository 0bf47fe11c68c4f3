package intake

import (
	"os"
	"runtime/debug"
)

// memoryGoal is what the collector keeps the heap of a command that takes in mail to, as long as what is alive
// allows. A backlog needs half of it. Without a goal the heap may grow to twice what is alive, which the largest
// mails make much.
const memoryGoal = 128 << 20 // bytes

// KeepMemorySmall is for commands whose memory does not depend on what is stored. It is not for rebuild, which holds
// the largest thread, however large: with a limit below that, Go would collect garbage without end.
func KeepMemorySmall() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
}

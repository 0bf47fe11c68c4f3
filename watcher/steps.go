package watcher

// The points in the life of a claim at which a crash leaves a state of its own.
const (
	stepClaimed       = "claimed"         // locked, and it is the right file
	stepRead          = "read"            // all its bytes are in memory
	stepHandled       = "handled"         // the handler has given its verdict
	stepReasonWritten = "reason written"  // failed/NAME.reason is on disk, the mail still in new
	stepLinked        = "linked"          // in new and in the target folder
	stepMovedToCur    = "moved to cur"    // the lock is still held
	stepMovedToFailed = "moved to failed" // the same
	stepUnlocked      = "unlocked"        // settled, but a power cut could undo it
	stepSynced        = "synced"          // the folders are on disk
)

// Steps lists what Config.Step is called with, in the order of a mail's life. All are reached when one mail is stored
// and one rejected, "linked" only with Config.LinkMoves.
func Steps() []string {
	return []string{
		stepClaimed, stepRead, stepHandled, stepReasonWritten, stepLinked,
		stepMovedToCur, stepMovedToFailed, stepUnlocked, stepSynced,
	}
}

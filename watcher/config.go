package watcher

import (
	"context"
	"log/slog"
	"time"
)

// Claim is one mail that is held under flock until it is settled. Meanwhile no other watcher takes it, in this
// process or in another.
type Claim struct {
	Dir       string    // the Maildir, as in Config.Dirs, by filepath.Clean
	Name      string    // of the file in new; bytes from outside, not always UTF-8, never with a slash
	Data      []byte    // the whole file
	Delivered time.Time // as the function Delivered says
}

// Verdict says what becomes of one claim.
type Verdict struct {
	// Reject nil means that the mail is durably stored: it goes to cur. Otherwise it goes to failed with this reason,
	// whose first line should be a sentence that a person understands.
	Reject error
}

// Handler stores a batch of what Config.Prepare made, and returns one verdict for each mail, at the same index. A
// returned error means that the environment is at fault (disk full, database locked): nothing of the batch is moved,
// and it is tried again after a pause. So a handler may be given mail that it has stored already, and storing it
// twice must change nothing.
//
// It is called by one goroutine at a time. Its context is cancelled Config.Grace after that of Run. So the batch in
// hand is finished, unless it has to wait for somebody, such as another process that holds the database.
type Handler[T any] func(ctx context.Context, batch []T) ([]Verdict, error)

// Config says what to watch and what to do with the mail. A T is a mail as the handler wants it; the watcher passes
// it on and does not look at it. Dirs, Prepare and Handle are required; a zero elsewhere means the default.
type Config[T any] struct {
	Dirs []string // Maildirs

	// Prepare is called for each mail as soon as it has been read, by all readers at once, while the handler has the
	// batch before. Whatever can be done with one mail by itself is best done here.
	Prepare func(Claim) T
	Handle  Handler[T]

	BatchMails int   // most mails in a batch; default 512
	BatchBytes int64 // a batch is full at so many bytes, and twice as many are held in memory; default 32 MiB
	MaxMail    int64 // bytes; a larger mail is rejected unread; default 50 MiB
	Readers    int   // how many mails are claimed and read at once; default the number of CPUs

	Rescan     time.Duration // how often new is listed without an event; default 30 s
	BlindScan  time.Duration // the same for a Maildir from which no event ever came, as on NFS; default 5 s
	SettleTime time.Duration // how long a file must rest where leases cannot tell whether it is written; default 1 s
	EmptyTime  time.Duration // how long an empty file may still be filled; default 2 s
	Grace      time.Duration // how long the batch in hand may take once Run is to end; default 5 s

	Log     *slog.Logger        // default: discards
	Settled func(Settlement[T]) // told of each moved mail, one at a time, while Handle may have the next batch
	Changed func(State)         // told when a pause begins or ends, and at most once a second that Run scans

	// Step is called with one of Steps at each point where a crash leaves a state of its own, so that a test can kill
	// the process there. It is called by several goroutines.
	Step func(step string)
	// LinkMoves moves by link and unlink, as is done anyway where the file system cannot rename without replacing.
	LinkMoves bool
}

// Settlement is one mail that has left new. A power cut within the next moments may put it back there; then it is
// settled again.
type Settlement[T any] struct {
	Dir       string // the Maildir
	Name      string // in new
	Path      string // where the mail is now
	Size      int64  // bytes
	Delivered time.Time
	Reject    error // why it is in failed; nil: it is in cur

	// Mail is what Config.Prepare made, as the handler left it, and zero where the watcher itself rejected the mail.
	// What it holds in memory by now is not counted by Config.BatchBytes.
	Mail T
}

// Summary is what Once did and what it could not do.
type Summary struct {
	Stored int // mails moved to cur
	Failed int // mails moved to failed
	Left   int // mails that are still in new: unreadable, written all the time, or not come to
	Odd    int // things in new that are no regular files, and are left alone
}

// State is what a running watcher is doing, for people who ask why nothing moves.
type State struct {
	Paused string    // why no mail at all is taken; empty: it is
	Since  time.Time // of Paused
	Dirs   []DirState
}

// DirState is the same of one Maildir.
type DirState struct {
	Dir        string
	Paused     string    // why no mail is taken from this Maildir; empty: it is
	Since      time.Time // of Paused
	LastEvent  time.Time // zero: none ever came
	LastScan   time.Time
	Odd        int    // things in new that are no regular files
	Unreadable int    // mails in new that cannot be opened or read
	Stuck      string // why mails stay in new that nobody takes, of the first of them; empty: there are none
}

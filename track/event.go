package track

import "time"

// Actor is who decided something: a user of the system or, later, of patchwatch.
type Actor string

// ActorUnknown made the decisions that were stored before actors were.
const ActorUnknown Actor = "unknown"

// ActorRule is who changes what follows from a setting of the project, such as that older versions are superseded.
const ActorRule Actor = "rule"

// Category says what an event is about, in Patchwork's words.
type Category string

const (
	CoverCreated         Category = "cover-created"
	PatchCreated         Category = "patch-created"
	PatchCompleted       Category = "patch-completed" // it and all patches before it in its series are there
	PatchStateChanged    Category = "patch-state-changed"
	PatchDelegated       Category = "patch-delegated"
	PatchRelationChanged Category = "patch-relation-changed"
	CheckCreated         Category = "check-created"
	SeriesCreated        Category = "series-created"
	SeriesCompleted      Category = "series-completed" // every number of 1..Total is there
	CoverCommentCreated  Category = "cover-comment-created"
	PatchCommentCreated  Category = "patch-comment-created"
)

// Categories are all there are.
func Categories() []Category {
	return []Category{
		CoverCreated, PatchCreated, PatchCompleted, PatchStateChanged, PatchDelegated, PatchRelationChanged, CheckCreated,
		SeriesCreated, SeriesCompleted, CoverCommentCreated, PatchCommentCreated,
	}
}

// Event is something that happened. Of its subjects those are set that its category is about.
type Event struct {
	ID       int64     // ascends in the order of commits, without gaps that are filled later
	Date     time.Time // of the commit, microseconds; never before that of an event with a lower ID
	Category Category
	Project  string // link name
	Actor    Actor  // empty: mail did it

	Patch, Cover, Comment MailRef
	Series                SeriesRef
	Check                 *Check
	Before, After         string // states, or the addresses of delegates
}

// MailRef names a mail in an event. The zero value: none.
type MailRef struct {
	ID    int64
	MsgID string
	Name  string
}

// SeriesRef names a series in an event. The zero value: none.
type SeriesRef struct {
	ID      int64
	Name    string
	Version int
}

// Package engine says what a database must be able to do for patchwatch, and what its rows are. The rules of mail are
// in db, once; an engine keeps rows and finds them again, and knows nothing else.
package engine

import (
	"context"
	"time"

	"patchwatch/track"
)

// Engine is a database of some kind: a place that keeps rows and finds them again. What the rows mean is the Store's
// business. An engine has no rule of its own about mail, so that every engine gives the same answers.
//
// dbtest is a suite that an engine must pass.
type Engine interface {
	// Write runs f in one transaction that nobody else writes beside, in this process or any other, and whose reads see
	// what it wrote itself. When Write returns nil, all of it is on disk; when it returns an error or f panics, nothing of
	// it is kept. The wait for others ends with the context; f itself is not interrupted by it.
	Write(ctx context.Context, f func(Tx) error) error

	// View runs f on the database of one moment, beside whoever writes. f should be short: engines have few connections.
	View(ctx context.Context, f func(View) error) error

	// Look is View for those who read for long, such as a dump: it does not use a connection that others wait for.
	Look(ctx context.Context, f func(View) error) error

	// Scratch copies all rows but the frames into a database of its own, which is thrown away when it is closed.
	Scratch(ctx context.Context) (Engine, error)

	// Examine has the engine test its own storage, and calls fault with a sentence for each thing it finds wrong.
	Examine(ctx context.Context, fault func(sentence string)) error

	// Backup writes a consistent copy to a new file. It is on disk when Backup returns nil.
	Backup(ctx context.Context, file string) error

	// About says what status prints of the engine.
	About(ctx context.Context) (About, error)

	// Current is ErrNewer once a newer program has given the database another form: this one can do no more then, and
	// writes nothing.
	//
	// It is ErrReplaced, once, where another database has taken the place of this one: that one is read from then on.
	Current(ctx context.Context) error

	// TempDir is a folder on a disk with about as much room as the database has, for files that are thrown away.
	TempDir() string

	// Close waits for the transaction in hand. Closing twice does nothing.
	Close() error
}

// About is what an engine says of itself.
type About struct {
	Engine   string // its name and version, as in "SQLite 3.54.1"
	Location string // what a person calls the database: the path of its file
	Bytes    int64  // that it takes on disk
	LogBytes int64  // of the log beside it; 0: there is none
}

// Stamp tells whether what a Store knows of its database still holds.
type Stamp struct {
	Opening int   // grows when another database was found under the name and opened
	Changes int64 // another number whenever somebody else may have written
}

// View is what can be asked of a database. All answers are of one moment.
//
// Methods that take keys take many and answer for all of them at once, since over a network each call is a journey. A
// key that is not there has no answer; this is no error. Slices of keys may hold a key twice. Where nothing is said of
// the order of answers there is none.
type View interface {
	Facts
	Derivations
	Lists
	Streams
	Notes
	History
	Pages
	Accounts
	Programs
	Searches
	Archives
	Adoptions
	Hooks
	Whole
}

// Facts finds stored mails and what they say.
type Facts interface {
	// Known finds mails by their bytes.
	Known(keys []Bytes) (map[Bytes]Known, error)
	// Copies finds all mails of each name.
	Copies(names []Name) (map[Name][]Copy, error)
	// Mails gives what these mails say, by number.
	Mails(ids []int64) (map[int64]*Mail, error)
	// Namings gives of each sender the mail that names them: of chosen mails in projects that are not ignored the first in
	// the order of Naming.Before.
	Namings(emails []string) (map[string]Naming, error)
	// Holds tells of each sum whether a mail of these bytes is stored. It may look through all that are.
	Holds(sums []Sum) ([]bool, error)
	// LastMail is the highest number of a mail; 0: there is none. Numbers of new mails are higher.
	LastMail() (int64, error)
	// After lists the mails above a number, by number, at most so many.
	After(id int64, most int) ([]MailKey, error)
	// Unrouted lists the mails that are in no project, the highest number first, at most so many.
	Unrouted(most int) ([]MailKey, error)
	// Frames calls f with the frame of each mail in the order given; nil where it is not there, or not whole. It stops at
	// the first error of f and returns it.
	Frames(ids []int64, f func(id int64, frame []byte) error) error
}

// Derivations finds mails as assembly needs them, and what was derived.
type Derivations interface {
	// Rows finds chosen mails by number, RowsNamed by Message-ID in one project.
	Rows(ids []int64) ([]*Row, error)
	RowsNamed(project int64, msgids []string) ([]*Row, error)
	// Referrers finds chosen mails that refer to any of q.To, once for each of them that they refer to.
	Referrers(q Referring) ([]Referrer, error)
	// Marked finds, for each query, members (track.Item.Member) that are marked.
	Marked(project int64, queries []Marking) ([][]*Row, error)
	// Derived gives all derived rows of these mails, but for series and people.
	Derived(mails []int64) (Derived, error)
	// Series finds series by number.
	Series(ids []int64) ([]SeriesRow, error)
	// Members gives the mails of each series, the cover first, then by number.
	Members(series []int64) (map[int64][]Member, error)
	// People finds who is named.
	People(emails []string) (map[string]PersonRow, error)
	// Alike finds, for each query, the first mails in its order.
	Alike(queries []Likeness) ([][]Alike, error)
	// Beside finds the chosen patches and covers in series that refer to any of these, once for each.
	Beside(to []Name, who Who) ([]Beside, error)
	// LeadTo gives the series that chosen mails of these names lead to: of a comment, that of the patch or cover.
	LeadTo(names []Name) (map[Name]int64, error)
	// Depending gives all series that have a mail with Depends-on lines, each with its project, of the projects in which
	// some series are.
	Depending(series []int64) (map[int64]int64, error)
	// Revising gives the series whose rows say that they revise these, for each at most so many, in the order of
	// NewestFirst.
	Revising(series []int64, most int) (map[int64][]SeriesRow, error)
	// PatchesOf gives the patches that are in these series.
	PatchesOf(series []int64) ([]PatchRow, error)
	// Completed tells of each series when the last of its patches 1 to Total was delivered, as far as these are there.
	Completed(series []int64) (map[int64]time.Time, error)
	// SeriesOf gives the series that the chosen mails of some names are in.
	SeriesOf(names []Name) (map[Name]int64, error)
}

// Lists answers what people ask. Filters mean the same in every engine.
type Lists interface {
	// Patches lists patches, newest first, those of one date by number, the highest first; without Trailers.
	Patches(f track.Filter) ([]track.PatchView, error)
	// SeriesList lists series in the same order; without Revises.
	SeriesList(f track.Filter) ([]track.SeriesView, error)
	// MailViews gives mails in the order of ids.
	MailViews(ids []int64) ([]track.MailView, error)
	// Find gives the numbers of chosen mails in the order of numbers, of one project (by link name) where it is not empty.
	// The number of any copy finds the mail that stands for its name.
	Find(q Finding) ([]int64, error)
	// Replies gives the replies whose parent is one of these, in canonical order, ignored or hidden ones too where asked
	// for.
	Replies(parents []int64, ignoredToo, hiddenToo bool) (map[int64][]int64, error)
	// Covers gives the covers of the series that patches are in, by patch. Hidden ones are not there.
	Covers(patches []int64) (map[int64]int64, error)
	// More gives Mail.More of these mails, where it is not empty.
	More(mails []int64) (map[int64]string, error)
	// Counts are for status.
	Counts() (Counts, error)
}

// Streams go through all rows of a kind, in memory that does not grow with them. An error of f ends the stream and is
// returned.
type Streams interface {
	// EachItem gives the chosen mails of projects, by number.
	EachItem(f func(project, mail int64, it *track.Item) error) error
	// EachMail gives all chosen mails with what was derived of them.
	EachMail(f func(*DerivedMail) error) error
	// EachSeries gives all series, by number.
	EachSeries(f func(*SeriesRow, []Member) error) error
	// EachPut gives all mails that a person put into a series.
	EachPut(f func(Put) error) error
	// EachPerson gives who is named.
	EachPerson(f func(PersonRow) error) error
	// EachNaming gives all mails that may name their sender (see Namings), those of one sender one after the other. Mails
	// without a sender's address are left out.
	EachNaming(f func(Naming) error) error
	// EachRef gives the table of references in the order of RefKey.Compare.
	EachRef(f func(RefKey) error) error
	// EachMisplaced gives derived rows that hang on a mail which is not chosen or in no project: there should be none.
	EachMisplaced(f func(Misplaced) error) error
}

// Notes are a few rows of bookkeeping, read and written as a whole.
type Notes interface {
	// Projects gives all projects by link name, removed ones too, each with its rules in the order in which they are
	// asked.
	Projects() ([]Project, error)
	// Works lists what changes of projects and rules left to do: routing first, then by number.
	Works() ([]Work, error)
	// Reading is the lowest number by which any mail was read; 0: not known.
	Reading() (int, error)
	// Dictionaries by the number of mails, then by id.
	Dictionaries() ([]Dictionary, error)
	// Maildirs that are watched, by host and path.
	Maildirs() ([]Maildir, error)
	// Repositories that mail has been imported of, by path and list.
	Repositories() ([]Repository, error)
}

// History is what was decided and what happened.
type History interface {
	// Decisions finds what stands.
	Decisions(names []Name) (map[Name]Decision, error)
	// SeriesNamed tells whether a person gave any series of the project a name.
	SeriesNamed(project int64) (bool, error)
	// AnyPut tells whether a person put any mail of the project into a series.
	AnyPut(project int64) (bool, error)
	// Puts finds those of these mails that a person put with others, and those that were put with these.
	Puts(project int64, msgids []string) ([]Put, error)
	// AnyPair tells whether a person decided about any two series.
	AnyPair() (bool, error)
	// Pairs finds the pairs of which one is of these names.
	Pairs(names []Name) ([]Pair, error)
	// Log gives what was decided, newest first.
	Log(q LogQuery) ([]LogEntry, error)
	// Events gives what happened, by number.
	Events(q EventQuery) ([]Event, error)
	// LastEvent is the number and the date of the newest event; 0 and the zero time: there has been none.
	LastEvent() (id int64, date time.Time, err error)
}

// Pages gives lists page by page, as track.Page says. total is the length of the whole list where that is known; -1: it
// is to be counted.
type Pages interface {
	PatchPage(q track.PatchQuery, total int) (track.Page[track.PatchRow], error)
	// PatchCounts counts the patches of whole lists.
	PatchCounts(lists []track.PatchQuery) ([]int, error)
	CoverPage(q track.CoverQuery, total int) (track.Page[track.CoverRow], error)
	SeriesPage(q track.SeriesQuery, total int) (track.Page[track.SeriesRow], error)
	CommentPage(q track.CommentQuery, total int) (track.Page[track.CommentRow], error)
	PersonPage(q track.PersonQuery, total int) (track.Page[track.PersonView], error)
	// EventPage does with a total of at least Offset and Limit, where only the rows are of interest.
	EventPage(q track.EventsQuery, total int) (track.Page[track.EventRow], error)
	// PatchRows, CoverRows and CommentRows find those of some numbers, of any copies; by these numbers. What the scope
	// leaves out is not there.
	PatchRows(ids []int64, s track.Scope) (map[int64]track.PatchRow, error)
	CoverRows(ids []int64, s track.Scope) (map[int64]track.CoverRow, error)
	CommentRows(ids []int64, s track.Scope) (map[int64]track.CommentRow, error)
	// Stands gives, for the numbers of any copies, the mails that stand for their names.
	Stands(ids []int64) (map[int64]int64, error)
	// Changes gives how often what is shown of projects has changed; that of 0: what is shown of all;
	// that of the negative number of a user: what only this user sees.
	Changes(projects []int64) (map[int64]int64, error)
	// SeriesWith finds the series that mails are in, by the numbers of any copies of these.
	SeriesWith(ids []int64) (map[int64]int64, error)
}

// Programs finds what people's programs need.
type Programs interface {
	// Checks gives all checks of these names, by number.
	Checks(names []Name) (map[Name][]track.Check, error)
	// ChecksOn is Checks of the name that a mail has.
	ChecksOn(mail int64) ([]track.Check, error)
	// NewestChecks gives of these names the newest check of each user and context, by number: those that count.
	NewestChecks(names []Name) (map[Name][]track.Check, error)
	// ChecksNumbered finds checks by number.
	ChecksNumbered(ids []int64) (map[int64]track.Check, error)
	// Bundles gives bundles by number: all, or those of one owner.
	Bundles(owner int64) ([]track.Bundle, error)
	// Marks gives how far a user has looked at these series (nil: at any), by the last mail that was seen, the newest
	// first, then by series, and at most so many.
	Marks(user int64, series track.In[int64], most int) ([]track.Mark, error)
	// Related gives all patches of these relations, each in order of names.
	Related(relations []int64) (map[int64][]Name, error)
	// OwnStates gives the states that Patchwork does not have, by number.
	OwnStates() ([]OwnState, error)
	// Epoch is the name of the time in which numbers of events mean what they meant.
	Epoch() (string, error)
}

// Searches answers what an index of all mails asks.
type Searches interface {
	// Tracked gives what has become of mails, by number.
	Tracked(ids []int64) (map[int64]Tracked, error)
	// Having gives the chosen mails of a value, if they are few: nil if there are more than so many, or if it takes long.
	Having(h Having, most int) ([]int64, error)
	// Restated lists notes above a number, in order, at most so many.
	Restated(above int64, most int) ([]Restated, error)
	// SavedQueries gives those of an owner, by name.
	SavedQueries(owner track.Actor) ([]SavedQuery, error)
}

// Archives finds chosen mails of projects for those who read them as an archive.
type Archives interface {
	// Archived gives mails by number, each once, in the order of numbers. Mails that are not chosen or in no project are
	// not there.
	Archived(mails []int64) ([]track.ArchivedMail, error)
	// NamedIn gives the numbers of the mails of these names in these projects, in order.
	NamedIn(projects []int64, msgids []string) ([]int64, error)
	// ReferringIn gives the numbers of the mails of these projects that refer to any of these, in order.
	ReferringIn(projects []int64, msgids []string) ([]int64, error)
	// Recent gives the numbers of the newest mails, the newest first; of the oldest, if these are asked for, in the same
	// order.
	Recent(q track.RecentQuery) ([]int64, error)
}

// Tx is a transaction: it reads what it wrote, and others see all of it or nothing.
//
// Every method takes many rows. Callers hand them over sorted by their keys, so that two transactions of an engine that
// locks row by row can't wait for each other.
type Tx interface {
	View

	// Stamp says whether anybody else has written since an earlier transaction of this Store.
	Stamp() (Stamp, error)

	// Part runs f, in which this transaction is used as before. When f returns an error or panics, what it wrote is
	// undone, and the transaction goes on as if f had not been called: numbers that f was given may be given again. An
	// error of f is returned as it is. A part may have parts. Where one can't be undone, Write fails, whatever its own f
	// returns.
	Part(f func() error) error

	// Insert stores new mails with their frames and sets their numbers. An error that is the fault of a mail's own values
	// is an Unfit.
	Insert(mails []*Mail, frames [][]byte) error
	// Update writes mails anew, found by number. Their bytes stay what they are.
	Update(mails []*Mail) error
	// Remove takes mails out, with their frames.
	Remove(mails []int64) error
	// PutRefs and DropRefs say who refers to whom. A reference that is there already is no error.
	PutRefs(refs []RefKey) error
	DropRefs(refs []RefKey) error

	// Put writes derived rows, over what was there under the same key.
	Put(d *Derived) error
	// DropMails takes out the patches, covers and replies of these mails; DropSeries series, by number; DropPeople people.
	DropMails(mails []int64) error
	DropSeries(ids []int64) error
	DropPeople(emails []string) error
	// DropStrays takes out derived rows that no chosen mail of a project has, series without members, and people whom no
	// mail names.
	DropStrays() error

	// PutDecisions writes decisions whole; one in which nothing is decided is taken out.
	PutDecisions([]Decision) error
	// PutPairs writes what was decided about two series each, over what was decided before. DropPairs takes it out.
	PutPairs([]Pair) error
	DropPairs([]PairKey) error
	// MoveDecisions hands the decisions of a project to another that has none of the same Message-ID; pairs too.
	MoveDecisions(from, to int64) error
	// AddLog notes decisions, AddEvents what happened; both set the numbers, in order, above all that were ever given. No
	// event has a date before LastEvent's; an engine with several writers gives it that of what others told meanwhile.
	AddLog([]LogEntry) error
	AddEvents([]Event) error

	// PutUsers writes accounts with their addresses and the projects that they maintain; a new one, of number 0, gets its
	// number, above all that were ever given. An address belongs to one account.
	PutUsers([]*User) error
	// AddCredentials stores new credentials and sets their numbers; UseCredential notes a use; DropCredentials takes out.
	AddCredentials([]*Credential) error
	UseCredential(id int64, at time.Time) error
	DropCredentials(ids []int64) error

	// AddChecks stores new checks and sets their numbers, above all that were ever given. One that has a number keeps it.
	AddChecks([]*track.Check) error
	// MoveChecks hands the checks of a project to another.
	MoveChecks(from, to int64) error
	// PutBundle writes a bundle with its patches; a new one, of number 0, gets its number. DropBundles takes out.
	PutBundle(*track.Bundle) error
	DropBundles(ids []int64) error
	// PutMarks writes marks over what was there of the same user and series. One up to 0 is taken out.
	PutMarks([]track.Mark) error
	PutOwnStates([]OwnState) error // all there are from now on
	// PutHook writes a hook; a new one, of number 0, gets its number, above all that were ever given. DropHooks takes out.
	PutHook(*track.Hook) error
	DropHooks(ids []int64) error
	PutLease(Lease) error // one that nobody holds is taken out
	PutEpoch(string) error
	// PutChanges counts one more change of each of these (see Pages.Changes).
	PutChanges(projects []int64) error
	// Prune takes out events and entries of the log from before these times (zero: none), but the newest event. Numbers
	// are not given again.
	Prune(events, log time.Time) (gone [2]int64, err error)

	// AddRestated notes mails whose date or lists have changed, or that are gone.
	AddRestated(mails []int64) error
	PutSavedQuery(SavedQuery) error // an empty one is taken out

	// PutSource writes a source; a new one, of number 0, gets its number.
	PutSource(*Source) error
	// PutAdopted writes what was adopted, over what was there under the same key.
	PutAdopted([]Adopted) error
	// MoveAdopted hands what was adopted in a project to another.
	MoveAdopted(from, to int64) error
	// Reserve has numbers of new mails be above this one.
	Reserve(mail int64) error
	// NumberPeople gives addresses their numbers, but not to those that have one, and none that another has.
	NumberPeople([]PersonNumber) error

	// Carry writes rows with the numbers that they have, for those who carry a whole database into this one. An error
	// that is the fault of a mail's own values is no Unfit here: it was stored before.
	Carry(*Carried) error

	// PutProject writes a project and its rules; a new one, of number 0, gets its number.
	PutProject(*Project) error
	PutWorks([]Work) error // all there are from now on
	PutReading(int) error
	PutDictionary(Dictionary) error
	// PutMaildirs writes those of a host: all that it has from now on.
	PutMaildirs(host string, all []Maildir) error
	// PutRepositories writes some, each over what was there of its path and list.
	PutRepositories([]Repository) error
}

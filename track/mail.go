// Package track holds patchwatch's words: mails, patches, covers, comments, people and series, and the function
// Assemble, which makes the series of the mails. It knows no file, no header syntax and no database. So how series come
// about can be read and tested by itself.
package track

import (
	"strings"
	"time"
)

// Mail is what one delivered mail says by itself: the result of ingest.Parse. Nothing in it depends on another mail
// or on which lists are tracked, so mails can be parsed in any order, and any number of them at once.
//
// Every string is valid UTF-8 without NUL.
type Mail struct {
	SHA256    [32]byte  // of the bytes as they were delivered
	Delivered time.Time // set by whoever took delivery, not by Parse; microseconds, UTC

	// ImportedAs is the list whose archive the mail came in, lower-cased, as a person named it; not set by Parse. It
	// counts where the mail names no list itself.
	ImportedAs string

	MsgID   string    // with its angle brackets; made from SHA256 where the mail has none
	Refs    []string  // In-Reply-To first, then References from the newest; no id twice; at most MaxRefs
	Answers int       // how many of Refs, from the first, In-Reply-To names
	Date    time.Time // of the Date header, UTC, whole seconds; zero where it is absent or unreadable

	Subject Subject
	Reply   bool // the subject says that it answers another mail, or the header that a program sent it so

	From       Person   // as the From header has it
	RealSender *Person  // who sent it, if From is not the sender's own; true only if Relayed, or if From is a list's
	Relayed    bool     // From is a relay's address, and spells that of RealSender
	Author     *Person  // of the in-body From line of a patch that somebody else sent
	ListIDs    []string // of List-Id, X-Mailing-List and X-list, in that order, lower-cased
	To         []string // addresses of To, then Cc, lower-cased

	Content string   // the text, as Patchwork keeps it: without signature, trimmed
	Diff    string   // the patch; empty where there is none
	Hash    string   // Patchwork's patch hash of Diff in hex; empty without one
	PullURL string   // what a pull request asks to pull from
	Files   []string // that Diff names, sorted

	Trailers []Trailer // Acked-by, Reviewed-by, Tested-by and their kin, in order
	Depends  []string  // of Depends-on lines: Message-IDs or URLs, as written
	Earlier  string    // the Message-ID that the text names as the version before; empty: none
	ChangeID string    // what b4 writes into every version of a series; empty in most mail

	Ignore         bool   // X-Patchwork-Hint: ignore
	State          string // X-Patchwork-State, as written
	Delegate       string // X-Patchwork-Delegate, as written
	ActionRequired bool   // X-Patchwork-Action-Required is there

	Notes []string // what had to be repaired or guessed to read this mail, one short clause each
}

// MaxRefs is how many references of a mail count: the newest ones. A hostile header can hold a hundred thousand.
const MaxRefs = 1000

// Person is somebody's address, lower-cased, and the name that came with it.
type Person struct {
	Name  string
	Email string
}

// Trailer is one line such as "Reviewed-by: A <a@x.org>", split at its colon.
type Trailer struct {
	Key   string // as written, "Reviewed-by"
	Value string
}

// Subject is a decoded subject line taken apart: "[PATCH net v2 1/3] foo: bar" has the prefixes net, v2 and 1/3
// and the rest "foo: bar".
type Subject struct {
	Full     string   // decoded, white space folded
	Prefixes []string // what the leading brackets hold, without the word PATCH
	Rest     string   // what follows the brackets; a leading Re: or Fwd: is gone

	Marked        bool // there is an "x/n" among the prefixes
	Number, Total int  // its x and n; saturated at 2^31-1
	Version       int  // 1 where none is given; saturated likewise
}

// Name is the subject as a tracker shows it: without the link name of the project among the prefixes, since a list
// puts that into every subject. It is a method and not a field because it depends on the project.
func (s Subject) Name(linkName string) string {
	var kept []string
	for _, p := range s.Prefixes {
		if !strings.EqualFold(p, linkName) {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return cutRunes(s.Rest, maxName)
	}
	return cutRunes("["+strings.Join(kept, ",")+"] "+s.Rest, maxName)
}

// maxName is where Patchwork cuts a name, in characters.
const maxName = 255

func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// Kind says what a mail is. The first three are decided by the mail alone; a Talk becomes a comment when its
// references lead to a patch or a cover.
type Kind int

const (
	Talk    Kind = iota // a reply, or anything that is none of the others
	Patch               // has a diff or a pull request and is no reply
	Cover               // is numbered 0/n and is no reply
	Ignored             // asks by X-Patchwork-Hint not to be tracked
)

// Kind of the mail by itself. A pull request numbered 0/n is a patch, as in Patchwork: it is what a maintainer acts
// on. A cover letter with an interdiff stays a cover, where Patchwork makes a patch of it that is in no series.
func (m *Mail) Kind() Kind {
	switch {
	case m.Ignore:
		return Ignored
	case m.Reply:
		return Talk
	case m.PullURL != "":
		return Patch
	case m.Subject.Marked && m.Subject.Number == 0:
		return Cover
	case m.Diff != "":
		return Patch
	}
	return Talk
}

// Lists returns the ids of the lists that the mail came through, as far as the mail or its archive says.
func (m *Mail) Lists() []string {
	if len(m.ListIDs) == 0 && m.ImportedAs != "" {
		return []string{m.ImportedAs}
	}
	return m.ListIDs
}

// ImportedToo notes that the same bytes were also imported from another archive: of that list, or of none that was
// named. Of two lists the one that sorts first counts, whichever came first.
func (m *Mail) ImportedToo(list string) {
	if m.ImportedAs == "" || list != "" && list < m.ImportedAs {
		m.ImportedAs = list
	}
}

// DateOrDelivered is the date of the mail: see DateOf.
func (m *Mail) DateOrDelivered() time.Time { return DateOf(m.Date, m.Delivered) }

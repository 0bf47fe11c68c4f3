package search

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"patchwatch/track"
)

// A Document is a mail as it is searched: by what it says, and by what the tracker knows of it.
type Document struct {
	// Texts are those of each part. A phrase is looked for in each text by itself: each line of a diff is one, each
	// stretch of a body between quotes, each name of a file, each address field.
	Texts [Parts][]string

	MsgIDs     []string // of the mail and of mails within it, without angle brackets
	References []string // In-Reply-To and References, without angle brackets
	Lists      []string // ids of lists, lower-cased
	PreBlobs   []string // ids of blobs before the change, as they are in the "index" lines of diffs
	PostBlobs  []string // and after it
	PatchIDs   []string // as "git patch-id --stable" makes them, one for each diff

	Date     time.Time // track.DateOf
	Received time.Time // of the topmost Received header that has a date, otherwise Date
	Size     int64     // bytes, with CRLF at the end of each line

	Tracked

	taken int               // bytes of text, up to MaxText
	words [Parts]*partWords // of Texts, as Match needed them
}

// MaxText is how many bytes of a mail's text are searched; what follows is left out. People write a hundredth of that
// at most, and programs seldom more.
const MaxText = 16 << 20

// Tracked is what a tracker knows of a mail. All is zero for a mail that is tracked nowhere.
type Tracked struct {
	Project  string      // its link name
	Role     track.Role  // what the mail is
	Pull     bool        // it is a patch that asks to pull
	State    track.State // of a patch
	Delegate string      // of a patch: an address; empty: nobody
	Archived bool        // a patch is archived
	Series   int64       // by its number; of a comment, that of the patch or cover; 0: none
	Version  int         // of the series, otherwise of the subject; 0: the mail is neither patch nor cover
	Complete bool        // every patch of its series has come
	Checks   []track.Check
	Trailers []track.Trailer // of the mail; of a patch, those given in comments on it and on its cover too
}

// NewDocument is a mail as it is searched, without what a tracker knows.
//
// What goes into which part is public-inbox's rule, and so is that each line of a diff is in one part only:
//
//   - s, f, t, c: the fields Subject, From, To and Cc, with names, addresses and comments
//   - m: Message-IDs, and of long ones the longer words once more, without the signs between them
//   - l: ids of lists
//   - n: file names of parts
//   - q: lines that begin with ">"
//   - dfn: files in "diff --git", "---" and "+++" lines, without the first folder
//   - dfa, dfb, dfctx: lines of diffs that begin with "-", "+" and a space
//   - dfhh: what follows "@@ -1,2 +3,4 @@"
//   - nq: all other text, also that of attachments, and the lines of diffs that say neither what changes nor where
//
// Mails within the mail count as parts of it, with their headers.
func NewDocument(m *track.Mail, t *track.Texts) *Document {
	d := &Document{Date: m.DateOrDelivered(), Received: t.Received, Size: t.Size, Lists: m.Lists()}
	if d.Received.IsZero() {
		d.Received = d.Date
	}
	d.take(PartSubject, t.Subjects...)
	d.take(PartFrom, t.From...)
	d.take(PartTo, t.To...)
	d.take(PartCc, t.Cc...)
	d.take(PartList, d.Lists...)
	d.MsgIDs = appendNew(t.MsgIDs, trimAngles(m.MsgID))
	for _, id := range m.Refs {
		d.References = append(d.References, trimAngles(id))
	}
	for _, id := range d.MsgIDs {
		d.take(PartMsgID, id, longerWords(id))
	}
	for _, part := range t.Parts {
		d.take(PartFile, part.FileName)
		d.addBody(d.fitting(part.Text))
	}
	return d
}

// take adds texts to a part, as far as they fit.
func (d *Document) take(p Part, texts ...string) {
	for _, text := range texts {
		d.add(p, d.fitting(text))
	}
}

// fitting is what of a text fits into MaxText, up to the end of a word. After that nothing does.
func (d *Document) fitting(text string) string {
	if d.taken+len(text) > MaxText {
		text = text[:MaxText-d.taken]
		text = text[:strings.LastIndexAny(text, " \t\n")+1]
		d.taken = MaxText
	}
	d.taken = min(d.taken+len(text), MaxText)
	return text
}

func (d *Document) add(p Part, text string) {
	if text != "" {
		d.Texts[p] = append(d.Texts[p], text)
	}
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// longerWords are the words of a Message-ID of 3 characters at least, if one of them has 12: many an id begins with
// what all ids of a mail program begin with.
func longerWords(id string) string {
	var words []string
	long := false
	for _, word := range strings.FieldsFunc(id, func(r rune) bool { return !isWordRune(r) }) {
		n := utf8.RuneCountInString(word)
		long = long || n >= 12
		if n >= 3 {
			words = append(words, word)
		}
	}
	if !long {
		return ""
	}
	return strings.Join(words, " ")
}

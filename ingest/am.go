package ingest

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"patchwatch/track"
)

// A Commit is what "git am" makes of a mail: an author, a date, a message and a patch.
type Commit struct {
	From, Date, Subject string // values for header fields of these names; empty if the mail has none

	// Message is what git reads as the message, from in-body headers to the line of dashes.
	Message []byte
	Charset string // of Message, by a name that git knows; empty: UTF-8, if the bytes are text at all
	// Patch is what follows, from the line of dashes on, if there is one. Its bytes are as they were sent, since they
	// have to match those of files, whatever charset these are in.
	Patch []byte
}

// Commits reads a mail for "git am", almost always as one commit. When AppendMbox has written the commit, "git
// mailinfo" reads from it what it reads from the mail itself, except where the mail says more than git understands:
//
//   - sender is who sent a mail whose From a list or a relay has rewritten;
//   - a patch that "git format-patch" wrote and somebody attached is a commit of its own, with its author, date and
//     message, and so is a mail within the mail;
//   - a charset at which git stops, and multiparts in multiparts, are read as Parse reads them.
//
// The error is ErrNoMail.
func Commits(raw []byte, sender track.Person) ([]Commit, error) {
	commits := readCommits(lineFeeds(raw), sender, 0)
	if len(commits) == 0 {
		return nil, ErrNoMail
	}
	return commits, nil
}

// maxCommits bounds how many commits are read from one mail, and commitDepth how deep one format-patch may be
// attached to another.
const (
	maxCommits  = maxParts
	commitDepth = 3
)

func readCommits(text []byte, sender track.Person, depth int) []Commit {
	var ignored notes
	h, body := topHeader(text, &ignored)
	if len(h) == 0 {
		return nil
	}
	m := message{depth: depth, own: headerCommit(h, sender)}
	var within []message
	for _, p := range splitParts(h, body, &ignored) {
		if p.within == nil {
			m.add(p)
			continue
		}
		if n := len(within); n == 0 || within[n-1].header != p.within {
			within = append(within, newMessage(p.within, depth))
		}
		within[len(within)-1].add(p)
	}
	for _, w := range within {
		m.attached = append(m.attached, w.commits()...)
	}
	return m.commits()
}

// A message is a mail, or a mail within a mail, with what is attached to it.
type message struct {
	header   *header // nil: it is the outer mail
	depth    int
	own      Commit
	attached []Commit
}

func newMessage(h *header, depth int) message {
	return message{header: h, depth: depth, own: headerCommit(*h, track.Person{})}
}

// headerCommit is a commit with what the header says of it.
func headerCommit(h header, sender track.Person) Commit {
	return Commit{From: fromField(h, sender), Date: fieldAsSent(h, "Date"), Subject: textField(h, "Subject")}
}

// add takes a part as git does: git reads the parts of a mail one after the other, whatever they are.
func (m *message) add(p part) {
	text, charset := p.forGit(), p.charset()
	if isWide(text, charset) { // not even a patch can be read in these
		text, charset = endLine(toUTF8(text, charset)), ""
	}
	if !strings.HasPrefix(p.kind.name, "text/") && bytes.IndexByte(text, 0) >= 0 && len(splitPatch(text).diff) == 0 {
		return // a picture or a compressed file
	}
	if m.depth < commitDepth {
		if found := attachedCommits(text, m.depth+1); len(found) > 0 {
			m.attached = append(m.attached, found...)
			return
		}
	}
	m.own.add(text, charset)
}

// commits returns the commit of the message itself and the attached ones that have a patch. Beside these the first
// counts only if it has another patch; otherwise it is just the note that they came with.
func (m *message) commits() []Commit {
	attached := slices.DeleteFunc(m.attached, func(c Commit) bool { return c.diff() == nil })
	attached = attached[:min(len(attached), maxCommits)]
	if len(attached) == 0 {
		return []Commit{m.own}
	}
	if own := m.own.diff(); own == nil || isAttachedToo(own, attached) {
		return attached
	}
	return append([]Commit{m.own}, attached...)
}

// isAttachedToo tells that a patch in the text is attached too: people attach the patch that they have put into the
// text, where mail programs break its lines.
func isAttachedToo(diff []byte, attached []Commit) bool {
	var ignored notes
	hash, files := hashDiff(diff), fileNames(diff, &ignored)
	return slices.ContainsFunc(attached, func(c Commit) bool {
		other := c.diff()
		return hashDiff(other) == hash || slices.Equal(fileNames(other, &ignored), files)
	})
}

// diff is the patch without the text around it; nil if there is none.
func (c *Commit) diff() []byte {
	if d := splitPatch(c.Patch).diff; len(d) > 0 {
		return d
	}
	return nil
}

// add appends the text of a part. The message ends once, at the first line that looks like the beginning of a patch.
func (c *Commit) add(text []byte, charset string) {
	if len(c.Patch) == 0 {
		at := endOfMessage(text)
		c.addMessage(text[:at], charset)
		text = text[at:]
	}
	c.Patch = append(c.Patch, text...)
}

// endOfMessage is where git stops reading a message, or the end of text: a line of three dashes, one that begins with
// "diff -" or "Index: ", or one that names a file, "--- a/file" (git-mailinfo(1)).
func endOfMessage(text []byte) int {
	for at := 0; at < len(text); {
		line, _ := nextLine(text[at:])
		if hasPrefix(line, "diff -") || hasPrefix(line, "Index: ") || isDashes(line) {
			return at
		}
		at += len(line)
	}
	return len(text)
}

func isDashes(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	if !ok || len(rest) == 0 {
		return false
	}
	if rest[0] == ' ' && len(rest) > 1 && !isBlank(rest[1]) {
		return true
	}
	return len(bytes.TrimLeft(rest, " \t\v\f\r\n")) == 0 && bytes.IndexByte(rest, '\n') >= 0
}

func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// addMessage keeps the bytes and their charset, since git converts them itself. It converts the message to UTF-8 if
// its parts have different charsets, or one that git does not know.
func (c *Commit) addMessage(text []byte, charset string) {
	charset = strings.ToLower(charset)
	if !commonCharset.MatchString(charset) {
		charset = canonicalCharset(charset) // git knows "iso-8859-1", and may not know "latin1" as we do
	}
	if isUTF8(charset) || !gitConverts(text, charset) {
		text, charset = toUTF8(text, charset), ""
	}
	switch {
	case charset == c.Charset, isPlain(c.Message, c.Charset):
	case isPlain(text, charset):
		charset = c.Charset
	default:
		c.ToUTF8()
		text, charset = toUTF8(text, charset), ""
	}
	c.Message, c.Charset = append(c.Message, text...), charset
}

// isPlain tells that text has the same bytes in every charset that contains ASCII.
func isPlain(text []byte, charset string) bool { return isASCII(text) && !isStateful(charset) }

// ToUTF8 converts the message, so that text can be added.
func (c *Commit) ToUTF8() {
	c.Message, c.Charset = toUTF8(c.Message, c.Charset), ""
}

// isUTF8 tells that a charset is UTF-8, or none is named: git leaves such text as it is.
func isUTF8(charset string) bool {
	name := canonicalCharset(charset)
	return name == "" || name == "utf-8"
}

// toUTF8 leaves text alone that claims to be UTF-8, even bytes that are not.
func toUTF8(text []byte, charset string) []byte {
	if isUTF8(charset) {
		return dropNUL(text)
	}
	var ignored notes
	return decodeText(text, charset, &ignored)
}

// isWide tells that text is in a charset whose letters contain NULs, so that no line and no patch can be found in it.
func isWide(text []byte, charset string) bool {
	name := canonicalCharset(strings.ToLower(charset))
	return (strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf-32")) && bytes.IndexByte(text, 0) >= 0
}

// gitConverts tells whether git converts text of this charset as we do: the C library knows the name, and the text is
// in that charset. Git stops reading the mail at any other.
func gitConverts(text []byte, charset string) bool {
	var notes notes
	decodeText(text, charset, &notes)
	return commonCharset.MatchString(charset) && len(notes) == 0
}

// separatorLine begins each mail that "git format-patch" writes.
var separatorLine = regexp.MustCompile(`(?m)^From [0-9a-f]{40}(?:[0-9a-f]{24})? Mon Sep 17 00:00:00 2001\r?\n`)

// attachedCommits returns the commits of a text that "git format-patch" wrote, one after the other if it was with
// --stdout; nil for any other text.
func attachedCommits(text []byte, depth int) []Commit {
	text = bytes.TrimLeft(text, "\r\n")
	if !hasPrefix(text, "From ") { // the expression would look through all of it
		return nil
	}
	starts := separatorLine.FindAllIndex(text, maxCommits)
	if len(starts) == 0 || starts[0][0] != 0 {
		return nil
	}
	var found []Commit
	for i, s := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		found = append(found, readCommits(text[s[1]:end], track.Person{}, depth)...)
	}
	return found
}

package ingest

import (
	"bytes"
	"slices"
	"strings"
)

// A body is what a mail says: its text, its patch.
type body struct {
	content string // without signature, trimmed
	diff    []byte
	cutOff  string // text of the message that is not in content: after a row of underscores, or in diff
}

// readReply takes the text of a reply. Nothing in it is a patch: people quote patches, and write what they propose.
func readReply(parts []part, notes *notes) body {
	var c collector
	for _, p := range parts {
		if p.kind.name == "text/plain" {
			c.addText(p.text(notes))
		}
	}
	c.addFallback(parts, notes)
	content, _ := c.content()
	return body{content: content}
}

// readPatch takes the text and the patch of a mail that is no reply.
//
// The patch is that of the first text/plain part that has one, or what is attached as a patch. If several are
// attached, it is all of them, one after the other.
func readPatch(parts []part, notes *notes) body {
	var c collector
	for _, p := range parts {
		switch {
		case p.kind.name == "text/x-patch" || p.kind.name == "text/x-diff":
			c.patches.attach(p.text(notes), true)
		case p.kind.name == "text/plain" && !c.patches.empty() && p.isNamedPatch():
			c.attachText(p.text(notes))
		case p.kind.name == "text/plain":
			c.addPatchText(p.text(notes))
		case p.mayBePatch():
			c.attachOctets(p, notes)
		}
	}
	c.addFallback(parts, notes)
	content, lost := c.content()
	return body{content: content, diff: c.patches.join(), cutOff: string(c.swallowed) + lost}
}

// A collector puts together what the parts of a mail hold.
type collector struct {
	text      [][]byte // pieces, trimmed
	size      int      // of them, in bytes
	patches   patchSet
	swallowed []byte
}

// maxText is how many bytes of text are kept. That is more than the largest mail has, unless its charset makes three
// bytes of one.
const maxText = 64 << 20

// addText adds a piece of text.
func (c *collector) addText(text []byte) {
	if len(text) > 0 && c.size <= maxText {
		c.text = append(c.text, bytes.TrimFunc(text, isSpace))
		c.size += len(text)
	}
}

// addPatchText adds a part that may have a patch in it. Where there is one already, the part is text.
func (c *collector) addPatchText(text []byte) {
	if c.patches.empty() {
		s := splitPatch(text)
		c.patches.setInline(s.diff)
		c.swallowed, text = s.swallowed, s.text
	}
	c.addText(text)
}

// attachText adds another patch that is attached as plain text, with the text around it as text.
func (c *collector) attachText(text []byte) {
	if s := splitPatch(text); len(s.diff) > 0 && c.patches.attach(s.diff, false) {
		text = s.text
	}
	c.addText(text)
}

// attachOctets adds a part of another type if its contents are a patch.
func (c *collector) attachOctets(p part, notes *notes) {
	raw := decodeTransfer(p.body, p.encoding)
	if bytes.IndexByte(raw, 0) >= 0 {
		return // a binary file
	}
	text := decodeText(raw, p.charset(), notes)
	if len(splitPatch(text).diff) > 0 && c.patches.attach(text, false) {
		notes.add("a patch attached as " + p.kind.name)
	}
}

// addFallback is for a mail that says nothing as plain text. It takes the HTML, or the text of a multipart that has
// no parts. A patch in the text counts as something said.
func (c *collector) addFallback(parts []part, notes *notes) {
	if c.saysText() || c.patches.inline {
		return
	}
	for _, p := range parts {
		switch {
		case p.kind.name == "text/html":
			notes.add("only HTML: its text was taken")
			c.addText(htmlText(p.text(notes)))
		case strings.HasPrefix(p.kind.name, "multipart/"):
			notes.add("a multipart without parts was taken for text")
			c.addText(p.text(notes))
		}
	}
}

func (c *collector) saysText() bool {
	return slices.ContainsFunc(c.text, func(piece []byte) bool { return len(piece) > 0 })
}

// content is the text up to the signature, each piece on lines of its own. After a signature come greetings and the
// footers of lists. But commit messages have rows of underscores too, so the text after such a row is cut off, and
// its trailers still count.
func (c *collector) content() (content, lost string) {
	for i, piece := range c.text {
		at, underscores := findSignature(piece)
		if at < 0 {
			continue
		}
		content = joinPieces(append(c.text[:i:i], piece[:at]))
		if underscores {
			lost = joinPieces(append([][]byte{piece[at:]}, c.text[i+1:]...))
			lost, _, _ = strings.Cut(lost, "\n-- \n")
		}
		return content, lost
	}
	return joinPieces(c.text), ""
}

func joinPieces(pieces [][]byte) string {
	if len(pieces) == 1 {
		return string(bytes.TrimFunc(pieces[0], isSpace))
	}
	return trim(string(bytes.Join(pieces, []byte{'\n'})))
}

// findSignature finds the first line that is exactly "-- " or nothing but underscores; -1 if there is none.
func findSignature(text []byte) (at int, underscores bool) {
	for at < len(text) {
		line, _ := nextLine(text[at:])
		if string(line) == "-- \n" {
			return at, false
		}
		if line[0] == '_' && len(bytes.Trim(chomp(line), "_")) == 0 {
			return at, true
		}
		at += len(line)
	}
	return -1, false
}

// lineFeedsOnly turns a CRLF that came through base64 or quoted-printable into LF.
func lineFeedsOnly(text string) string {
	return strings.ReplaceAll(text, "\r\n", "\n")
}

// text is the part's body, decoded.
func (p part) text(notes *notes) []byte {
	return decodeText(decodeTransfer(p.body, p.encoding), p.charset(), notes)
}

func (p part) charset() string { return trim(p.kind.params["charset"]) }

// isNamedPatch tells by its file name that a part is a patch.
func (p part) isNamedPatch() bool {
	name := strings.ToLower(p.filename)
	return strings.HasSuffix(name, ".patch") || strings.HasSuffix(name, ".diff")
}

// mayBePatch tells that a part may be a patch though it is not text: mail programs that do not know the ending .patch
// send such files as octets, or as whatever they take them for.
func (p part) mayBePatch() bool {
	switch p.kind.name {
	case "application/octet-stream", "application/x-patch", "application/x-diff", "text/patch", "text/diff":
		return true
	case "text/html":
		return false
	}
	return p.isNamedPatch()
}

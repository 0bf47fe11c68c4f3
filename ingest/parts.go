package ingest

import (
	"bytes"
	"strings"
)

// Bounds on a mail's structure. No mail program nests past five or has parts past fifty; a hostile mail has thousands.
const (
	maxDepth = 20
	maxParts = 500
)

// A part is a leaf of the structure of a mail: text or an attachment. Its body is still encoded.
type part struct {
	kind     mediaType
	encoding string
	filename string
	body     []byte

	beforeBoundary bool    // an LF after body was left out, since it belongs to the boundary
	within         *header // the header of the mail within the mail that this part belongs to; nil: of the mail itself
}

// splitParts finds the leaves of a mail, depth first, including those of forwarded mails.
//
// It reads as lenient readers do: a multipart ends at its closing line, at a line that belongs to a multipart around
// it, or at the end of the mail. Every line is looked at once for each multipart around it, so at most maxDepth
// times.
func splitParts(h header, body []byte, notes *notes) []part {
	s := splitter{data: body, notes: notes}
	s.entity(h, "text/plain")
	return s.parts
}

// A splitter is a position in the body of a mail, and the multiparts around it, the innermost last.
type splitter struct {
	data       []byte
	at         int
	boundaries []string
	lines      map[string]int // how many of boundaries say this after "--"
	depth      int
	within     *header
	parts      []part
	notes      *notes
}

// entity reads the body that follows header h. Without a Content-Type its type is otherwise.
func (s *splitter) entity(h header, otherwise string) {
	kind := contentType(h, otherwise)
	major, _, _ := strings.Cut(kind.name, "/")
	boundary := strings.TrimRight(kind.params["boundary"], " \t\n")
	s.depth++
	defer func() { s.depth-- }()
	switch {
	case s.depth > maxDepth:
		s.notes.add("parts nested more than 20 deep were left out")
		s.skip()
	case major == "multipart" && boundary != "":
		s.multipart(kind, boundary)
	case isEncoded(h):
		s.leaf(h, kind)
	case kind.name == "message/delivery-status":
		s.deliveryStatus()
	case major == "message":
		s.message()
	default:
		s.leaf(h, kind)
	}
}

// message reads a mail within the mail.
func (s *splitter) message() {
	around := s.within
	h := s.header()
	s.within = &h
	s.entity(h, "text/plain")
	s.within = around
}

// isEncoded tells that a body would have to be decoded before it could be taken apart. RFC 2046 (5.1, 5.2) forbids
// that, so nobody writes it.
func isEncoded(h header) bool {
	encoding := strings.ToLower(h.text("Content-Transfer-Encoding"))
	return encoding == "base64" || encoding == "quoted-printable"
}

// contentType is that of the header, or text/plain if the header makes no sense (RFC 2045, 5.2).
func contentType(h header, otherwise string) mediaType {
	value, ok := h.get("Content-Type")
	if !ok {
		return mediaType{name: otherwise}
	}
	kind := parseMediaType(value)
	if strings.Count(kind.name, "/") != 1 {
		kind.name = "text/plain"
	}
	return kind
}

// leaf takes the rest of the part as its body.
func (s *splitter) leaf(h header, kind mediaType) {
	start := s.at
	s.skip()
	p := part{kind: kind, body: s.data[start:s.at], encoding: h.text("Content-Transfer-Encoding"), within: s.within}
	if len(s.boundaries) > 0 {
		p.body, p.beforeBoundary = bytes.CutSuffix(p.body, []byte{'\n'}) // belongs to the boundary, RFC 2046 (5.1.1)
	}
	if value, ok := h.get("Content-Disposition"); ok {
		p.filename = parseMediaType(value).params["filename"]
	}
	if p.filename == "" {
		p.filename = kind.params["name"]
	}
	s.parts = append(s.parts, p)
}

// deliveryStatus reads the blocks of fields in a report (RFC 3464). People read the text after the fields.
func (s *splitter) deliveryStatus() {
	start := s.at
	s.skip()
	for block := range bytes.SplitSeq(s.data[start:s.at], []byte("\n\n")) {
		var ignored notes
		h, text := splitHeader(block, &ignored)
		if len(text) > 0 && len(s.parts) < maxParts {
			kind := contentType(h, "text/plain")
			s.parts = append(s.parts, part{kind: kind, body: text, encoding: h.text("Content-Transfer-Encoding")})
		}
	}
}

// multipart reads the parts between boundary lines. If there is no such line at all, its text is a leaf.
func (s *splitter) multipart(kind mediaType, boundary string) {
	start := s.at
	s.push(boundary)
	defer s.pop()
	s.skip()
	if s.at == len(s.data) || s.atOuterBoundary() {
		s.parts = append(s.parts, part{kind: kind, body: s.data[start:s.at]})
		return
	}
	inside := "text/plain"
	if kind.name == "multipart/digest" {
		inside = "message/rfc822"
	}
	for s.open(boundary) {
		if len(s.parts) >= maxParts {
			s.notes.add("more than 500 parts: the rest was left out")
			s.at = len(s.data)
			return
		}
		h := s.header()
		s.entity(h, inside)
		s.skip()
	}
	s.epilogue()
}

// open reads boundary lines, since some programs write two. It returns false if the multipart ends here.
func (s *splitter) open(boundary string) bool {
	opened := false
	for s.at < len(s.data) {
		line, _ := nextLine(s.data[s.at:])
		is, closes := isBoundary(line, boundary)
		if !is {
			break
		}
		if closes {
			return opened
		}
		s.at += len(line)
		opened = true
	}
	return opened
}

// epilogue skips what follows the closing line, up to a line of a multipart around this one.
func (s *splitter) epilogue() {
	own := s.boundaries[len(s.boundaries)-1]
	s.pop()
	s.skip()
	s.push(own)
}

func (s *splitter) push(boundary string) {
	if s.lines == nil {
		s.lines = map[string]int{}
	}
	s.boundaries = append(s.boundaries, boundary)
	s.lines[boundary]++
}

func (s *splitter) pop() {
	last := len(s.boundaries) - 1
	s.lines[s.boundaries[last]]--
	s.boundaries = s.boundaries[:last]
}

// header reads the header of a part. It ends where the part ends, if not before.
func (s *splitter) header() header {
	end := s.at
	for end < len(s.data) && end-s.at <= maxHeader {
		line, _ := nextLine(s.data[end:])
		if s.isAnyBoundary(line) {
			break
		}
		end += len(line)
		if line[0] == '\n' {
			break
		}
	}
	h, body := splitHeader(s.data[s.at:end], s.notes)
	s.at = end - len(body)
	return h
}

// skip goes to the next boundary line of any multipart around it.
func (s *splitter) skip() { s.at = s.nextBoundary() }

// nextBoundary is where the next boundary line begins, or the end of the mail.
func (s *splitter) nextBoundary() int {
	if len(s.boundaries) == 0 {
		return len(s.data)
	}
	for at := s.at; at < len(s.data); {
		line, _ := nextLine(s.data[at:])
		if s.isAnyBoundary(line) {
			return at
		}
		at += len(line)
	}
	return len(s.data)
}

// isAnyBoundary tells whether the line is a boundary line of any multipart around it.
func (s *splitter) isAnyBoundary(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("--"))
	if !ok {
		return false
	}
	for len(rest) > 0 && (rest[len(rest)-1] == '\n' || rest[len(rest)-1] == ' ' || rest[len(rest)-1] == '\t') {
		rest = rest[:len(rest)-1]
	}
	return s.lines[string(rest)] > 0 || s.lines[string(bytes.TrimSuffix(rest, []byte("--")))] > 0
}

// atOuterBoundary tells whether this line belongs to a multipart around the innermost one.
func (s *splitter) atOuterBoundary() bool {
	line, _ := nextLine(s.data[s.at:])
	is, _ := isBoundary(line, s.boundaries[len(s.boundaries)-1])
	return !is
}

// isBoundary reads a line "--boundary" or "--boundary--", ignoring white space after it.
func isBoundary(line []byte, boundary string) (is, closes bool) {
	rest, ok := bytes.CutPrefix(line, []byte("--"))
	if !ok || len(rest) < len(boundary) || string(rest[:len(boundary)]) != boundary {
		return false, false
	}
	rest, closes = bytes.CutPrefix(rest[len(boundary):], []byte("--"))
	return len(bytes.TrimRight(rest, " \t\n")) == 0, closes
}

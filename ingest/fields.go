package ingest

import (
	"bytes"
	"iter"
	"strings"
)

// maxHeader is how many bytes of a header are read.
const maxHeader = 1 << 20

// A field is one header field. Its value is as it is in the mail: folded, encoded, perhaps 8-bit.
type field struct {
	name  []byte
	value []byte
	text  *string // the value decoded, once that was asked for: lists of addresses are long, and are read more than once
}

// A header is the fields of a mail or of one of its parts, in order.
type header []field

// get is the value of the first field of that name, letter case ignored.
func (h header) get(name string) (value []byte, ok bool) {
	for i := range h {
		if nameIs(h[i].name, name) {
			return h[i].value, true
		}
	}
	return nil, false
}

// all returns the values of every field of that name.
func (h header) all(name string) [][]byte {
	var values [][]byte
	for i := range h {
		if nameIs(h[i].name, name) {
			values = append(values, h[i].value)
		}
	}
	return values
}

// decoded gives the values of every field of that name, each with what it is decoded, with folded white space.
func (h header) decoded(name string) iter.Seq2[[]byte, string] {
	return func(yield func([]byte, string) bool) {
		for i := range h {
			f := &h[i]
			if !nameIs(f.name, name) {
				continue
			}
			if f.text == nil {
				text := decodeHeader(f.value)
				f.text = &text
			}
			if !yield(f.value, *f.text) {
				return
			}
		}
	}
}

// text is the value of the first field of that name, decoded, with folded white space; empty if there is none.
func (h header) text(name string) string {
	value, _ := h.get(name)
	return decodeHeader(value)
}

func nameIs(name []byte, want string) bool {
	return len(name) == len(want) && strings.EqualFold(string(name), want)
}

// splitHeader reads the fields that a mail or a part begins with. The body is what follows the empty line.
//
// RFC 5322 (2.2) has lines of "name: value" and of folded continuation, and nothing else. Real mail has more, and
// none of it costs the mail: a continuation before the first field, "From " lines of an mbox, a line without a colon
// in the middle. For Patchwork such a line ends the header, so that the fields below it become text. Here the line is
// dropped if what follows plainly is the rest of the header; otherwise the body begins with it.
func splitHeader(data []byte, notes *notes) (h header, body []byte) {
	h = make(header, 0, 40)
	mended := false // a malformed line was found inside the header
	orphan := true  // a continuation line would continue nothing
	start := 0      // of the value of the last field
	for at := 0; at < len(data); {
		line, after := nextLine(data[at:])
		kind, colon := lineKind(line)
		switch {
		case kind == lineEmpty:
			return h, after
		case at > maxHeader:
			notes.add("header longer than 1 MiB: its end was left out")
			return h, afterEmptyLine(data[at:])
		case kind == lineFolded && orphan:
			notes.add("a continuation line that continues nothing was left out")
		case kind == lineFolded:
			h[len(h)-1].value = trimField(data[start : at+len(line)])
		case kind == lineFrom:
			if len(h) > 0 {
				notes.add("a From line inside the header was left out")
			}
			orphan = true
		case kind == lineField:
			start, orphan = at+colon+1, false
			h = append(h, field{name: bytes.TrimRight(line[:colon], " \t"), value: trimField(line[colon+1:])})
		case mended || headerContinues(data[at:]):
			notes.add("a malformed header line was left out")
			mended, orphan = true, true
		default:
			notes.add("no empty line between header and body")
			return h, data[at:]
		}
		at += len(line)
	}
	return h, nil
}

// trimField is the value of a field after the colon, without white space at both ends.
func trimField(value []byte) []byte {
	return bytes.Trim(value, " \t\n")
}

type headerLine int

const (
	lineBad headerLine = iota
	lineEmpty
	lineFolded
	lineField
	lineFrom // of an mbox, "From a@x.org Sat Jan  1 00:00:00 2000", perhaps quoted
)

// lineKind classifies a line of a header; colon is where a field's name ends.
func lineKind(line []byte) (kind headerLine, colon int) {
	switch line[0] {
	case '\n':
		return lineEmpty, 0
	case ' ', '\t':
		return lineFolded, 0
	}
	colon = bytes.IndexByte(line, ':')
	if colon > 0 && isFieldName(bytes.TrimRight(line[:colon], " \t")) {
		return lineField, colon
	}
	if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
		return lineFrom, 0
	}
	return lineBad, 0
}

// isFieldName tells that name is RFC 5322's ftext: printable ASCII except the colon.
func isFieldName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(name) > 0
}

// headerContinues tells whether rest, which begins with a malformed line, still belongs to the header. It does if, up
// to the next empty line, at least as many lines are well-known fields as are malformed.
func headerContinues(rest []byte) bool {
	known, bad := 0, 0
	rest = rest[:min(len(rest), maxHeader)]
	for len(rest) > 0 {
		line, after := nextLine(rest)
		kind, colon := lineKind(line)
		switch kind {
		case lineEmpty:
			return known > 0 && known >= bad
		case lineBad:
			bad++
		case lineField:
			if isKnownField(line[:colon]) {
				known++
			}
		}
		rest = after
	}
	return known > 0 && known >= bad
}

var knownFields = []string{
	"From", "To", "Cc", "Subject", "Date", "Message-Id", "Received", "Return-Path", "Delivered-To", "Reply-To",
	"Sender", "In-Reply-To", "References", "MIME-Version", "User-Agent", "Errors-To", "Precedence", "DKIM-Signature",
	"Authentication-Results",
}

func isKnownField(name []byte) bool {
	for _, known := range knownFields {
		if nameIs(name, known) {
			return true
		}
	}
	for _, prefix := range []string{"X-", "List-", "Content-", "ARC-", "Resent-", "Received-"} {
		if hasPrefixFold(string(name), prefix) {
			return true
		}
	}
	return false
}

// afterEmptyLine is the body of a mail whose header is not read to its end.
func afterEmptyLine(data []byte) []byte {
	if len(data) > 0 && data[0] == '\n' {
		return data[1:]
	}
	if i := bytes.Index(data, []byte("\n\n")); i >= 0 {
		return data[i+2:]
	}
	return nil
}

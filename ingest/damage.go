package ingest

import (
	"bytes"
	"slices"
)

// topHeader reads the header of a mail, even if a program on its way has damaged it. There may be empty lines within
// the header, as when a program put a field of its own and an empty line before it, or a ">" before From, which is
// for mailboxes.
func topHeader(text []byte, notes *notes) (h header, body []byte) {
	h, body = splitHeader(skipLeading(text, notes), notes)
	if more, rest := furtherHeader(h, body); len(more) > 0 {
		notes.add("an empty line within the header was left out")
		h, body = append(h, more...), rest
	}
	h.unquote()
	return h, body
}

// unquote takes the ">" off the names of fields that the header does not have otherwise.
func (h header) unquote() {
	for i, f := range h {
		if f.name[0] != '>' {
			continue
		}
		name := bytes.TrimLeft(f.name, ">")
		if _, there := h.get(string(name)); !there && isKnownField(name) {
			h[i].name = name
		}
	}
}

// vitalFields are the fields that all mail has: its sender or the first server writes them.
var vitalFields = []string{"From", "Subject", "Date", "Message-ID"}

// inBodyFields are the fields that git writes at the beginning of a message.
var inBodyFields = []string{"From", "Subject", "Date"}

// maxGaps is how many times empty lines may interrupt a header.
const maxGaps = 3

// furtherHeader is more of the header, after the empty line that ended it; nearly all mail has none. The header has
// to lack at least two of the vital fields. What follows has to have two of these, and some other field that does not
// occur in messages. So a message that begins with "Foo: bar", or with the lines that git writes, stays a message.
func furtherHeader(h header, body []byte) (more header, rest []byte) {
	lacks := slices.DeleteFunc(slices.Clone(vitalFields), func(name string) bool { return h.has(name) })
	if len(h) == 0 || len(lacks) < 2 {
		return nil, nil
	}
	rest = body[:min(len(body), maxHeader)]
	for range maxGaps {
		block, after := fieldBlock(bytes.TrimLeft(rest, "\n"))
		if len(block) == 0 {
			return nil, nil
		}
		more, rest = append(more, block...), after
		if more.completes(lacks) {
			more = slices.DeleteFunc(more, func(f field) bool {
				return isAmongFields(f.name, vitalFields) && h.has(string(f.name))
			})
			return more, body[min(len(body), maxHeader)-len(rest):]
		}
	}
	return nil, nil
}

func (h header) has(name string) bool {
	_, ok := h.get(name)
	return ok
}

func (h header) completes(lacks []string) bool {
	found, other := 0, false
	for _, name := range lacks {
		if h.has(name) {
			found++
		}
	}
	for _, f := range h {
		other = other || isKnownField(f.name) && !isAmongFields(f.name, inBodyFields)
	}
	return found >= 2 && other
}

func isAmongFields(name []byte, names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return nameIs(name, n) })
}

// fieldBlock reads lines up to an empty one or the end. It returns nil unless all are fields and their continuation
// lines.
func fieldBlock(data []byte) (h header, rest []byte) {
	at := 0
	for at < len(data) {
		line, after := nextLine(data[at:])
		kind, _ := lineKind(line)
		if kind == lineEmpty {
			rest = after
			break
		}
		if kind != lineField && (kind != lineFolded || at == 0) {
			return nil, nil
		}
		at += len(line)
	}
	var ignored notes
	h, _ = splitHeader(data[:at], &ignored)
	return h, rest
}

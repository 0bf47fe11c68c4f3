package ingest

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"strings"
	"time"
)

// A Field is a header field to be written.
type Field struct{ Name, Value string }

// AppendMbox appends one commit to an mbox for git am, with the date for the separator, and with the given fields
// beside the commit's own.
//
// The body is written as it is if every mbox reader gives its bytes back. Otherwise it is quoted-printable: if it has
// CRs, which git mailsplit removes at the ends of lines; lines that begin with "From ", which would begin a mail, or
// with ">From ", where some readers remove the ">"; or lines too long for SMTP. A patch whose last hunk is cut short
// is in base64: the empty line that an mbox has after each mail would become a line of that hunk.
func AppendMbox(out []byte, c *Commit, dated time.Time, more ...Field) []byte {
	body := append(append(make([]byte, 0, len(c.Message)+len(c.Patch)+1), c.Message...), c.Patch...)
	if len(body) == 0 || body[len(body)-1] != '\n' {
		body = append(body, '\n')
	}
	encoding := "8bit"
	switch {
	case endsInHunk(c.Patch):
		encoding, body = "base64", base64Lines(body)
	case !staysAsItIs(body):
		encoding, body = "quoted-printable", quotedPrintable(body)
	}
	out = append(out, "From patchwatch "+dated.UTC().Format(time.ANSIC)+"\n"...)
	fields := append([]Field{{"From", c.From}, {"Date", c.Date}, {"Subject", c.Subject}}, more...)
	fields = append(fields,
		Field{"MIME-Version", "1.0"},
		Field{"Content-Type", "text/plain; charset=" + cmp.Or(c.Charset, "UTF-8")},
		Field{"Content-Transfer-Encoding", encoding})
	for _, f := range fields {
		if f.Value != "" {
			out = append(out, f.Name+": "+f.Value+"\n"...)
		}
	}
	out = append(append(append(out, '\n'), body...), '\n')
	return out
}

// maxLine is how long a line of mail may be without its end (RFC 5322, 2.1.1).
const maxLine = 998

func staysAsItIs(body []byte) bool {
	if bytes.IndexByte(body, '\r') >= 0 || bytes.IndexByte(body, 0) >= 0 {
		return false
	}
	for len(body) > 0 {
		var line []byte
		line, body = nextLine(body)
		if len(line) > maxLine || hasPrefix(bytes.TrimLeft(line, ">"), "From ") {
			return false
		}
	}
	return true
}

// endsInHunk tells that the last hunk of a patch has fewer lines than its header says. Like git patch-id it counts
// only lines that begin as those of a hunk do: an empty line may be what is left of a context line.
func endsInHunk(patch []byte) bool {
	var h hunk
	inside := false
	for len(patch) > 0 {
		var line []byte
		line, patch = nextLine(patch)
		switch line = chomp(line); {
		case inside && (len(line) == 0 || !strings.ContainsRune(" +-", rune(line[0]))):
		case inside:
			inside = !h.count(line)
		case h.parse(line):
			inside = true
		}
	}
	return inside
}

// base64Lines encodes in lines of 76 characters, each of which can be decoded by itself.
func base64Lines(text []byte) []byte {
	const bytesALine = quotedLine / 4 * 3
	var out []byte
	for len(text) > 0 {
		n := min(bytesALine, len(text))
		out = append(base64.StdEncoding.AppendEncode(out, text[:n]), '\n')
		text = text[n:]
	}
	return out
}

// quotedPrintable encodes text in which LF ends a line (RFC 2045, 6.7). The standard library's writer ends lines with
// CRLF, and takes a CR before an LF for a part of the end of the line, so the CR would be lost.
func quotedPrintable(text []byte) []byte {
	out := make([]byte, 0, len(text)+len(text)/8)
	for len(text) > 0 {
		var line []byte
		line, text = nextLine(text)
		out = quoteLine(out, chomp(line))
		if line[len(line)-1] != '\n' {
			out = append(out, '=')
		}
		out = append(out, '\n')
	}
	return out
}

// quotedLine is how long a line of quoted-printable may be.
const quotedLine = 76

func quoteLine(out, line []byte) []byte {
	from := hasPrefix(bytes.TrimLeft(line, ">"), "From ")
	start := len(out)
	for i, c := range line {
		last := i == len(line)-1
		plain := '!' <= c && c <= '~' && c != '=' || (c == ' ' || c == '\t') && !last
		if i == 0 && from {
			plain = false
		}
		width := 1
		if !plain {
			width = 3
		}
		if room := quotedLine - (len(out) - start); room < width || room == width && !last {
			out = append(out, '=', '\n')
			start = len(out)
			plain = plain && c != 'F' && c != '>' // no line may look like "From "
		}
		if plain {
			out = append(out, c)
		} else {
			out = append(append(out, '='), hexByte(c)...)
		}
	}
	return out
}

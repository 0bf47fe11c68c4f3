package ingest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"patchwatch/track"
)

// AppendTracked appends a mail to an mbox as AppendPatch does, with the fields by which Patchwork's clients know a
// patch, and with all that the mail's own header has: b4 looks for references, others for the list. delegate may be
// empty.
func AppendTracked(out []byte, p track.MailView, delegate string, raw []byte, given []track.Trailer) ([]byte, error) {
	commits, err := Commits(raw, p.Submitter)
	if err != nil {
		return nil, err
	}
	var ignored notes
	h, _ := topHeader(lineFeeds(raw), &ignored)
	tracked := []Field{
		{Name: "X-Patchwork-Submitter", Value: Mailbox(p.Submitter)},
		{Name: "X-Patchwork-Id", Value: fmt.Sprint(p.ID)},
		{Name: "X-Patchwork-Delegate", Value: encodeText(delegate)},
	}
	for i := range commits {
		fields := slices.Clone(tracked)
		if i == 0 {
			if from := fieldAsSent(h, "From"); from != commits[0].From {
				fields = append(fields, Field{Name: "X-Patchwork-Original-From", Value: from})
			}
			fields = append(append(fields, Field{Name: "Message-ID", Value: p.MsgID}), h.others()...)
		}
		out = appendCommit(out, p, &commits[i], given, fields)
	}
	return out, nil
}

// ownFields are those that AppendTracked writes itself, and what is true of the body as it was sent only.
var ownFields = []string{
	"From", "Date", "Subject", "Message-ID", "MIME-Version", "X-Patchwork-Submitter", "X-Patchwork-Id",
	"X-Patchwork-Delegate", "X-Patchwork-Original-From",
}

// others are all other fields, folded as they were sent.
func (h header) others() (fields []Field) {
	for _, f := range h {
		name := string(f.name)
		own := slices.ContainsFunc(ownFields, func(o string) bool { return strings.EqualFold(o, name) })
		if !own && !hasPrefixFold(name, "Content-") {
			fields = append(fields, Field{Name: name, Value: foldedAsSent(f.value)})
		}
	}
	return fields
}

// foldedAsSent keeps the lines of a value, but none that would end the field or the header.
func foldedAsSent(value []byte) string {
	var lines [][]byte
	for line := range bytes.SplitSeq(bytes.ReplaceAll(dropNUL(value), []byte{'\r'}, []byte{' '}), []byte{'\n'}) {
		if line = bytes.TrimRight(line, " \t\v\f"); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	for i := 1; i < len(lines); i++ {
		if c := lines[i][0]; c != ' ' && c != '\t' {
			lines[i] = append([]byte{' '}, lines[i]...)
		}
	}
	return string(bytes.Join(lines, []byte{'\n'}))
}

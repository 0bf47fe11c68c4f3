package track

import "time"

// Texts are all that a mail says, for those who search: ingest.ReadTexts makes them. Mail has less, since it keeps the
// text as Patchwork does: without signatures, without the text of attachments. Every string is valid UTF-8 without NUL.
type Texts struct {
	Subjects []string // of the mail, then of each mail within it; and so on
	From     []string // the whole fields, names and comments too, decoded
	To       []string
	Cc       []string
	MsgIDs   []string // of Message-ID and X-Alt-Message-ID, without angle brackets

	Received time.Time // the date of the topmost Received field that has one; otherwise zero
	Size     int64     // bytes, with CRLF at the end of each line

	Parts []TextPart
}

// TextPart is a leaf of a mail's structure.
type TextPart struct {
	FileName string // empty where it has none
	Text     string // decoded, with LF at the end of each line; empty where it is no text
}

package pages

import (
	"strings"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/internal/mailtext"
)

// letter is a mail as pages show it: all that it says.
type letter struct {
	*track.Mail
	text     string
	fields   []ingest.Field // of its header
	Attached []string       // names of its parts, where they have one
}

// readLetter reads a mail that was read when it was stored. If it can't be read any more, nothing is shown of it.
func readLetter(raw []byte) letter {
	m, err := ingest.Parse(raw)
	if err != nil {
		return letter{Mail: &track.Mail{}}
	}
	l := letter{Mail: m, fields: ingest.Fields(raw)}
	texts, err := ingest.ReadTexts(raw)
	if err != nil {
		return l
	}
	var parts []string
	for _, p := range texts.Parts {
		if p.FileName != "" {
			l.Attached = append(l.Attached, mailtext.Visible(p.FileName))
		}
		if p.Text != "" {
			parts = append(parts, strings.TrimRight(p.Text, "\n"))
		}
	}
	l.text = strings.Join(parts, "\n")
	return l
}

package ingest

import (
	"regexp"
	"strings"

	"patchwatch/track"
)

// dashLine is one at which git am ends the message: three dashes, or two as some mailers leave them.
var dashLine = regexp.MustCompile(`(?m)^---? ?$`)

// withTrailers puts trailers at the end of a patch's message, below those that it has, above the line of dashes that
// ends it.
func withTrailers(text string, trailers []track.Trailer) string {
	if len(trailers) == 0 {
		return text
	}
	message, rest := text, ""
	if at := dashLine.FindStringIndex(text); at != nil {
		message, rest = text[:at[0]], "\n"+text[at[0]:]
	}
	message = strings.TrimRight(message, "\n \t")
	var b strings.Builder
	b.WriteString(message)
	switch {
	case message == "":
	case endsInTrailers(message):
		b.WriteString("\n")
	default: // git takes lines for trailers only if an empty one comes before them
		b.WriteString("\n\n")
	}
	for i, t := range trailers {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(t.String())
	}
	return b.String() + rest
}

var (
	emptyLine   = regexp.MustCompile(`\n\s*\n`)
	inBody      = regexp.MustCompile(`^(?i)(From|Subject|Date):`)
	trailerOf   = regexp.MustCompile(`^[A-Za-z0-9-]+[ \t]*:`)
	trailerGits = regexp.MustCompile(`^(Signed-off-by: |\(cherry picked from commit )`)
)

// endsInTrailers tells whether git takes the last paragraph of a message for trailers, so that others can follow: if
// all its lines are, or one in four is and git wrote one of them (git-interpret-trailers(1)), as where "[ann: fixed a
// typo]" stands between. A line that begins with a space goes on with the one before.
func endsInTrailers(message string) bool {
	if breaks := emptyLine.FindAllStringIndex(message, -1); breaks != nil {
		message = message[breaks[len(breaks)-1][1]:]
	} else if inBody.MatchString(message) {
		return false // to git these are header fields, and so would be the trailers behind them
	}
	trailers, others, gits, in := 0, 0, false, false
	for line := range strings.Lines(message) {
		switch {
		case in && (line[0] == ' ' || line[0] == '\t'):
		case trailerGits.MatchString(line):
			trailers, gits, in = trailers+1, true, true
		case trailerOf.MatchString(line):
			trailers, in = trailers+1, true
		default:
			others, in = others+1, false
		}
	}
	return trailers > 0 && (others == 0 || gits && trailers*3 >= others)
}

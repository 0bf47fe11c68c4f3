package search

import "strings"

// addBody sorts the lines of a text into parts. Lines that begin with ">" are quoted; what is between two quotes is
// looked at by itself: if it looks like a diff it is read as one.
func (d *Document) addBody(text string) {
	if mayHaveDiff(text) {
		d.PatchIDs = appendPatchIDs(d.PatchIDs, text)
	}
	for text != "" {
		quoted := text[0] == '>'
		end := sectionEnd(text, quoted)
		section := text[:end]
		text = text[end:]
		switch {
		case quoted:
			d.add(PartQuoted, section)
		case mayHaveDiff(section):
			d.addDiff(section)
		default:
			d.add(PartText, section)
		}
	}
}

// sectionEnd is where the first line begins that is not quoted as the section is.
func sectionEnd(text string, quoted bool) int {
	at := 0
	for at < len(text) && (text[at] == '>') == quoted {
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			return len(text)
		}
		at += n + 1
	}
	return at
}

// mayHaveDiff tells that a line begins with one of the words that begin diffs.
func mayHaveDiff(text string) bool {
	for _, word := range []string{"diff ", "--- ", "+++ "} {
		if strings.HasPrefix(text, word) || strings.Contains(text, "\n"+word) {
			return true
		}
	}
	return false
}

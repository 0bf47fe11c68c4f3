package remarks

import (
	"strings"
	"unicode"
)

// maxAttribution is how many lines the sentence has at most that says who wrote what follows.
const maxAttribution = 4

// attributed is where the words before a quotation end if the sentence that introduces it is left out: "On Monday, Ada
// wrote:", in any language. It is the last lines without an empty one, ends in a colon, and has an address or a date.
func attributed(of *mail, from, to int) int {
	begin := to
	for begin > from && of.keys[begin-1] != "" {
		begin--
	}
	if begin == to || to-begin > maxAttribution {
		begin = max(from, to-1) // perhaps only the last line is it
	}
	text := strings.Join(of.texts[begin:to], " ")
	last := strings.TrimRightFunc(text, unicode.IsSpace)
	if !strings.HasSuffix(last, ":") && !strings.HasSuffix(last, "：") && !strings.HasSuffix(last, ">") {
		return to
	}
	if strings.ContainsAny(text, "@0123456789<") || saysWrote(text) {
		return begin
	}
	return to
}

func saysWrote(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"wrote", "writes", "said", "schrieb", "écrit", "escribió", "scritto", "schreef",
		"написал"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// isElision tells a line that only says that something was left out: "[...]", "<snip>".
func isElision(text string) bool {
	inner := strings.Trim(strings.TrimSpace(text), "[](){}<>-=*~/ \t")
	switch strings.ToLower(inner) {
	case "...", "..", "....", ".....", "…", "snip", "snipped", "skip", "skipped", "cut", "trim", "trimmed", "8", "8<",
		"snip...":
		return len(strings.TrimSpace(text)) >= 3 || inner == "…"
	}
	return false
}

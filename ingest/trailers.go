package ingest

import (
	"strings"

	"patchwatch/track"
)

// maxTrailers is how many trailers of a mail count, and maxFolds over how many lines one may go on.
const (
	maxTrailers = 1000
	maxFolds    = 8
)

// findTrailers returns the lines that give credit, "Reviewed-by: A <a@x.org>": any word that ends in "-by", at the
// start of a line, in any letter case, and an address somewhere after it. Quoted lines give no credit, nor do
// indented ones, nor does a line that names nobody yet: "Reviewed-by: pending", "Acked-by: <your name here>".
func findTrailers(text string, found []track.Trailer) []track.Trailer {
	for len(text) > 0 && len(found) < maxTrailers {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		key, value, ok := strings.Cut(line, ":")
		if !ok || !isTrailerKey(key) {
			continue
		}
		value, text = unfoldTrailer(fold(value), text)
		if len(value) > maxLine {
			continue // it would go into commits, and anybody can send it
		}
		if namesAddress(value) || isToolTrailer(key) && value != "" && value[0] != '<' {
			found = append(found, track.Trailer{Key: key, Value: value})
		}
	}
	return found
}

// unfoldTrailer adds the lines to a trailer over which it continues. rest is what follows them.
func unfoldTrailer(value, text string) (whole, rest string) {
	for range maxFolds {
		line, after, _ := strings.Cut(text, "\n")
		if !continuesTrailer(value, line) {
			break
		}
		value, text = fold(value+" "+line), after
	}
	return value, text
}

// continuesTrailer tells whether a line continues a trailer. For git any indented line does. But people also put
// diffstats, commands and trailers on indented lines after a trailer, so once there is an address, only these
// continue it: more people, or a remark that has not ended. A mail program that breaks long lines does not indent:
// then the address is alone on the next line.
func continuesTrailer(value, line string) bool {
	rest := strings.TrimLeft(line, " \t")
	if rest == "" {
		return false
	}
	if key, _, ok := strings.Cut(rest, ":"); ok && isTrailerKey(key) {
		return false
	}
	if !namesAddress(value) {
		return rest != line && !isDiffstat(rest) || isBracketed(trim(rest))
	}
	if rest == line {
		return false
	}
	isRemark := strings.ContainsRune("([#", rune(rest[0]))
	return isRemark || strings.HasSuffix(value, ",") || strings.Count(value, "(") > strings.Count(value, ")") ||
		strings.Count(value, "[") > strings.Count(value, "]")
}

// isDiffstat tells that a line is like " file | 2 +-", which often comes right below trailers.
func isDiffstat(line string) bool { return strings.Contains(line, " | ") }

// isBracketed tells that a line is an address in brackets and nothing else.
func isBracketed(line string) bool {
	return strings.HasPrefix(line, "<") && strings.HasSuffix(line, ">") && namesAddress(line)
}

// namesAddress tells whether the value of a trailer has an address, even one that is hidden from machines, "<a at
// x.org>".
func namesAddress(value string) bool {
	for at := range strings.SplitSeq(value, " ") {
		local, host, ok := strings.Cut(at, "@")
		if ok && strings.Trim(local, `<("'`) != "" && strings.Trim(host, `>)"',.`) != "" {
			return true
		}
	}
	_, inside, ok := strings.Cut(value, "<")
	return ok && strings.Count(inside, " ") == 2 && strings.Contains(inside, " at ") && strings.Contains(inside, ".")
}

// isToolTrailer tells that a trailer is a program's, which has no address: "Assisted-by: AGENT:MODEL" (the kernel's
// coding-assistants.rst).
func isToolTrailer(key string) bool {
	return strings.EqualFold(key, "Assisted-by") || strings.EqualFold(key, "Generated-by")
}

func isTrailerKey(key string) bool {
	if len(key) < len("x-by") || len(key) > 64 || !strings.EqualFold(key[len(key)-3:], "-by") {
		return false
	}
	for i := range len(key) {
		if c := key[i] | 0x20; key[i] != '-' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return key[0] != '-'
}

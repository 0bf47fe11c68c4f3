package mailtext

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a piece of a line.
type Span struct {
	Text string // what to show: there is nothing in it that would not be seen
	URL  string // where it leads; empty: nowhere
	Odd  bool   // Text is the code of a character that is not shown as it is, as in \u202e
}

// Spans takes a line apart: into plain text, links, and characters that would not be seen, or would change the order in
// which the others are seen. It calls yield for each.
func Spans(line string) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for line != "" {
			start, end := findURL(line)
			if !plain(line[:start], yield) {
				return
			}
			if start < end && !yield(Span{Text: line[start:end], URL: line[start:end]}) {
				return
			}
			line = line[end:]
		}
	}
}

// plain yields what has no links.
func plain(text string, yield func(Span) bool) bool {
	from, before := 0, rune(0)
	for i := 0; i < len(text); {
		c := rune(text[i])
		size := 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(text[i:])
		}
		if !unseen(c, size, before) {
			i += size
			before = c
			continue
		}
		if from < i && !yield(Span{Text: text[from:i]}) || !yield(Span{Text: code(c, size, text[i]), Odd: true}) {
			return false
		}
		i += size
		from, before = i, 0
	}
	return from == len(text) || yield(Span{Text: text[from:]})
}

// unseen tells that a character is not shown as it is: controls, those that change the direction of text, those without
// width, and bytes that are no UTF-8. The two joiners count only where no script that needs them is in front of them.
func unseen(c rune, size int, before rune) bool {
	switch {
	case c < utf8.RuneSelf:
		return c < ' ' && c != '\t' || c == 0x7f
	case c == utf8.RuneError:
		return size == 1
	case c == '\u200c' || c == '\u200d':
		return before < 0x300
	}
	return c < 0xa0 || c == '\u2028' || c == '\u2029' || c == '\u115f' || c == '\u1160' || c == '\u3164' ||
		unicode.Is(unicode.Cf, c) && !isPrepended(c) || isNoCharacter(c)
}

// isNoCharacter knows what will never be a character, which XML does not take either.
func isNoCharacter(c rune) bool { return c&0xfffe == 0xfffe || 0xfdd0 <= c && c <= 0xfdef }

// isPrepended knows the format characters that are seen: signs of Arabic, Syriac and others that stand before numbers.
func isPrepended(c rune) bool { return unicode.Is(unicode.Prepended_Concatenation_Mark, c) }

// code is a character as Go and others write it: \x1b, \u202e or \U000e0041.
func code(c rune, size int, first byte) string {
	const hex = "0123456789abcdef"
	b, digits := []byte(`\x`), 2
	switch {
	case c == utf8.RuneError && size == 1:
		c = rune(first)
	case c >= 0x10000:
		b[1], digits = 'U', 8
	case c >= 0x100:
		b[1], digits = 'u', 4
	}
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		b = append(b, hex[c>>shift&15])
	}
	return string(b)
}

// Visible makes one line of a text such as a subject, in which everything can be seen.
func Visible(text string) string { return VisiblePart(strings.TrimSpace(text)) }

// VisiblePart makes everything visible in a part of a line, and keeps the spaces around it.
func VisiblePart(text string) string {
	clean := true
	for i := 0; i < len(text) && clean; i++ {
		clean = ' ' <= text[i] && text[i] < 0x7f
	}
	if clean {
		return text
	}
	var b strings.Builder
	plain(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(text), func(s Span) bool {
		b.WriteString(s.Text)
		return true
	})
	return b.String()
}

// schemes are those of URLs that become links. A browser does nothing but open them.
var schemes = [...]string{"https", "http", "ftp", "git"}

// findURL is where the first URL in a line begins and ends; both are the length of the line if there is none.
func findURL(line string) (start, end int) {
	for from := 0; ; {
		at := strings.Index(line[from:], "://")
		if at < 0 {
			return len(line), len(line)
		}
		at += from
		from = at + 3
		if start = schemeBefore(line[:at]); start < 0 {
			continue
		}
		if end = endOfURL(line, at+3); end > at+3 {
			return start, end
		}
	}
}

// schemeBefore is where the scheme at the end of text begins; -1: there is none, or it is the end of a longer word.
func schemeBefore(text string) int {
	for _, s := range schemes {
		at := len(text) - len(s)
		if at < 0 || !strings.EqualFold(text[at:], s) {
			continue
		}
		if at == 0 || !isWord(text[at-1]) {
			return at
		}
	}
	return -1
}

func isWord(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.' || c == '_'
}

// endOfURL leaves out what is rather the sentence's than the URL's: punctuation at the end, and a closing bracket that
// was not opened inside. Only printable ASCII counts, so what a link shows is where it leads.
func endOfURL(line string, from int) int {
	end, open := from, 0
	for ; end < len(line); end++ {
		c := line[end]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("<>\"`{}|\\^", c) >= 0 {
			break
		}
		if c == '(' {
			open++
		}
		if c == ')' {
			if open--; open < 0 {
				break
			}
		}
	}
	for end > from && strings.IndexByte(".,;:!?'*]", line[end-1]) >= 0 {
		end--
	}
	return end
}

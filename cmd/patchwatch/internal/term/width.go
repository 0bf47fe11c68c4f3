package term

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// terminal measures text as terminals show it: an emoji made of several characters takes two cells. It is a Condition
// of our own, since the package's default depends on the locale, and our output must not.
var terminal = &runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

// Columns is how many cells of a terminal a printable text takes.
func Columns(text string) int { return terminal.StringWidth(measurable(text)) }

// measurable replaces each control character by a space of as many bytes. A tab takes at least one cell; the others
// are in no printable text, and must not count as nothing.
func measurable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case !unicode.IsControl(r):
			return r
		case r < utf8.RuneSelf:
			return ' '
		}
		return '\u00a0'
	}, text)
}

// bytesOfCell bounds the bytes of a cell. The longest emoji have about 20; a letter with marks without end is cut.
const bytesOfCell = 32

// Shorten cuts a printable text to so many cells, and shows that it did.
func Shorten(text string, cells int) string {
	if cells < 1 || len(text) <= cells*bytesOfCell && Columns(text) <= cells {
		return text
	}
	text = string([]rune(firstBytes(text, cells*bytesOfCell))) // each broken byte becomes U+FFFD
	cut := terminal.Truncate(measurable(text), cells-1, "")
	return text[:len(cut)] + "…"
}

// firstBytes is at most so many bytes of a text, in whole characters.
func firstBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

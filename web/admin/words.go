package admin

import (
	"fmt"
	"strconv"
)

// count is a number with a word, such as "1 mail" and "1,204 mails".
func count(n int, of string) string {
	switch {
	case n == 1:
		return "1 " + of
	case of == "patch":
		return thousands(n) + " patches"
	}
	return thousands(n) + " " + of + "s"
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// size is a number of bytes as people say it.
func size(bytes int64) string {
	const unit = 1024
	if bytes < unit {
		return fmt.Sprintf("%d bytes", bytes)
	}
	n, of := float64(bytes)/unit, "KMGT"
	for n >= unit && len(of) > 1 {
		n, of = n/unit, of[1:]
	}
	return fmt.Sprintf("%.1f %ciB", n, of[0])
}

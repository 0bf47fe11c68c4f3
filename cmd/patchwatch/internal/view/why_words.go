package view

import (
	"fmt"
	"strings"

	"patchwatch/db"
	"patchwatch/track"
)

// waitsInWords says what a reply without a parent waits for.
func waitsInWords(m track.MailView, why db.Why) string {
	const most = 3
	switch {
	case len(m.Refs) == 0:
		return "it refers to nothing"
	case len(why.Missing) == 0:
		return "all that it refers to is there, and leads to no patch"
	case len(why.Missing) > most:
		return fmt.Sprintf("it waits for %s, or one of %d more", strings.Join(why.Missing[:most], ", or "),
			len(why.Missing)-most)
	}
	return "it waits for " + strings.Join(why.Missing, ", or ")
}

package view

import (
	"fmt"
	"strings"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

func groundInWords(r track.Reason, with int64, header string) string {
	subject, object := "it refers", fmt.Sprint("to ", with)
	if r.Back {
		subject, object = fmt.Sprint(with, " refers"), "to it"
	}
	in := ""
	if header != "" {
		in = " (" + header + ")"
	}
	switch r.Ground {
	case track.GroundStart:
		return "leads the series: its cover, else its lowest number"
	case track.GroundVersion:
		return fmt.Sprintf("%s %s%s, of the same version", subject, object, in)
	case track.GroundNear:
		return fmt.Sprintf("%s %s%s, sent %s apart; one of the two does not name the version", subject, object, in,
			apartInWords(r.Apart))
	case track.GroundExtra:
		return fmt.Sprintf("%s %s%s, with a number above the total, by the same sender", subject, object, in)
	case track.GroundPlace:
		return fmt.Sprintf("refers to %s%s, and so does %d of the same sender and version", r.Ref, in, with)
	case track.GroundPlaceNear:
		return fmt.Sprintf("refers to %s%s, and so does %d of the same sender, sent %s apart", r.Ref, in, with,
			apartInWords(r.Apart))
	case track.GroundDealt:
		return fmt.Sprintf("its number occurs twice in the thread; %d is of the sending nearest to it, %s apart", with,
			apartInWords(r.Apart))
	case track.GroundLostThread:
		return fmt.Sprintf("no references lead to or from it; "+
			"%d has the same sender, version and total and was sent %s apart", with, apartInWords(r.Apart))
	case track.GroundBrokenOff:
		return fmt.Sprintf("both lack numbers; %d has the same sender, version and total and was sent %s apart", with,
			apartInWords(r.Apart))
	}
	return fmt.Sprintf("in one thread with %d, which was divided by version", with)
}

func apartInWords(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d seconds", int(d.Seconds()))
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s") // "1h20m"
}

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

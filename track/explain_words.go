package track

import (
	"fmt"
	"strings"
	"time"
)

// Words says the reason in a clause. with is how the mail With is called, and header the one that holds Ref, if that is
// known.
func (r Reason) Words(with, header string) string {
	subject, object := "it refers", "to "+with
	if r.Back {
		subject, object = with+" refers", "to it"
	}
	in := ""
	if header != "" {
		in = " (" + header + ")"
	}
	switch r.Ground {
	case GroundStart:
		return "leads the series: its cover, else its lowest number"
	case GroundByHand:
		return "a person put it here"
	case GroundVersion:
		return fmt.Sprintf("%s %s%s, of the same version", subject, object, in)
	case GroundNear:
		return fmt.Sprintf("%s %s%s, sent %s apart; one of the two does not name the version", subject, object, in,
			apartInWords(r.Apart))
	case GroundExtra:
		return fmt.Sprintf("%s %s%s, with a number above the total, by the same sender", subject, object, in)
	case GroundPlace:
		return fmt.Sprintf("refers to %s%s, and so does %s of the same sender and version", r.Ref, in, with)
	case GroundPlaceNear:
		return fmt.Sprintf("refers to %s%s, and so does %s of the same sender, sent %s apart", r.Ref, in, with,
			apartInWords(r.Apart))
	case GroundDealt:
		return fmt.Sprintf("its number occurs twice in the thread; %s is of the sending nearest to it, %s apart", with,
			apartInWords(r.Apart))
	case GroundLostThread:
		return fmt.Sprintf("no references lead to or from it; "+
			"%s has the same sender, version and total and was sent %s apart", with, apartInWords(r.Apart))
	case GroundBrokenOff:
		return fmt.Sprintf("both lack numbers; %s has the same sender, version and total and was sent %s apart", with,
			apartInWords(r.Apart))
	}
	return fmt.Sprintf("in one thread with %s, which was divided by version", with)
}

func apartInWords(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d seconds", int(d.Seconds()))
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s") // "1h20m"
}

// Words says why two series are taken for versions of the same; empty: they are not.
func (l Link) Words() string {
	switch l {
	case SharedTitle:
		return "a patch of each has the same title"
	case SameDiffs:
		return "most patches are the same"
	case SameTitle:
		return "the same title"
	case Resent:
		return "the same version, sent again"
	case SameThread:
		return "in one thread"
	case NamedEarlier:
		return "named in its text"
	case SameChange:
		return "the same change-id"
	case LinkedByHand:
		return "linked by hand"
	}
	return ""
}

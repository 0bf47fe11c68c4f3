package view

import (
	"fmt"
	"strings"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/track"
)

// SeriesID is how commands name a series.
func SeriesID(id int64) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("s%d", id)
}

// StateColumn colours the cells of a column of states.
func StateColumn(state int) func(int, string) term.Colour {
	return func(column int, cell string) term.Colour {
		if column == state {
			return stateColour(track.State(cell))
		}
		return ""
	}
}

func stateColour(state track.State) term.Colour {
	switch state {
	case track.StateUnderReview:
		return term.Cyan
	case track.StateAccepted:
		return term.Green
	case track.StateRejected:
		return term.Red
	case track.StateChangesRequested:
		return term.Yellow
	case track.StateSuperseded, track.StateNotApplicable, track.StateDeferred:
		return term.Dim
	}
	return ""
}

// PatchTitle is never empty, so that a patch without a subject can be seen in a list.
func PatchTitle(name string) string {
	if strings.TrimSpace(name) == "" {
		return "(no subject)"
	}
	return name
}

// TrailerCounts is the column A/R/T.
func TrailerCounts(n map[string]int) string {
	return fmt.Sprintf("%d/%d/%d", n["Acked-by"], n["Reviewed-by"], n["Tested-by"])
}

// PersonName is what a person is called in a list.
func PersonName(p track.Person) string {
	switch {
	case p.Name != "":
		return p.Name
	case p.Email != "":
		return p.Email
	}
	return "(unknown)"
}

// VersionOf names the version of a series.
func VersionOf(v track.SeriesView) string {
	if v.Resend {
		return fmt.Sprintf("v%d RESEND", v.Version)
	}
	return fmt.Sprintf("v%d", v.Version)
}

// ReceivedOf says how many patches of a series have come, of how many.
func ReceivedOf(v track.SeriesView) string {
	text := fmt.Sprintf("%d/%d", v.Received, v.Total)
	if !v.Complete {
		text += " incomplete"
	}
	return text
}

// SeriesTitle is never empty.
func SeriesTitle(v track.SeriesView) string {
	title := v.Name
	if title == "" {
		title = "(untitled)"
	}
	if v.PartOf != 0 {
		title += fmt.Sprintf(" (part of %s, sent again)", SeriesID(v.PartOf))
	}
	return title
}

// NumbersAre gives "1 is", "1 and 3 are", "1, 2, ... are".
func NumbersAre(numbers []string) string {
	n := len(numbers)
	switch {
	case n == 1:
		return numbers[0] + " is"
	case numbers[n-1] == "...":
		return strings.Join(numbers, ", ") + " are"
	}
	return strings.Join(numbers[:n-1], ", ") + " and " + numbers[n-1] + " are"
}

func kindInWords(m track.MailView) string {
	switch m.Kind {
	case track.RoleCover:
		return "a cover letter"
	case track.RoleComment:
		return "a comment on " + m.Parent
	case track.RolePending:
		return "a reply or other talk that leads to no patch"
	case track.RoleIgnored:
		return "a mail that asks not to be tracked"
	case track.RoleUnrouted:
		return "a mail of no list that is tracked"
	}
	return "a " + string(m.Kind)
}

func fullName(p track.Person) string {
	switch {
	case p.Email == "":
		return PersonName(p)
	case p.Name == "":
		return p.Email
	}
	return p.Name + " <" + p.Email + ">"
}

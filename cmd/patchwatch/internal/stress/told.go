package stress

import (
	"context"

	"patchwatch/db"
	"patchwatch/track"
)

// told is what the events of a database say, by the subjects' names: a project and a Message-ID, for another copy of a
// mail may have taken its place since.
type told struct {
	shown
	covers, patches, completed map[string]int
	comments                   map[string][]string // the names of what they were told to be about, in turn
	series, whole              map[int64]int       // created and completed, by the numbers that they had
	more                       int                 // events of other categories: nobody decides here
}

func nameOf(project, msgid string) string { return project + " " + msgid }

// readTold reads all events. wrong is called with what is wrong with their order.
func readTold(ctx context.Context, store *db.Store, wrong func(string)) (*told, error) {
	t := &told{
		covers: map[string]int{}, patches: map[string]int{}, completed: map[string]int{}, comments: map[string][]string{},
		series: map[int64]int{}, whole: map[int64]int{},
	}
	for {
		events, err := store.Events(ctx, t.last, eventsAtOnce)
		if err != nil || len(events) == 0 {
			return t, err
		}
		before := t.last
		for i := range events {
			if what := t.add(&events[i]); what != "" {
				wrong("there is " + what)
			}
			t.note(&events[i])
		}
		if t.last <= before { // it would be read for ever
			return t, nil
		}
	}
}

func (t *told) note(e *track.Event) {
	patch, cover := nameOf(e.Project, e.Patch.MsgID), nameOf(e.Project, e.Cover.MsgID)
	comment := nameOf(e.Project, e.Comment.MsgID)
	switch e.Category {
	case track.CoverCreated:
		t.covers[cover]++
	case track.PatchCreated:
		t.patches[patch]++
	case track.PatchCompleted:
		t.completed[patch]++
	case track.CoverCommentCreated:
		t.comments[comment] = append(t.comments[comment], cover)
	case track.PatchCommentCreated:
		t.comments[comment] = append(t.comments[comment], patch)
	case track.SeriesCreated:
		t.series[e.Series.ID]++
	case track.SeriesCompleted:
		t.whole[e.Series.ID]++
	default:
		t.more++
	}
}

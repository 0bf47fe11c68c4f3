package stress

import (
	"context"
	"encoding/json"
	"io"

	"patchwatch/db"
	"patchwatch/track"
)

// eventJudge holds what was told against what is there in the end.
//
// Most of that follows from the mails alone, in whatever order they came. Two things do not. Of several copies of a
// mail another one may have stood for it for a while, and a series may have been cut from another by later mail, or
// joined with it, and then that was told too. So what mails with copies, and series that may have been in touch with
// others, have at most is not asked.
type eventJudge struct {
	*told
	v     *verdict
	store *db.Store

	patches map[string]track.PatchView // by name
	covers  map[string]bool
	parents map[string]string // of comments
	copied  map[string]bool   // mails with variants
	series  map[int64]*judged
	in      map[int64]int64 // the series of each patch and cover, by number
}

// judged is a series as it is in the end.
type judged struct {
	track.SeriesView
	members []track.MailView
	alone   bool // it was never in touch with another, and none of its mails has copies
}

// judgeEvents counts what is wrong in v.untold.
func (s *run) judgeEvents(ctx context.Context, store *db.Store, v *verdict) error {
	t, err := readTold(ctx, store, v.wrongEvent)
	if err != nil {
		return err
	}
	for _, what := range s.reader.said {
		v.wrongEvent(what)
	}
	if !s.reader.shown.equal(&t.shown) {
		v.wrongEvent("what a reader beside the watchers was shown is not what there is")
	}
	j := &eventJudge{
		told: t, v: v, store: store, patches: map[string]track.PatchView{}, covers: map[string]bool{},
		parents: map[string]string{}, copied: map[string]bool{}, series: map[int64]*judged{}, in: map[int64]int64{},
	}
	if err := j.look(ctx); err != nil {
		return err
	}
	v.events, v.polls = t.count, s.reader.polls
	j.judgeMails()
	j.judgeComments()
	j.judgeSeries()
	return nil
}

func (v *verdict) wrongEvent(what string) {
	v.untold++
	v.say("events: %s", what)
}

// look reads what there is.
func (j *eventJudge) look(ctx context.Context) error {
	if err := j.lookAtDump(ctx); err != nil {
		return err
	}
	patches, err := j.store.Patches(ctx, track.Filter{Archived: true, Hidden: true})
	if err != nil {
		return err
	}
	for _, p := range patches {
		j.patches[nameOf(p.Project, p.MsgID)] = p
	}
	all, err := j.store.SeriesList(ctx, track.Filter{Archived: true, Hidden: true})
	if err != nil {
		return err
	}
	var members []track.MailView
	for _, view := range all {
		s := &judged{SeriesView: view}
		if s.members, err = j.store.Members(ctx, view.ID); err != nil {
			return err
		}
		j.series[view.ID] = s
		for _, m := range s.members {
			j.in[m.ID] = view.ID
		}
		members = append(members, s.members...)
	}
	j.findAlone(kinOf(members))
	return nil
}

// lookAtDump finds covers, comments and what has copies.
func (j *eventJudge) lookAtDump(ctx context.Context) error {
	lines, err := j.store.DumpLines(ctx, nil)
	if err != nil {
		return err
	}
	defer lines.Close()
	for {
		text, err := lines.Next()
		if err == io.EOF {
			return nil
		}
		var line struct {
			Type, Project, MsgID, Parent string
			Variants                     int
		}
		if err == nil {
			err = json.Unmarshal(text, &line)
		}
		if err != nil {
			return err
		}
		name := nameOf(line.Project, line.MsgID)
		switch line.Type {
		case "mail":
			if line.Variants > 0 {
				j.copied[name] = true
			}
		case "cover":
			j.covers[name] = true
		case "comment":
			j.parents[name] = nameOf(line.Project, line.Parent)
		}
	}
}

func (j *eventJudge) findAlone(k *kin) {
	series := map[string]map[int64]bool{} // of each group
	copied := map[string]bool{}           // groups with copies
	for _, s := range j.series {
		for _, m := range s.members {
			g := k.group(nameOf(m.Project, m.MsgID))
			if series[g] == nil {
				series[g] = map[int64]bool{}
			}
			series[g][s.ID] = true
		}
	}
	for name := range j.copied {
		copied[k.group(name)] = true
	}
	for _, s := range j.series {
		g := k.group(nameOf(s.members[0].Project, s.members[0].MsgID))
		s.alone = len(series[g]) == 1 && !copied[g]
		if s.alone {
			j.v.alone++
		}
	}
}

// judgeMails: each patch and cover that is there was told once, and a patch to be complete if all before it are there.
func (j *eventJudge) judgeMails() {
	for name := range j.patches {
		j.wantOnce("patch-created", name, j.told.patches[name], j.copied[name])
	}
	for name, n := range j.told.patches {
		if _, is := j.patches[name]; !is && !j.copied[name] {
			j.wrong("%d patch-created of %s, which is none", n, name)
		}
	}
	for name := range j.covers {
		j.wantOnce("cover-created", name, j.told.covers[name], j.copied[name])
	}
	for _, s := range j.series {
		have := map[int]string{}
		for _, m := range s.members {
			if p, is := j.patches[nameOf(m.Project, m.MsgID)]; is {
				have[p.Number] = nameOf(m.Project, m.MsgID)
			}
		}
		for n := 1; have[n] != ""; n++ {
			j.wantOnce("patch-completed", have[n], j.completed[have[n]], !s.alone)
			delete(have, n)
		}
		for _, name := range have {
			if n := j.completed[name]; n > 0 && s.alone {
				j.wrong("%d patch-completed of %s, before which patches are missing", n, name)
			}
		}
	}
}

// wantOnce wants something to be told once, or perhaps more often.
func (j *eventJudge) wantOnce(what, name string, n int, perhapsMore bool) {
	if n == 0 || n > 1 && !perhapsMore {
		j.wrong("%d %s of %s", n, what, name)
	}
}

func (j *eventJudge) wrong(format string, args ...any) {
	j.v.untold++
	j.v.say("events: "+format, args...)
}

// judgeComments: the last that was told of a comment is what it is about now, and nothing is told twice in a row.
func (j *eventJudge) judgeComments() {
	for name, parent := range j.parents {
		turns := j.comments[name]
		if len(turns) == 0 || turns[len(turns)-1] != parent && !j.copied[name] {
			j.wrong("%s is a comment on %s, and told was %q", name, parent, turns)
			continue
		}
		for i := 1; i < len(turns); i++ {
			if turns[i] == turns[i-1] && len(j.copied) == 0 {
				j.wrong("twice that %s is a comment on %s", name, parent)
			}
		}
	}
}

// judgeSeries: each was told to be created under its number. One that has as many patches as it announces, and was
// never in touch with another, was completed once.
func (j *eventJudge) judgeSeries() {
	completed := map[int64]int{} // also under the numbers of parts that it was joined from
	for id, n := range j.whole {
		completed[j.in[id]] += n
	}
	for id, s := range j.series {
		if !s.alone {
			continue
		}
		j.wantOnce("series-created", s.Key, j.told.series[id], false)
		grown := max(s.Received-s.Total, 0)
		switch n := completed[id]; {
		case s.Complete && n == 0 && s.Received > 0, n > 1+grown && j.sameTotal(s):
			j.wrong("%d series-completed of %s, which has %d of %d patches", n, s.Key, s.Received, s.Total)
		case n > 0 && !s.Complete && j.sameTotal(s):
			j.wrong("%d series-completed of %s, which is not complete", n, s.Key)
		case n > 0:
			j.v.completed++
		}
	}
}

// sameTotal tells whether all patches announce as many as the series has: with some of them it was never
// complete by another number.
func (j *eventJudge) sameTotal(s *judged) bool {
	for _, m := range s.members {
		if p, is := j.patches[nameOf(m.Project, m.MsgID)]; is && p.Total != s.Total && p.Total > 0 {
			return false
		}
	}
	return true
}

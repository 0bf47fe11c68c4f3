package view

import (
	"patchwatch/db"
	"patchwatch/track"
)

// Current is a patch of a series as it now stands, for programs.
type Current struct {
	Number int    `json:"number"`
	ID     int64  `json:"id"`
	MsgID  string `json:"msgid"`
	Series string `json:"series"` // that it was sent in
}

// standing is a series as it now stands.
type standing struct {
	db.Standing
	members []track.MailView  // the cover, and the patches in the order of Standing.Patches
	patches []track.PatchView // of it and of its parts
}

func (sh *Shower) standing(series int64) (*standing, error) {
	all, err := sh.store.Standing(sh.ctx, []int64{series})
	if err != nil {
		return nil, err
	}
	s := &standing{Standing: all[series]}
	if s.members, err = sh.store.MembersNow(sh.ctx, series); err != nil {
		return nil, err
	}
	for _, id := range append([]int64{series}, s.Parts...) {
		patches, err := sh.store.Patches(sh.ctx, track.Filter{Series: id, Archived: true})
		if err != nil {
			return nil, err
		}
		s.patches = append(s.patches, patches...)
	}
	return s, nil
}

// current is nil where nothing was sent again.
func (s *standing) current() (out []Current) {
	if len(s.Parts) == 0 {
		return nil
	}
	for _, p := range s.Patches {
		out = append(out, Current{p.Number, s.called(p.MsgID), p.MsgID, SeriesID(p.Series)})
	}
	return out
}

func (s *standing) called(msgid string) int64 {
	for _, m := range s.members {
		if m.MsgID == msgid {
			return m.ID
		}
	}
	return 0
}

// replacing is the patch that stands in the place of this one in its series, since it was sent again; nil: none.
func (sh *Shower) replacing(patch *track.PatchView, series *track.SeriesView) (*Current, error) {
	if patch == nil {
		return nil, nil
	}
	all, err := sh.store.Standing(sh.ctx, []int64{series.ID})
	if err != nil || len(all[series.ID].Parts) == 0 {
		return nil, err
	}
	s := &standing{Standing: all[series.ID]}
	if s.members, err = sh.store.MembersNow(sh.ctx, series.ID); err != nil {
		return nil, err
	}
	for _, p := range s.current() {
		if p.Number == patch.Number && p.MsgID != patch.MsgID {
			return &p, nil
		}
	}
	return nil, nil
}

// sentAgain says which patches were sent again alone, and whether the series is such a part of another.
func (sh *Shower) sentAgain(s *standing) {
	if s.PartOf != 0 {
		sh.line("Part of", "%s, of which these patches were sent again", SeriesID(s.PartOf))
	}
	if len(s.Parts) == 0 {
		return
	}
	own := map[int64]bool{}
	for _, id := range s.Parts {
		own[id] = true
	}
	for _, p := range s.Patches {
		if own[p.Series] {
			sh.line("Sent again", "patch %d as %d in %s", p.Number, s.called(p.MsgID), SeriesID(p.Series))
		}
	}
}

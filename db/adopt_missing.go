package db

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Missing is something that was taken over, and whose mail is not here.
type Missing struct {
	Kind   track.AliasKind
	Number int64  // there
	MsgID  string // of the mail that it waits for
	Why    string // a sentence's end: "its mail is not here yet"
}

// withMail are the kinds of what has a mail.
var withMail = []track.AliasKind{track.AliasPatch, track.AliasCover, track.AliasSeries, track.AliasPatchComment,
	track.AliasCoverComment}

// EachAdopted goes through all that was taken over from a source and has a mail; missing is nil where the mail is here
// as what it was there.
func (s *Store) EachAdopted(ctx context.Context, source int64, f func(a engine.Adopted, missing *Missing) error) error {
	const most = 1000
	for _, kind := range withMail {
		for after := (engine.AdoptedKey{Source: source, Kind: kind}); ; {
			var all []engine.Adopted
			var lacks map[engine.Name]string
			if err := s.view(ctx, func(v engine.View) (err error) {
				if all, err = v.AdoptedAfter(after, most); err == nil {
					lacks, err = lacking(v, kind, all)
				}
				return err
			}); err != nil {
				return err
			}
			for _, a := range all {
				after = a.AdoptedKey
				var m *Missing
				if why := lacks[a.Name]; why != "" {
					m = &Missing{kind, a.Number, a.MsgID, why}
				}
				if err := f(a, m); err != nil {
					return err
				}
			}
			if len(all) < most {
				break
			}
		}
	}
	return nil
}

// lacking says of the names of what was adopted why they lead nowhere.
func lacking(v engine.View, kind track.AliasKind, all []engine.Adopted) (map[engine.Name]string, error) {
	names := make([]engine.Name, len(all))
	for i, a := range all {
		names[i] = a.Name
	}
	copies, err := v.Copies(names)
	if err != nil {
		return nil, err
	}
	chosen := map[engine.Name]int64{}
	var mails []int64
	for name, of := range copies {
		for _, c := range of {
			if c.Chosen {
				chosen[name] = c.ID
				mails = append(mails, c.ID)
			}
		}
	}
	is, err := v.Derived(engine.Distinct(mails))
	kinds := kindsOf(is)
	out := map[engine.Name]string{}
	for _, name := range names {
		switch id := chosen[name]; {
		case id == 0:
			out[name] = "its mail is not here yet"
		case !fitsKind(kind, kinds[id]):
			out[name] = "its mail is here, but as " + kindWords[kinds[id]]
		}
	}
	return out, err
}

var kindWords = map[track.Role]string{track.RolePatch: "a patch", track.RoleCover: "a cover letter",
	track.RoleComment: "a comment", track.RolePending: "talk that leads to no patch", "": "nothing that is tracked"}

func kindsOf(is engine.Derived) map[int64]track.Role {
	out := map[int64]track.Role{}
	for _, r := range is.Patches {
		out[r.Mail] = track.RolePatch
	}
	for _, r := range is.Covers {
		out[r.Mail] = track.RoleCover
	}
	for _, r := range is.Replies {
		switch {
		case r.Ignored:
		case r.Parent != 0:
			out[r.Mail] = track.RoleComment
		default:
			out[r.Mail] = track.RolePending
		}
	}
	return out
}

func fitsKind(kind track.AliasKind, is track.Role) bool {
	switch kind {
	case track.AliasPatch:
		return is == track.RolePatch
	case track.AliasCover:
		return is == track.RoleCover
	case track.AliasSeries:
		return is == track.RolePatch || is == track.RoleCover
	}
	return is == track.RoleComment
}

// AdoptedAfter lists what was taken over of a kind above a number, of whatever project, by number.
func (s *Store) AdoptedAfter(
	ctx context.Context, from AdoptFrom, kind track.AliasKind, above int64, most int,
) ([]engine.Adopted, error) {
	return viewed(ctx, s, func(v engine.View) ([]engine.Adopted, error) {
		return v.AdoptedAfter(engine.AdoptedKey{Source: from.Source, Kind: kind, Number: above}, most)
	})
}

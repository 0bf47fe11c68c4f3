package adopt

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"patchwatch/db"
	"patchwatch/track"
)

// maxRelated bounds how many patches are taken for related to one: people relate a handful.
const maxRelated = 1000

// patches takes over patches page by page, and the checks of those that have new ones.
func (a *adopting) patches(ctx context.Context) error {
	return pages(ctx, a.Client, "patches/", a.ofProject(), a.at.Page, func(page int, rows []patch) error {
		all := make([]track.AdoptedPatch, len(rows))
		people := make([]person, len(rows))
		for i := range rows {
			all[i], people[i] = a.patch(&rows[i]), rows[i].Submitter
		}
		if err := a.add(a.Store.AdoptPatches(ctx, a.By, a.from, all)); err != nil {
			return err
		}
		if err := a.people(ctx, people); err != nil {
			return err
		}
		for i := range rows {
			p := &rows[i]
			if a.heard.checked[p.ID] || !a.at.Finished && a.at.Since == "" && p.Check != "" && p.Check != "pending" {
				if err := a.checks(ctx, p); err != nil {
					return err
				}
			}
		}
		return a.read(ctx, "patches", len(rows), page)
	})
}

func (a *adopting) patch(p *patch) track.AdoptedPatch {
	out := track.AdoptedPatch{Number: p.ID, MsgID: msgID(p.MsgID), State: track.State(p.State), Archived: p.Archived,
		Delegate: p.Delegate.adopted(), CommitRef: p.CommitRef, PullURL: p.PullURL,
		StateBy: a.heard.states[p.ID], DelegateBy: a.heard.delegates[p.ID]}
	for _, r := range p.Related[:min(len(p.Related), maxRelated)] {
		out.Related = append(out.Related, r.ID)
	}
	return out
}

// checks takes over those of one patch.
func (a *adopting) checks(ctx context.Context, p *patch) error {
	path := fmt.Sprintf("patches/%d/checks/", p.ID)
	return gone(pages(ctx, a.Client, path, url.Values{"order": {"id"}}, 1, func(_ int, rows []check) error {
		all := make([]track.AdoptedCheck, len(rows))
		for i := range rows {
			all[i] = rows[i].adopted()
		}
		a.Tell("checks", len(rows))
		return a.add(a.Store.AdoptChecks(ctx, a.By, a.from, msgID(p.MsgID), all))
	}))
}

func (a *adopting) people(ctx context.Context, people []person) error {
	all := make([]track.AdoptedPerson, len(people))
	for i, p := range people {
		all[i] = track.AdoptedPerson{Number: p.ID, Email: p.Email}
	}
	return a.Store.AdoptPeople(ctx, a.By, a.from, all)
}

func (a *adopting) covers(ctx context.Context) error {
	return pages(ctx, a.Client, "covers/", a.ofProject(), a.at.Page, func(page int, rows []cover) error {
		all := make([]track.AdoptedNumber, len(rows))
		people := make([]person, len(rows))
		for i, c := range rows {
			all[i], people[i] = track.AdoptedNumber{Number: c.ID, MsgID: msgID(c.MsgID)}, c.Submitter
		}
		if err := a.add(a.Store.AdoptNumbers(ctx, a.By, a.from, track.AliasCover, all)); err != nil {
			return err
		}
		if err := a.people(ctx, people); err != nil {
			return err
		}
		return a.read(ctx, "covers", len(rows), page)
	})
}

func (a *adopting) series(ctx context.Context) error {
	return pages(ctx, a.Client, "series/", a.ofProject(), a.at.Page, func(page int, rows []series) error {
		all := make([]track.AdoptedNumber, len(rows))
		for i := range rows {
			all[i] = rows[i].adopted()
		}
		if err := a.add(a.Store.AdoptNumbers(ctx, a.By, a.from, track.AliasSeries, all)); err != nil {
			return err
		}
		return a.read(ctx, "series", len(rows), page)
	})
}

// relations joins patches that are related, when all of them are known.
func (a *adopting) relations(ctx context.Context) error {
	for {
		last, some, err := a.Store.AdoptRelations(ctx, a.By, a.from, a.at.Above, perPage)
		if err := a.add(some, err); err != nil || last == 0 {
			return err
		}
		a.at.Above = last
		if err := a.save(ctx); err != nil {
			return err
		}
	}
}

func (a *adopting) bundles(ctx context.Context) error {
	return pages(ctx, a.Client, "bundles/", a.ofProject(), a.at.Page, func(page int, rows []bundle) error {
		all := make([]track.AdoptedBundle, len(rows))
		for i, b := range rows {
			all[i] = track.AdoptedBundle{Number: b.ID, Owner: b.Owner.adopted(), Name: b.Name, Public: b.Public}
			for _, p := range b.Patches {
				if id := msgID(p.MsgID); id != "" {
					all[i].Patches = append(all[i].Patches, id)
				}
			}
		}
		if err := a.add(a.Store.AdoptBundles(ctx, a.By, a.from, all)); err != nil {
			return err
		}
		return a.read(ctx, "bundles", len(rows), page)
	})
}

// Comments have a list for each patch and each cover. So they come last, and later runs read those only that are new,
// or of which events tell.

func (a *adopting) patchComments(ctx context.Context) error {
	return a.comments(ctx, track.AliasPatch, track.AliasPatchComment, "patches", &a.at.Patches, a.heard.patches)
}

func (a *adopting) coverComments(ctx context.Context) error {
	return a.comments(ctx, track.AliasCover, track.AliasCoverComment, "covers", &a.at.Covers, a.heard.covers)
}

func (a *adopting) comments(
	ctx context.Context, on, kind track.AliasKind, list string, done *int64, fresh map[int64]bool,
) error {
	if a.NoComments || a.version < 1 {
		return nil
	}
	for {
		all, err := a.Store.AdoptedAfter(ctx, a.from, on, a.at.Above, perPage)
		if err != nil || len(all) == 0 {
			return err
		}
		for _, m := range all {
			if m.Project == a.from.Project && (m.Number > *done || fresh[m.Number]) {
				if err := a.commentsOn(ctx, kind, fmt.Sprintf("%s/%d/comments/", list, m.Number)); err != nil {
					return err
				}
			}
			a.at.Above, *done = m.Number, max(*done, m.Number)
		}
		if err := a.save(ctx); err != nil {
			return err
		}
	}
}

func (a *adopting) commentsOn(ctx context.Context, kind track.AliasKind, path string) error {
	return gone(pages(ctx, a.Client, path, url.Values{"order": {"id"}}, 1, func(_ int, rows []comment) error {
		all := make([]track.AdoptedNumber, len(rows))
		people := make([]person, len(rows))
		for i, c := range rows {
			all[i] = track.AdoptedNumber{Number: c.ID, MsgID: msgID(c.MsgID), Addressed: c.Addressed}
			people[i] = c.Submitter
		}
		if err := a.add(a.Store.AdoptNumbers(ctx, a.By, a.from, kind, all)); err != nil {
			return err
		}
		a.Tell("comments", len(rows))
		a.out.Add(db.Adoption{Taken: map[string]int{"comments": len(rows)}})
		return a.people(ctx, people)
	}))
}

// gone takes it for no error that a patch was deleted there since its list was read.
func gone(err error) error {
	if errors.Is(err, errNotThere) {
		return nil
	}
	return err
}

package sqlite

import (
	"cmp"
	"slices"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

// A list that is sorted by what patches share with many others is one of pieces, one after the other, each of which is
// in the order of dates in an index and is counted by totals. So a page of it needs no sorting of the whole.

// inPieces finds the pieces of a list; none: it has to be sorted.
func (q *queries) inPieces(l *listing, f track.PatchQuery) (pieces []*listing, err error) {
	if len(f.Order) != 2 || f.Order[1].By != "date" || f.Order[0].Desc != f.Order[1].Desc || !l.exact || l.dated() {
		return nil, nil
	}
	by, desc := f.Order[0].By, f.Order[0].Desc
	f.Order = []track.Order{{By: "date", Desc: desc}}
	switch {
	case by == "state":
		pieces, err = q.piecesByState(l, f)
	case by == "delegate" && !f.Nobodys:
		pieces, err = q.piecesByDelegate(f)
	}
	if desc {
		slices.Reverse(pieces)
	}
	return pieces, err
}

// piecesByState has one for each state that patches of the list may have, in the order of states.
func (q *queries) piecesByState(l *listing, f track.PatchQuery) (pieces []*listing, err error) {
	var c conditions
	anyOf(&c, `p.project`, f.Projects)
	anyOf(&c, `p.state`, f.States)
	c.add(true, `p.amount > 0`)
	var states []track.State
	var s track.State
	if err := q.Each(`SELECT DISTINCT p.state FROM `+l.counted.Table()+c.where(), c.args, func(scan func(...any) error) error {
		err := scan(&s)
		states = append(states, s)
		return err
	}); err != nil {
		return nil, err
	}
	place := func(s track.State) int { return (slices.Index(track.States(), s) + mostStates) % mostStates }
	slices.SortFunc(states, func(a, b track.State) int { return cmp.Or(place(a)-place(b), cmp.Compare(a, b)) })
	for _, s := range states {
		f.States = track.In[track.State]{s}
		piece, err := q.countedPatches(f)
		if err != nil || piece == nil || !piece.ordered {
			return nil, err
		}
		pieces = append(pieces, piece)
	}
	return pieces, nil
}

// mostStates is above the number of states that Patchwork has, and those of one's own come after these (both.StateNumber).
const mostStates = 99

// piecesByDelegate has what is delegated to nobody, and then the others along their index.
func (q *queries) piecesByDelegate(f track.PatchQuery) ([]*listing, error) {
	desc := f.Order[0].Desc
	f.Nobodys = true
	nobodys, err := q.countedPatches(f)
	if err != nil || nobodys == nil || !nobodys.ordered || nobodys.but == nil {
		return nil, err
	}
	others := nobodys.but
	others.row, others.ordered = `p.mail`, true
	for _, by := range []string{`p.delegate`, `p.date`, `p.id`} {
		others.order = append(others.order, both.OrderTerm{Expr: by, Desc: desc})
	}
	return []*listing{nobodys, others}, nil
}

// pageOfPieces finds the rows of a page of a list in pieces.
func (q *queries) pageOfPieces(pieces []*listing, offset, size int) (ids []int64, err error) {
	for _, piece := range pieces {
		total, err := q.count(piece)
		if err != nil {
			return nil, err
		}
		if offset < total {
			found, err := q.page(piece, track.Paging{Offset: offset, Limit: size - len(ids)}, total)
			if err != nil {
				return nil, err
			}
			ids = append(ids, found...)
		}
		if offset = max(0, offset-total); len(ids) >= size {
			break
		}
	}
	return ids, nil
}

package adopt

import (
	"context"
	"fmt"
	"net/url"

	"patchwatch/track"
)

// heard is what the events say that the lists do not: who decided, and when, and what has something new.
type heard struct {
	states    map[int64]track.AdoptedDecision // the newest, by patch
	delegates map[int64]track.AdoptedDecision
	checked   map[int64]bool // patches
	patches   map[int64]bool // with comments
	covers    map[int64]bool
}

// maxHeard bounds what is kept of events in memory.
const maxHeard = 4_000_000

// newest is the date of the newest event, as the server writes it; empty: there is none.
func (a *adopting) newest(ctx context.Context) (string, error) {
	var rows []event
	_, err := a.get(ctx, "events/", url.Values{"project": {a.there.LinkName}, "per_page": {"1"}}, &rows)
	if err != nil || len(rows) == 0 || parseDate(rows[0].Date).IsZero() {
		return a.at.Since, err
	}
	return rows[0].Date, nil
}

// hear reads the events since the last run.
func (a *adopting) hear(ctx context.Context) error {
	h := heard{map[int64]track.AdoptedDecision{}, map[int64]track.AdoptedDecision{}, map[int64]bool{}, map[int64]bool{},
		map[int64]bool{}}
	a.heard = h
	categories := []string{"patch-state-changed", "patch-delegated", "check-created"}
	if a.version >= 3 && a.at.Since != "" && !a.NoComments {
		categories = append(categories, "patch-comment-created", "cover-comment-created")
	}
	for _, category := range categories {
		query := url.Values{"project": {a.there.LinkName}, "order": {"date"}, "category": {category}}
		if a.at.Since != "" {
			query.Set("since", a.at.Since)
		}
		if err := pages(ctx, a.Client, "events/", query, 1, func(_ int, rows []event) error {
			a.Tell("events", len(rows))
			for i := range rows {
				h.note(&rows[i])
			}
			if len(h.states)+len(h.delegates)+len(h.checked)+len(h.patches)+len(h.covers) > maxHeard {
				return fmt.Errorf("%s has more than %d events of project %s", a.URL, maxHeard, a.there.LinkName)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (h *heard) note(e *event) {
	if c := e.Payload.Cover; c != nil && e.Category == "cover-comment-created" {
		h.covers[c.ID] = true
	}
	p := e.Payload.Patch
	if p == nil {
		return
	}
	who := track.AdoptedDecision{By: e.Actor.adopted(), At: parseDate(e.Date)}
	switch e.Category {
	case "patch-state-changed":
		h.states[p.ID] = who // they come in the order of dates
	case "patch-delegated":
		h.delegates[p.ID] = who
	case "check-created":
		h.checked[p.ID] = true
	case "patch-comment-created":
		h.patches[p.ID] = true
	}
}

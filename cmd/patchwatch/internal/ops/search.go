package ops

import "context"

// Search says how far the search index is behind the database.
type Search struct {
	Missing int64 // mails that are stored and cannot be found yet
	Bytes   int64 // that the index takes
}

// Searches makes the metrics tell of the search index too.
func (m *Metrics) Searches(state func(context.Context) (Search, error)) { m.search = state }

// ofSearch says nothing where the index cannot be looked at, rather than that all is found.
func (m *Metrics) ofSearch(e *exposition) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	e.begin("patchwatch_search_missing_mails", "gauge", "Mails that are stored and that searches do not find yet.")
	is, err := m.search(ctx)
	if err == nil {
		e.value("patchwatch_search_missing_mails", float64(is.Missing))
	}
	e.begin("patchwatch_search_bytes", "gauge", "Size of the search index, with its log.")
	if err == nil {
		e.value("patchwatch_search_bytes", float64(is.Bytes))
	}
}

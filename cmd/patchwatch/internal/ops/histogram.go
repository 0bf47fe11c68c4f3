package ops

import "sort"

// histogram counts values up to each bound, as Prometheus has it.
type histogram struct {
	bounds []float64
	counts []int64 // up to each bound and not up to the one before
	sum    float64
	n      int64
}

func (h *histogram) add(v float64) {
	if h.counts == nil {
		h.counts = make([]int64, len(h.bounds))
	}
	h.sum += v
	h.n++
	if i := sort.SearchFloat64s(h.bounds, v); i < len(h.bounds) {
		h.counts[i]++
	}
}

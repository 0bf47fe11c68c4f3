package ops

import "sort"

// Histogram counts values up to each bound, as Prometheus has it.
type Histogram struct {
	Bounds []float64
	Counts []int64 // up to each bound and not up to the one before; nil: none yet
	Sum    float64
	N      int64
}

func (h *Histogram) add(v float64) {
	if h.Counts == nil {
		h.Counts = make([]int64, len(h.Bounds))
	}
	h.Sum += v
	h.N++
	if i := sort.SearchFloat64s(h.Bounds, v); i < len(h.Bounds) {
		h.Counts[i]++
	}
}

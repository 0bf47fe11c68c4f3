package serve

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Metrics is what a server has counted.
type Metrics struct {
	Running int64   // requests in hand
	Routes  []Route // sorted by Pattern
}

// Route is what was counted for one pattern of the routes; "" is for requests that match none. Since patterns are
// bounded, so is the number of time series.
type Route struct {
	Pattern string
	Classes map[string]int64 // requests by class of status, such as "2xx"; "none": it was broken off before an answer
	Latency Histogram        // seconds from the header to the end of the answer
}

// Histogram counts values by upper bounds.
type Histogram struct {
	Bounds []float64
	Counts []int64 // up to each bound, and above the one before; what is above all bounds is only in N
	Sum    float64
	N      int64
}

// metrics counts requests by route.
type metrics struct {
	mu     sync.Mutex // guards what follows
	routes map[string]*Route
}

func latencyBounds() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
}

func (m *metrics) add(pattern string, status int, took time.Duration) {
	class := "none"
	if status >= 100 && status < 600 {
		class = fmt.Sprintf("%dxx", status/100)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	route := m.routes[pattern]
	if route == nil {
		bounds := latencyBounds()
		latency := Histogram{Bounds: bounds, Counts: make([]int64, len(bounds))}
		route = &Route{Pattern: pattern, Classes: map[string]int64{}, Latency: latency}
		if m.routes == nil {
			m.routes = map[string]*Route{}
		}
		m.routes[pattern] = route
	}
	route.Classes[class]++
	route.Latency.add(took.Seconds())
}

func (h *Histogram) add(v float64) {
	h.Sum += v
	h.N++
	if i, _ := slices.BinarySearch(h.Bounds, v); i < len(h.Bounds) {
		h.Counts[i]++
	}
}

// Metrics returns what was counted so far.
func (s *Server) Metrics() Metrics {
	m := &s.metrics
	m.mu.Lock()
	defer m.mu.Unlock()
	now := Metrics{Running: s.running.Load()}
	for _, pattern := range slices.Sorted(maps.Keys(m.routes)) {
		route := *m.routes[pattern]
		route.Classes = maps.Clone(route.Classes)
		route.Latency.Counts = slices.Clone(route.Latency.Counts)
		now.Routes = append(now.Routes, route)
	}
	return now
}

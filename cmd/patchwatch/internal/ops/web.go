package ops

import (
	"context"
	"maps"
	"slices"
)

// Web is what a web server tells its operators.
type Web struct {
	Requests func() Requests                 // what was counted so far
	Current  func(ctx context.Context) error // why nothing can be served from the database
}

// Requests is what a web server has counted.
type Requests struct {
	Running int64 // requests in hand
	Routes  []Route
}

// Route is what was counted of one pattern of the server's routes. It is "" for requests that match none.
type Route struct {
	Pattern string
	Classes map[string]int64 // requests by class of status, such as "2xx"
	Seconds Histogram        // until the end of the answer
}

// Serves makes the metrics tell of a web server too.
func (m *Metrics) Serves(w Web) { m.web = &w }

func (r Requests) write(e *exposition) {
	e.begin("patchwatch_http_requests_running", "gauge", "Requests in hand.")
	e.value("patchwatch_http_requests_running", float64(r.Running))
	e.begin("patchwatch_http_requests_total", "counter",
		"Requests that were answered, by route and class of status; none: the client was gone before the answer.")
	for _, route := range r.Routes {
		for _, class := range slices.Sorted(maps.Keys(route.Classes)) {
			e.value("patchwatch_http_requests_total", float64(route.Classes[class]), "route", route.name(), "class", class)
		}
	}
	e.begin("patchwatch_http_request_seconds", "histogram", "Time from a request's header to the end of its answer.")
	for _, route := range r.Routes {
		e.buckets("patchwatch_http_request_seconds", &route.Seconds, "route", route.name())
	}
}

// name is never empty: to Prometheus an empty label is one that is not there.
func (r Route) name() string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

package ops

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"patchwatch/track"
)

// Web is what a web server tells its operators.
type Web struct {
	Requests func() Requests                 // what was counted so far
	Current  func(ctx context.Context) error // why nothing can be served from the database

	Streams func() Streams
	Hooks   func(ctx context.Context) ([]track.HookWaiting, error)
}

// Streams are streams of events over HTTP.
type Streams struct {
	Running int
	Events  int64 // sent so far
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

func (s Streams) write(e *exposition) {
	e.begin("patchwatch_event_streams", "gauge", "Clients that are sent events as they happen.")
	e.value("patchwatch_event_streams", float64(s.Running))
	e.begin("patchwatch_events_streamed_total", "counter", "Events that were sent to such clients.")
	e.value("patchwatch_events_streamed_total", float64(s.Events))
}

// writeHooks asks the database, and so is right whichever server sends. If it does not answer, nothing is said.
func (w *Web) writeHooks(e *exposition) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	all, err := w.Hooks(ctx)
	if err != nil {
		return
	}
	givenUp := 0
	e.begin("patchwatch_hook_waiting_events", "gauge", "Events that wait to be sent, by the number of the hook.")
	for _, h := range all {
		e.value("patchwatch_hook_waiting_events", float64(h.Waiting), "hook", strconv.FormatInt(h.ID, 10))
		if !h.GivenUp.IsZero() {
			givenUp++
		}
	}
	e.begin("patchwatch_hook_failures", "gauge",
		"Attempts for the next event that have failed, by the number of the hook.")
	for _, h := range all {
		e.value("patchwatch_hook_failures", float64(h.Failures), "hook", strconv.FormatInt(h.ID, 10))
	}
	e.begin("patchwatch_hooks_given_up", "gauge", "Hooks that are sent nothing more until a person has them tried again.")
	e.value("patchwatch_hooks_given_up", float64(givenUp))
}

// name is never empty: to Prometheus an empty label is one that is not there.
func (r Route) name() string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

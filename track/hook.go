package track

import "time"

// Hook is a URL to which events are sent.
type Hook struct {
	ID           int64
	URL          string
	Project      int64      // 0: all that are not private
	Categories   []Category // none: all
	Secret       string     // by which requests are signed; empty: they are not
	AllowPrivate bool       // addresses of private networks may be called
	Made         time.Time  // seconds
	HookProgress
}

// HookProgress is how far the events of a hook have been sent.
type HookProgress struct {
	Sent         int64     // number of an event: this one and all before it are done with
	Failures     int       // attempts for the next event that have failed
	FailingSince time.Time // the first of them, in microseconds; zero: there is none
	NextTry      time.Time // microseconds; zero: at once
	Fault        string    // why the last attempt failed; empty: it did not
	GivenUp      time.Time // seconds; zero: it has not been
}

// Wants are the events that a hook is sent after those that were. A hook that names no project is not sent those of
// private ones.
func (h *Hook) Wants(private []int64) EventsQuery {
	q := EventsQuery{Above: h.Sent}
	if h.Project != 0 {
		q.Projects = In[int64]{h.Project}
	} else {
		q.Without = private
	}
	if len(h.Categories) > 0 {
		q.Categories = h.Categories
	}
	return q
}

// HookWaiting is a hook with what waits to be sent.
type HookWaiting struct {
	Hook
	Waiting int       // events
	Oldest  time.Time // of the first of them; zero: none waits
}

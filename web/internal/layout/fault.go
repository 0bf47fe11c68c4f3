package layout

import "sync"

// Fault is a page that says why there is nothing else, and what a reader can do about it.
type Fault struct {
	Page         // with Problem
	Lost  bool   // nothing is at this address, so a search may help
	Login string // where to log in; empty: that does not help
	Again string // the address that may answer in a moment; empty: it will not, or was no page
}

var faults = sync.OnceValue(func() Pages { return MustParse(frame, "fault.tmpl", nil) })

// Render makes the page.
func (f *Fault) Render() ([]byte, error) { return faults().Render("fault", f) }

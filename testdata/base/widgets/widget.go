package widgets

import "fmt"

// Widget is a named belt.
type Widget struct {
	Name string
	Belt Belt
}

func (w Widget) String() string {
	return fmt.Sprintf("%s: %d gears", w.Name, w.Belt.Len())
}

package dbtest

import (
	"maps"
	"reflect"
	"sync"

	"patchwatch/db/engine"
)

// Counter counts calls inside transactions and views, each of which would be a journey over a network, and the rows
// that these bring back.
type Counter struct {
	mu          sync.Mutex
	calls, rows map[string]int // by method
}

// Counting gives an engine whose calls are counted.
func Counting(e engine.Engine) (engine.Engine, *Counter) {
	c := &Counter{calls: map[string]int{}, rows: map[string]int{}}
	return hooked{e, c.called, c.answered}, c
}

func (c *Counter) called(method string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[method]++
	return nil
}

func (c *Counter) answered(method string, answer any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows[method] += size(reflect.ValueOf(answer))
}

// size counts what is in a slice, a slice of slices or a map; 0 of all else.
func size(answer reflect.Value) (n int) {
	switch {
	case answer.Kind() == reflect.Map:
		return answer.Len()
	case answer.Kind() == reflect.Slice && answer.Type().Elem().Kind() == reflect.Slice:
		for i := range answer.Len() {
			n += answer.Index(i).Len()
		}
	case answer.Kind() == reflect.Slice:
		return answer.Len()
	}
	return n
}

// Take gives how often each method was called, and how many rows it brought back, since it was last taken.
func (c *Counter) Take() (calls, rows map[string]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls, rows = maps.Clone(c.calls), maps.Clone(c.rows)
	clear(c.calls)
	clear(c.rows)
	return calls, rows
}

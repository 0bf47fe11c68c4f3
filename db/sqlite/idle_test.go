package sqlite

import "testing"

// Who reads after others takes the connection whose cache is warm: so one client at a time fills one cache.
func TestWarmConnectionIsTakenFirst(t *testing.T) {
	r := newEngine(t).readers.Load()
	take := func() *writer {
		c, err := r.take(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first, second := take(), take()
	if first == nil || first == second {
		t.Fatalf("two at once have %p and %p", first, second)
	}
	r.idle.put(second)
	r.idle.put(first)
	for range readerConns {
		c := take()
		if c != first {
			t.Error("another connection was taken than the one that came back last")
		}
		r.idle.put(c)
	}
}

package stress

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"time"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/db"
	"patchwatch/track"
)

// reader asks for new events all the time while the watchers are killed, as clients of patchwatch do. It keeps no
// event, only a sum over what it was shown.
type reader struct {
	path  string // or name
	polls int
	shown shown
	said  []string // what it should not have been shown
	err   error
}

// eventsAtOnce is how many events are asked for at once.
const eventsAtOnce = 1000

// start reads in the background. The returned function ends that, when all that is ever told has been, and waits.
func (r *reader) start(ctx context.Context) (finish func() error) {
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		r.err = r.read(ctx, stop)
	}()
	return func() error {
		close(stop)
		<-ended
		return r.err
	}
}

func (r *reader) read(ctx context.Context, stop <-chan struct{}) error {
	var store *db.Store
	for last := false; ; {
		var err error
		if store == nil { // until a watcher has made the database
			store, err = engines.OpenReadOnly(ctx, r.path)
			if err == nil {
				defer store.Close()
			}
		}
		if err == nil {
			err = r.poll(ctx, store)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case last && err != nil:
			return fmt.Errorf("read events beside the watchers: %w", err)
		case last:
			return nil
		}
		select {
		case <-stop:
			last = true // once more
		case <-time.After(time.Millisecond):
		}
	}
}

// poll asks for all that is new.
func (r *reader) poll(ctx context.Context, store *db.Store) error {
	for {
		r.polls++
		events, err := store.Events(ctx, r.shown.last, eventsAtOnce)
		if err != nil || len(events) == 0 {
			return err
		}
		for i := range events {
			if wrong := r.shown.add(&events[i]); wrong != "" {
				r.said = append(r.said, "a reader beside the watchers was shown "+wrong)
			}
		}
	}
}

// shown is a sequence of events, in short.
type shown struct {
	count int
	last  int64
	date  time.Time
	sum   hash.Hash
}

// add takes in the next event, and tells what is wrong with its number and date.
func (s *shown) add(e *track.Event) (wrong string) {
	if s.sum == nil {
		s.sum = sha256.New()
	}
	switch {
	case e.ID <= s.last:
		wrong = fmt.Sprintf("event %d after event %d", e.ID, s.last)
	case e.Date.Before(s.date):
		wrong = fmt.Sprintf("event %d of %v after an event of %v", e.ID, e.Date, s.date)
	}
	same := *e
	same.Series = track.SeriesRef{ID: e.Series.ID} // names are today's
	same.Patch.Name, same.Cover.Name, same.Comment.Name = "", "", ""
	if err := json.NewEncoder(s.sum).Encode(same); err != nil {
		wrong = err.Error()
	}
	s.count++
	s.last, s.date = e.ID, e.Date
	return wrong
}

func (s *shown) equal(o *shown) bool {
	return s.count == o.count && (s.count == 0 || string(s.sum.Sum(nil)) == string(o.sum.Sum(nil)))
}

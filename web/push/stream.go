package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"patchwatch/web/api"
	"patchwatch/web/internal/serve"
)

// stream is one that is being sent.
type stream struct {
	*Streams
	r      *http.Request
	wanted api.Wanted
	out    *serve.Stream
	above  int64  // all up to this number were sent, or are not wanted
	epoch  string // in which that is so
	asked  string // the epoch that the client knows; empty: it does not say
}

// badRequest is why a request is refused, in words that may be told.
type badRequest string

func (b badRequest) Error() string { return string(b) }

// sentence is an error of api in words for a client.
func sentence(err error) string {
	text := strings.TrimPrefix(err.Error(), api.ErrUnwanted.Error()+": ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// begin finds out what is asked for, and from where on. What is wrong with it is told before the stream begins.
func (in *stream) begin() (err error) {
	if in.wanted, err = api.WantedIn(in.r.URL.Query()); err != nil {
		return err
	}
	in.wanted.Base = serve.Base(in.r)
	in.mayGoOn() // it is looked at again when the stream runs
	now, err := in.tide.now(in.r.Context())
	if err != nil {
		return err
	}
	in.epoch, in.above = now.epoch, now.last
	from, said, err := startOf(in.r)
	if err != nil {
		return err
	}
	in.asked = strings.TrimSpace(in.r.URL.Query().Get("epoch"))
	if said && (in.asked == "" || in.asked == in.epoch) {
		if from > now.last { // another server may have sent it this moment
			if now, err = in.tide.ask(in.r.Context()); err != nil {
				return err
			}
		}
		in.above = min(from, now.last)
	}
	_, err = in.API.EventsAfter(in.r.Context(), in.wanted, in.above, 1)
	return err
}

// startOf is the number of the event that the client saw last: the header Last-Event-ID, by which clients come back, or
// since_id. Without either, a stream begins now.
func startOf(r *http.Request) (id int64, said bool, err error) {
	for _, text := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("since_id")} {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		n, err := strconv.ParseUint(text, 10, 63)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, false, badRequest("Last-Event-ID and since_id take the number of an event.")
		}
		return int64(n), true, nil
	}
	return 0, false, nil
}

// run sends events until the client has gone, the server ends, or who asks may be answered no more.
func (in *stream) run() error {
	hello := fmt.Sprintf("retry: %d\n: events of %s\n\n", comeBackAfter.Milliseconds(), in.epoch)
	if in.asked != "" && in.asked != in.epoch {
		hello += epochMessage(in.epoch)
	}
	if in.out.Send([]byte(hello)) != nil {
		return nil // the client has gone
	}
	ctx, cancel := context.WithTimeout(in.r.Context(), longestStream)
	defer cancel()
	for in.mayGoOn() {
		told, err := in.API.EventsAfter(ctx, in.wanted, in.above, atOnce)
		switch {
		case ctx.Err() != nil || errors.Is(err, api.ErrUnwanted): // the project is no more, or not for them
			return nil
		case err != nil:
			return err
		case told.Epoch != in.epoch:
			_ = in.out.Send([]byte(epochMessage(told.Epoch)))
			return nil
		}
		if !in.send(told.Events) {
			return nil
		}
		in.above = told.UpTo
		if len(told.Events) < atOnce && !in.wait(ctx) {
			return nil
		}
	}
	return nil
}

// mayGoOn looks again at who asks: tokens are taken back, and rights change, while a stream goes on.
func (in *stream) mayGoOn() (yes bool) {
	in.wanted.Viewer, yes = in.Viewer(in.r)
	return yes
}

// epochMessage says that numbers of events mean something else than before: what a client remembers it must read anew.
func epochMessage(epoch string) string {
	name, _ := json.Marshal(epoch)
	return fmt.Sprintf("event: epoch\ndata: {\"epoch\":%s}\n\n", name)
}

// send tells whether the client took all.
func (in *stream) send(events []api.ToldEvent) bool {
	if len(events) == 0 {
		return true
	}
	var b []byte
	for _, e := range events {
		b = fmt.Appendf(b, "id: %d\ndata: %s\n\n", e.ID, e.JSON)
	}
	if in.out.Send(b) != nil {
		return false
	}
	in.sent.Add(int64(len(events)))
	return true
}

// wait tells when there may be something to send, and false when the stream ends. Meanwhile it shows the client, and
// proxies between, that the connection is alive.
func (in *stream) wait(ctx context.Context) bool {
	look, beat := time.NewTicker(lookEvery), time.NewTicker(beatEvery)
	defer look.Stop()
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-serve.Ending(in.r):
			return false
		case <-beat.C:
			if in.out.Send([]byte(":\n\n")) != nil || !in.mayGoOn() {
				return false
			}
		case <-look.C:
			// An error here is told by the question for events that follows.
			if now, err := in.tide.now(ctx); err != nil || now.last > in.above || now.epoch != in.epoch {
				return true
			}
		}
	}
}

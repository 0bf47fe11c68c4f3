package inbox

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"patchwatch/track"
	"patchwatch/web/find"
	"patchwatch/web/internal/visit"
)

// TestFull: who asks for a large thread while too many do is told when to come back.
func TestFull(t *testing.T) {
	t.Parallel()
	gate := find.NewGate(find.GateLimits{AtOnce: 1, Wait: time.Millisecond, Budget: time.Hour, Share: 1})
	c := &call{
		Inbox: New(Config{Gate: gate}),
		Visit: &visit.Visit{R: httptest.NewRequest("GET", "/", nil), Viewer: track.Viewer{User: &track.User{}}},
	}
	leave, err := c.enter()
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.enter()
	var stream *visit.Stream
	if !errors.As(err, &stream) {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	var no *visit.Refusal
	if !errors.As(stream.Send(w), &no) || no.Status != http.StatusServiceUnavailable ||
		w.Header().Get("Retry-After") != "10" {
		t.Errorf("%v %v", no, w.Header())
	}
	leave()
	if leave, err = c.enter(); err != nil {
		t.Fatal(err)
	}
	leave()
}

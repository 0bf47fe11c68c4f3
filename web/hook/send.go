package hook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"patchwatch/track"
	"patchwatch/web/api"
)

// The headers of a request, which docs/hooks.md explains.
const (
	headerEvent     = "X-Patchwatch-Event"     // the category
	headerDelivery  = "X-Patchwatch-Delivery"  // by which receivers drop doubles
	headerHook      = "X-Patchwatch-Hook"      // the number of the hook
	headerTimestamp = "X-Patchwatch-Timestamp" // seconds since 1970
	headerSignature = "X-Patchwatch-Signature" // sha256=HEX
)

// Signature signs a request: HMAC-SHA256 (RFC 2104) by the secret of DELIVERY.TIMESTAMP.BODY.
func Signature(secret, delivery, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s.", delivery, timestamp)
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// failure is why an attempt failed, in words for administrators.
type failure struct {
	why   string
	after time.Duration // that the receiver asks for; 0: it does not
}

// deliver sends one event once. nil: the receiver has it.
func (s *Sender) deliver(ctx context.Context, h *track.Hook, epoch string, e api.ToldEvent) *failure {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	r, err := s.request(ctx, h, epoch, e)
	if err != nil {
		return &failure{why: err.Error()}
	}
	client := s.public
	if h.AllowPrivate {
		client = s.anywhere
	}
	answer, err := client.Do(r)
	if err != nil {
		return &failure{why: whyOf(err)}
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, mostAnswer)
	switch {
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return nil
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return &failure{why: fmt.Sprintf("it answered %d: redirects are not followed", answer.StatusCode)}
	}
	return &failure{fmt.Sprintf("it answered %d", answer.StatusCode), retryAfter(answer)}
}

func (s *Sender) request(ctx context.Context, h *track.Hook, epoch string, e api.ToldEvent) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(e.JSON))
	if err != nil {
		return nil, err
	}
	delivery := epoch + "." + strconv.FormatInt(e.ID, 10)
	timestamp := strconv.FormatInt(s.Clock().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "patchwatch")
	r.Header.Set(headerEvent, string(e.Category))
	r.Header.Set(headerDelivery, delivery)
	r.Header.Set(headerHook, strconv.FormatInt(h.ID, 10))
	r.Header.Set(headerTimestamp, timestamp)
	if h.Secret != "" {
		r.Header.Set(headerSignature, Signature(h.Secret, delivery, timestamp, e.JSON))
	}
	return r, nil
}

// whyOf leaves out of an error the URL, which the reader knows.
func whyOf(err error) string {
	var of *url.Error
	if errors.As(err, &of) {
		if of.Timeout() {
			return fmt.Sprintf("it did not answer within %v", patience)
		}
		err = of.Err
	}
	if errors.Is(err, errPrivate) {
		return err.Error()
	}
	const most = 300
	text := err.Error()
	return text[:min(len(text), most)]
}

// mostAsked is how long a receiver may have itself left alone.
const mostAsked = time.Hour

// retryAfter reads the header Retry-After (RFC 9110, 10.2.3), in seconds.
func retryAfter(answer *http.Response) time.Duration {
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, 1<<20))*time.Second, mostAsked)
}

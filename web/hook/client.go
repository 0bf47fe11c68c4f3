package hook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	patience   = 10 * time.Second // for a whole request and its answer
	mostAnswer = 64 << 10         // bytes that are read of an answer, so that its connection can be used again
	mostHeader = 16 << 10
)

// newClient makes a client that follows no redirects and knows no proxy. Unless private addresses are allowed it calls
// none: that is checked when the name has been looked up and the connection is about to be made, so that a name which
// leads elsewhere the second time does not help.
func newClient(allowPrivate bool) *http.Client {
	d := &net.Dialer{Timeout: patience / 2}
	if !allowPrivate {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			if !isPublic(at.Addr()) {
				return fmt.Errorf("%w: %s", errPrivate, at.Addr())
			}
			return nil
		}
	}
	return &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return d.DialContext(ctx, network, address)
			},
			TLSHandshakeTimeout: patience / 2, ResponseHeaderTimeout: patience, MaxResponseHeaderBytes: mostHeader,
			DisableCompression: true, MaxIdleConnsPerHost: 1, MaxIdleConns: 64, IdleConnTimeout: time.Minute,
			ForceAttemptHTTP2: true,
		},
	}
}

var errPrivate = errors.New("it is an address of a private network, which only a hook with --allow-private calls")

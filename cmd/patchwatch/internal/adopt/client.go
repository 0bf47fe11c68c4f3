package adopt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	perPage      = 250      // the most that Patchwork gives
	maxAnswer    = 64 << 20 // bytes of one answer; a page of 250 patches has about 400 KiB
	maxTries     = 8
	firstWait    = time.Second
	longestWait  = time.Minute      // between two tries, if the server does not ask for more
	longestAsked = 15 * time.Minute // that a server may ask for by Retry-After
	oneRequest   = 2 * time.Minute
	maxRedirects = 5
)

// Client asks one Patchwork server, one question at a time.
type Client struct {
	URL     string // by which people know the server, without a final slash
	version int    // of the API: 1.N
	token   string
	http    *http.Client
	wait    func(ctx context.Context, d time.Duration) error
}

// NewClient makes a client of the server that people know by a URL. A URL of its API, or of a project's page, is one
// too. The token is empty for what everybody may see.
func NewClient(address, token string) (*Client, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is no URL of a Patchwork server, such as https://patchwork.example.org", address)
	}
	if u.User != nil {
		return nil, errors.New("a URL with a name or password is not taken: it would be stored; use --token")
	}
	if strings.ContainsAny(token, "\r\n \t") {
		return nil, errors.New("a token has no blanks")
	}
	path, _, _ := strings.Cut(u.Path+"/", "/api/")
	path, _, _ = strings.Cut(path+"/", "/project/")
	base := url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: strings.TrimRight(path, "/")}
	return &Client{URL: base.String(), token: token, wait: sleep,
		http: &http.Client{Timeout: oneRequest, CheckRedirect: stayThere}}, nil
}

// stayThere follows redirects to the same server only: the token is for nobody else. From http to https of one host is
// the same server.
func stayThere(r *http.Request, via []*http.Request) error {
	first := via[0].URL
	switch {
	case len(via) > maxRedirects:
		return errors.New("it redirects again and again")
	case r.URL.Hostname() != first.Hostname():
		return fmt.Errorf("it redirects to another server, %s", r.URL.Hostname())
	case first.Scheme == "https" && r.URL.Scheme != "https":
		return errors.New("it redirects from https to http")
	case r.URL.Port() != first.Port() && first.Scheme == r.URL.Scheme:
		return fmt.Errorf("it redirects to another port, %s", r.URL.Port())
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// versions of the API that are understood, the newest first.
var versions = []int{4, 3, 2, 1, 0}

// Dial finds out which version of the API the server has.
func (c *Client) Dial(ctx context.Context) error {
	for _, v := range versions {
		c.version = v
		_, err := c.get(ctx, "", nil, &map[string]any{})
		if errors.Is(err, errNotThere) {
			continue
		}
		return err
	}
	return fmt.Errorf("%s has no API of Patchwork 1.0 to 1.4", c.URL)
}

// errNotThere is the server's 404.
var errNotThere = errors.New("it is not there")

// permanentError is one that another try does not cure.
type permanentError struct{ error }

func (p permanentError) Unwrap() error { return p.error }

// get reads a path of the API. more tells whether there is another page.
func (c *Client) get(ctx context.Context, path string, query url.Values, into any) (more bool, err error) {
	address := fmt.Sprintf("%s/api/1.%d/%s", c.URL, c.version, path)
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	wait := firstWait
	for try := 1; ; try++ {
		asked := time.Duration(0)
		if more, asked, err = c.try(ctx, address, into); err == nil {
			return more, nil
		}
		var permanent permanentError
		switch {
		case ctx.Err() != nil:
			return false, context.Cause(ctx)
		case errors.Is(err, errNotThere):
			return false, fmt.Errorf("%s: %w", address, errNotThere)
		case errors.As(err, &permanent), try == maxTries:
			return false, fmt.Errorf("%s: %w", address, withoutURL(err))
		}
		if err := c.wait(ctx, max(wait, min(asked, longestAsked))); err != nil {
			return false, err
		}
		wait = min(2*wait, longestWait)
	}
}

// withoutURL takes the URL out of an error of net/http, which is told already.
func withoutURL(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// try asks once. asked is how long the server asks to be left alone.
func (c *Client) try(ctx context.Context, address string, into any) (more bool, asked time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false, 0, permanentError{err}
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "patchwatch")
	if c.token != "" {
		r.Header.Set("Authorization", "Token "+c.token)
	}
	res, err := c.http.Do(r)
	if err != nil {
		var of *url.Error
		if errors.As(err, &of) && strings.HasPrefix(of.Err.Error(), "it redirects") {
			return false, 0, permanentError{of.Err}
		}
		return false, 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return false, retryAfter(res.Header.Get("Retry-After")), refusal(res)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return false, 0, err
	}
	if len(body) > maxAnswer {
		return false, 0, permanentError{fmt.Errorf("its answer has more than %d MiB", maxAnswer>>20)}
	}
	if err := json.Unmarshal(body, into); err != nil {
		return false, 0, permanentError{fmt.Errorf("its answer is not Patchwork's: %w", err)}
	}
	return hasNext.MatchString(strings.Join(res.Header.Values("Link"), ",")), 0, nil
}

var hasNext = regexp.MustCompile(`;\s*rel="?next"?`)

// refusal is the error of an answer that is none.
func refusal(res *http.Response) error {
	var says struct{ Detail string }
	body, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	_ = json.Unmarshal(body, &says) // a page of HTML says nothing
	code := res.StatusCode
	err := fmt.Errorf("%d %s", code, http.StatusText(code))
	if says.Detail != "" {
		err = fmt.Errorf("%w: %.200q", err, says.Detail)
	}
	switch {
	case code == http.StatusNotFound:
		return errNotThere
	case code == http.StatusTooManyRequests, code >= 500 && code != http.StatusNotImplemented:
		return err
	}
	return permanentError{err}
}

func retryAfter(text string) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n > 0 && n <= 1<<20 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// maxPages bounds a list: 25 million rows, more than any Patchwork has.
const maxPages = 100_000

// numbered is a row of a list.
type numbered interface{ number() int64 }

// pages reads a list page by page, from one on. Numbers must grow from page to page: a server that sends a page again,
// or pages without end, is left.
func pages[T numbered](
	ctx context.Context, c *Client, path string, query url.Values, from int, f func(page int, rows []T) error,
) error {
	highest := int64(0)
	for page := from; page < from+maxPages; page++ {
		q := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(perPage)}}
		for name, values := range query {
			q[name] = values
		}
		var rows []T
		more, err := c.get(ctx, path, q, &rows)
		if errors.Is(err, errNotThere) && page > 1 || err == nil && len(rows) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		before := highest
		for _, r := range rows {
			highest = max(highest, r.number())
		}
		if highest == before {
			return fmt.Errorf("%s/api/: page %d of %s has nothing that was not on the pages before", c.URL, page, path)
		}
		if err := f(page, rows); err != nil || !more {
			return err
		}
	}
	return fmt.Errorf("%s/api/: %s has more than %d pages", c.URL, path, maxPages)
}

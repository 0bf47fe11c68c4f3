package web_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"patchwatch/web"
	"patchwatch/web/internal/webtest/town"
)

// TestHangUp: when a client does not wait for an answer, the search for it ends.
func TestHangUp(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "town.db")
	s := serveOver(t, town.Build(t, openFile(t, file)), nil, web.Options{})
	s.AddPrivate()
	manyPeople(t, file)
	ended := make(chan bool, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ServeHTTP(w, r)
		ended <- true
	}))
	defer server.Close()
	asked := 0
	ask := func(ctx context.Context) (took time.Duration, err error) {
		asked++ // no answer is kept from the time before
		url := fmt.Sprintf("%s/api/people/?order=-name&q=n&per_page=%d", server.URL, asked)
		r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Token "+s.Tokens["ann"])
		began := time.Now()
		w, err := http.DefaultClient.Do(r)
		if err == nil {
			if w.Body.Close(); w.StatusCode != 200 {
				t.Error(w.Status)
			}
		}
		<-ended
		return time.Since(began), err
	}
	whole, err := ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	least := whole
	for range 5 {
		soon, stop := context.WithTimeout(t.Context(), whole/10)
		defer stop()
		took, err := ask(soon)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it was answered after %v: %v", took, err)
		}
		least = min(least, took)
	}
	if least > whole/2 {
		t.Errorf("an answer takes %v, and %v when nobody waits for it", whole, least)
	}
}

// manyPeople puts people into a database who are named by no mail that ann sees.
func manyPeople(t *testing.T, file string) {
	t.Helper()
	d, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, insert := range []string{
		`INSERT INTO address (email) SELECT 'p' || i || '@x.org' FROM n`,
		`INSERT INTO person (email, name) SELECT 'p' || i || '@x.org', 'Person ' || i * 7919 % 100000 FROM n`,
	} {
		if _, err := d.Exec(`WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) ` + insert); err != nil {
			t.Fatal(err)
		}
	}
}

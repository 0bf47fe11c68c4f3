package index

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/search"
)

// Whatever is asked, the answer or a refusal comes in time.
func TestHostileQueries(t *testing.T) {
	here := smallTown(2000)
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, here)
	defer w.Close()
	catchUp(t, w)
	for name, text := range map[string]string{
		"ors of all":        strings.Repeat("* OR ", 500) + "*",
		"ors of prefixes":   strings.Repeat("w* OR c* OR ", 200) + "a*",
		"phrases":           strings.Repeat(`"common words" OR `, 200) + "x",
		"near":              strings.TrimSuffix(strings.Repeat(`common NEAR/1000 `, 300), " NEAR/1000 ") + " words",
		"xor":               strings.Repeat("(common XOR ", 20) + "words" + strings.Repeat(")", 20),
		"deep":              strings.Repeat("(a OR (b AND NOT ", 12) + "c" + strings.Repeat("))", 12),
		"quotes":            `"a""b" OR """" OR '"*"' OR NEAR(a b) OR {x} : ^ - + column : "x"`,
		"one letter prefix": "w*",
	} {
		n, _, err := search.Parse(text, search.Options{Now: firstDate})
		if err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
		began := time.Now()
		r, err := x.Search(ctx, here, Query{Tree: n, Limit: 50})
		stop()
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("%s takes %s", name, took)
		}
		var many TooMany
		if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &many) {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %s, %d mails, %v", name, time.Since(began).Round(time.Millisecond), len(r.Hits), err)
	}
}

// A word that stands for too much is refused, whatever is beside it.
func TestTooManyWords(t *testing.T) {
	here := smallTown(100)
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, here)
	defer w.Close()
	catchUp(t, w)
	defer func(was int) { roomForBeginnings = was }(roomForBeginnings)
	roomForBeginnings = 1000
	_, err := x.Search(context.Background(), here, Query{Tree: parse(t, "common w*")})
	if many := (TooMany{}); !errors.As(err, &many) || many.Word != "w" {
		t.Errorf("it is not refused: %v", err)
	}
	if _, err := x.Search(context.Background(), here, Query{Tree: parse(t, "common word1*")}); err != nil {
		t.Error(err)
	}
}

// The answer ends with the context, in the middle of what FTS5 does.
func TestSearchEndsWithContext(t *testing.T) {
	here := smallTown(2000)
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, here)
	defer w.Close()
	catchUp(t, w)
	ctx, stop := context.WithCancel(context.Background())
	n := 0
	_, err := x.Each(ctx, here, Query{Tree: parse(t, "common")}, func(Hit) bool {
		n++
		stop()
		return true
	})
	if !errors.Is(err, context.Canceled) || n > mostInChunk+slots { // a chunk goes on to the end of a unit
		t.Errorf("%d mails came, and %v", n, err)
	}
}

package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/db"
	"patchwatch/track"
)

// filterFlags are the filters of list and series.
type filterFlags struct {
	project, submitter, delegate, text, since, until string
	states                                           []string
	limit                                            int
	all                                              bool
	json                                             bool
}

func (f *filterFlags) addTo(c *cobra.Command) {
	c.Flags().StringVarP(&f.project, "project", "p", "", "of this project (`LINK_NAME`)")
	c.Flags().StringSliceVarP(&f.states, "state", "s", nil, "in this `STATE`, or one of several with commas between")
	c.Flags().StringVar(&f.submitter, "submitter", "", "by `WHO`: an address, or a part of an address or name")
	c.Flags().StringVar(&f.delegate, "delegate", "",
		"delegated to `WHO`: an address, an account, me; a series, if one of its patches is")
	c.Flags().StringVar(&f.text, "subject", "", "with this `TEXT` in the subject")
	c.Flags().StringVar(&f.since, "since", "", "dated at or after `WHEN`: 2026-11-23, or 3d, 2w, 6h ago")
	c.Flags().StringVar(&f.until, "until", "", "dated before `WHEN`")
	c.Flags().IntVarP(&f.limit, "limit", "n", 50, "at most this many")
	c.Flags().BoolVar(&f.all, "all", false, "without a limit")
	c.Flags().BoolVar(&f.json, "json", false, "for programs")
}

func (f *filterFlags) filter() (track.Filter, error) {
	out := track.Filter{Project: f.project, Submitter: f.submitter, Text: f.text, Limit: f.limit}
	if f.all {
		out.Limit = 0
	} else if f.limit < 1 {
		return out, usagef("--limit takes a number from 1; --all lists all")
	}
	var err error
	if out.Since, err = parseWhen(f.since); err != nil {
		return out, err
	}
	out.Until, err = parseWhen(f.until)
	return out, err
}

// lookUp completes a filter by what only the database knows: states of one's own, and accounts.
func (f *filterFlags) lookUp(ctx context.Context, a *app, s *db.Store, out *track.Filter) error {
	for _, name := range f.states {
		state, err := findState(ctx, s, name)
		if err != nil {
			return err
		}
		out.States = append(out.States, state)
	}
	if f.delegate == "" {
		return nil
	}
	var err error
	out.Delegate, err = a.delegateOf(ctx, s, f.delegate)
	return err
}

func stateNames() (names []string) {
	for _, s := range track.States() {
		names = append(names, string(s))
	}
	return names
}

// parseWhen reads a date, a date with time, or how long ago.
func parseWhen(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04:05", "2006-01-02 15:04", time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	units := map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	if unit, ok := units[text[len(text)-1:]]; ok {
		// More than a Duration can hold would lie in the future.
		if n, err := strconv.Atoi(text[:len(text)-1]); err == nil && n >= 0 && n <= math.MaxInt64/int(unit) {
			return time.Now().Add(-time.Duration(n) * unit), nil
		}
	}
	return time.Time{}, usagef("%q is no date; 2026-11-23 is one, and so are 6h, 3d and 2w for so long ago", text)
}

// noneFound is printed to standard error where a list is empty, so that nobody takes that for a fault.
func noneFound(what string, narrowed bool) string {
	if narrowed {
		return fmt.Sprintf("no %s with these filters", what)
	}
	return fmt.Sprintf("no %s yet", what)
}

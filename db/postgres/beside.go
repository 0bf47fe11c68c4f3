package postgres

import (
	"context"
	"strconv"

	"patchwatch/db/engine"
)

// Several processes can store mail at once, those of other lists each. All hold the lock of all writers together, which
// keeps away who writes alone. Then each claims its projects, and later the people whom its mails name, always in this
// order and sorted: so no two can wait for each other. Last, for one journey, come the locks of the numbers of events
// and of new people, which end with COMMIT: a number that is higher is always seen later.
//
// A lock of a claim is named by a hash of 64 bits. If two had the same, two lists would wait for each other, no more.

// lockBeside is taken by who writes beside others.
const lockBeside = `SELECT pg_advisory_xact_lock_shared(1347904360, hashtext(current_schema()))`

// claim takes locks one after the other, in the order in which they are given.
const claim = `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || k, 0))
	FROM unnest(?::text[]) k`

// lockNumbers is taken by who numbers people, until the end of the transaction.
const lockNumbers = `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' numbers', 0))`

// WriteBeside runs f beside others. What the server refuses because of them is done once more, alone.
func (e *database) WriteBeside(ctx context.Context, f func(engine.Tx, engine.Claims) error) error {
	err := e.write(ctx, lockBeside, func(t *tx) error { return f(t, claims{t, ctx}) })
	switch codeOf(err) {
	case "23505", "40001", "40P01":
		return engine.ErrUnclaimed
	}
	return cancelledBy(ctx, err)
}

// claims are those of a transaction beside others.
type claims struct {
	t   *tx
	ctx context.Context
}

func (c claims) Projects(ids []int64) error {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = "project " + strconv.FormatInt(id, 10)
	}
	return c.take(keys)
}

func (c claims) People(emails []string) error {
	keys := make([]string, len(emails))
	for i, email := range emails {
		keys[i] = "person " + email
	}
	return c.take(keys)
}

// take has locks waited for with the next question, which ends with the context, as nothing is to be kept yet. What is
// read afterwards is what those before have left.
func (c claims) take(keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	w := c.t.w
	w.ctx, w.once = c.ctx, true
	return w.exec(claim, keys)
}

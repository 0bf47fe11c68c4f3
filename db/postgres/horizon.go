package postgres

import "math"

// Numbers of mails come from a sequence, as two lists would otherwise wait for each other from the first mail to COMMIT.
// So a mail may be committed after one of a higher number, and who reads mails in the order of numbers, and remembers
// how far, must not pass by one that is still to come.
//
// Who takes numbers has a lock before that bears the last number that was taken then: all of its own are above. A reader
// asks first for the last number that was taken, then for those locks, and only then looks at the mails: up to the
// lowest of these numbers no mail can come any more.

const (
	// lockStoring is taken before numbers are.
	lockStoring = `SELECT pg_advisory_xact_lock_shared(hashtext(current_schema() || ' storing'),
		(SELECT last_value FROM mail_number)::int)`

	takeNumbers = `SELECT nextval('mail_number') FROM generate_series(1, ?::bigint)`

	lastTaken = `SELECT last_value FROM mail_number`

	// stillStoring gives no row with a number where nobody stores mail.
	stillStoring = `SELECT coalesce(min(objid::bigint), ?::bigint) FROM pg_locks
		WHERE locktype = 'advisory' AND objsubid = 2 AND classid = hashtext(current_schema() || ' storing')::oid
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
)

// horizon is the number up to which no mail can come any more. It can be told only before a snapshot is taken; later,
// and within a transaction that writes, there is none.
func (c *conn) horizon() (number int64, err error) {
	if c.pg.TxStatus() != 'I' {
		return math.MaxInt64, nil
	}
	waiting, bytes := c.queue, c.bytes // BEGIN
	c.queue, c.bytes = nil, 0
	defer func() { c.queue, c.bytes = append(waiting, c.queue...), bytes }()
	if _, err := c.row(lastTaken, nil, &number); err != nil {
		return 0, err
	}
	_, err = c.row(stillStoring, []any{number}, &number)
	return number, err
}

// numbersFor gives the numbers of new mails, ascending. Who is alone takes those that follow, so that a transaction that
// is undone leaves no gap; the sequence follows.
func (t *tx) numbersFor(mails int) (numbers []int64, err error) {
	if t.beside {
		if err := t.w.exec(lockStoring); err != nil {
			return nil, err
		}
		err = t.Each(takeNumbers, []any{mails}, func(scan func(...any) error) error {
			var n int64
			err := scan(&n)
			numbers = append(numbers, n)
			return err
		})
		return numbers, err
	}
	last, err := t.lastNumber()
	if err != nil {
		return nil, err
	}
	for i := range mails {
		numbers = append(numbers, last+int64(i)+1)
	}
	return numbers, t.raiseSequence(last + int64(mails))
}

// lastNumber is the number above which those of new mails are.
func (q *queries) lastNumber() (last int64, err error) {
	_, err = q.Row(`SELECT greatest(0, (SELECT max(id) FROM mail), (SELECT last FROM counter WHERE name = 'mail'))`, nil,
		&last)
	return last, err
}

// raiseSequence has numbers that are taken from now on be above this one.
func (t *tx) raiseSequence(number int64) error {
	return t.w.exec(`SELECT setval('mail_number', greatest(last_value, ?)) FROM mail_number`, number)
}

package db

import "context"

// ReadBy tells the store which reading (ingest.ParserVersion) the mail comes from that is added or read anew from now on. The
// database keeps the lowest number that any of its facts come from; facts from before there were numbers count as the
// first.
func (s *Store) ReadBy(ctx context.Context, reading int) error {
	s.reading.Store(int64(reading))
	noted, err := s.readingNoted(ctx)
	if err != nil || 0 < noted && noted <= reading {
		return err
	}
	return s.write(ctx, s.noteReading)
}

// readingNoted is the number that the database keeps; 0: none yet.
func (s *Store) readingNoted(ctx context.Context) (n int, err error) {
	r, err := s.reader(ctx)
	if err != nil {
		return 0, err
	}
	defer r.done()
	err = r.QueryRowContext(ctx, readingQuery).Scan(&n)
	return n, explain(err)
}

const readingQuery = `SELECT coalesce(min(version), 0) FROM reading`

// noteReading lowers the number where it has to be. It is 1 where mail is there and no number.
func (s *Store) noteReading(w *writer) error {
	reading := s.reading.Load()
	if reading == 0 {
		return nil
	}
	if err := w.exec(`
		INSERT INTO reading (version) SELECT CASE WHEN EXISTS (SELECT 1 FROM mail) THEN 1 ELSE ? END
		WHERE NOT EXISTS (SELECT 1 FROM reading)`, reading); err != nil {
		return err
	}
	return w.exec(`UPDATE reading SET version = ? WHERE version > ?`, reading, reading)
}

// allRead notes that every mail was read anew.
func (s *Store) allRead(w *writer) error {
	if reading := s.reading.Load(); reading > 0 {
		return w.exec(`UPDATE reading SET version = ?`, reading)
	}
	return nil
}

package db

import (
	"context"

	"patchwatch/db/engine"
)

// ReadBy tells the store by which version of the parser (ingest.ParserVersion) mail is read that is added or read anew
// from now on. The database keeps the lowest number that any of its facts come from; facts from before there were
// numbers count as the first.
func (s *Store) ReadBy(ctx context.Context, reading int) error {
	s.reading.Store(int64(reading))
	var noted int
	if err := s.view(ctx, func(v engine.View) (err error) {
		noted, err = v.Reading()
		return err
	}); err != nil || 0 < noted && noted <= reading {
		return err
	}
	return s.write(ctx, s.noteReading)
}

// noteReading lowers the number where it has to be. It is 1 where mail is there and no number.
func (s *Store) noteReading(w *writing) error {
	reading := int(s.reading.Load())
	if reading == 0 {
		return nil
	}
	noted, err := w.Tx.Reading()
	if err != nil {
		return err
	}
	if noted == 0 {
		last, err := w.Tx.LastMail()
		if err != nil {
			return err
		}
		if last > 0 {
			reading = 1
		}
	} else if noted <= reading {
		return nil
	}
	return w.Tx.PutReading(reading)
}

// allRead notes that every mail was read anew.
func (s *Store) allRead(w *writing) error {
	if reading := s.reading.Load(); reading > 0 {
		return w.Tx.PutReading(int(reading))
	}
	return nil
}

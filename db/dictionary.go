package db

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// FirstDictionary is how many mails are enough to learn from. Another dictionary is made when there are ten times as many,
// so that what a young list began with does not count for ever.
const (
	FirstDictionary = 200
	nextDictionary  = 10
)

// dictionaryAfter is at how many mails stored the next one is made, when the last was made at so many.
func dictionaryAfter(last int64) int64 {
	next := int64(FirstDictionary)
	for next <= last {
		next *= nextDictionary
	}
	return next
}

// What it is made of: the beginnings of mails spread over the newest.
const (
	dictionarySize  = 128 << 10 // bytes; twice as many gain one percent
	dictionaryFrom  = 512       // mails
	dictionaryPiece = 8 << 10   // bytes of each
)

// learn makes a new dictionary when it is time for one, and tells whether it did.
func (w *writer) learn() (bool, error) {
	var stored, last int64
	if _, err := w.row(`SELECT coalesce(max(id), 0) FROM mail`, nil, &stored); err != nil {
		return false, err
	}
	w.frames.stored.Store(stored)
	if stored < dictionaryAfter(w.frames.current.Load().mails) {
		return false, nil
	}
	// Another process may have made one that this one has not heard of.
	if _, err := w.row(`SELECT coalesce(max(mails), 0) FROM dictionary`, nil, &last); err != nil || stored < dictionaryAfter(last) {
		return err == nil, err
	}
	text, err := w.dictionaryText()
	if err != nil || len(text) == 0 {
		return false, err
	}
	id := firstDictionaryID + rand.Int64N(lastDictionaryID-firstDictionaryID)
	return true, w.exec(`INSERT INTO dictionary (id, mails, bytes) VALUES (?, ?, ?)`, id, stored, Compress(text))
}

func (w *writer) dictionaryText() ([]byte, error) {
	var pieces [][]byte
	total := 0
	err := w.eachID(`SELECT id FROM mail ORDER BY id DESC LIMIT ?`, []any{dictionaryFrom}, func(mail int64) error {
		frame, err := w.frame(mail)
		if err != nil {
			return err
		}
		raw, err := w.frames.decompress(frame)
		if err != nil {
			return nil // check reports it; the others are enough
		}
		piece := raw[:min(len(raw), dictionaryPiece)]
		pieces = append(pieces, piece)
		total += len(piece)
		return nil
	})
	if err != nil {
		return nil, err
	}
	// Spread over all of them, the newest last: what stands nearer to a mail is cheaper to refer to.
	step := max(total/dictionarySize, 1)
	var text []byte
	for i := len(pieces) - 1; i >= 0; i -= step {
		text = append(text, pieces[i]...)
	}
	return text[max(len(text)-dictionarySize, 0):], nil
}

// dictionaries are those that are committed, oldest first.
func (s *Store) dictionaries() ([]dictionary, error) {
	r, err := s.reader(context.Background())
	if err != nil {
		return nil, err
	}
	defer r.done()
	rows, err := r.QueryContext(context.Background(), `SELECT id, mails, bytes FROM dictionary ORDER BY mails, id`)
	if err != nil {
		return nil, err
	}
	var all []dictionary
	err = eachRow(rows, func(scan func(...any) error) error {
		var d dictionary
		var frame []byte
		if err := scan(&d.id, &d.mails, &frame); err != nil {
			return err
		}
		var err error
		if d.bytes, err = plain.decoder.DecodeAll(frame, nil); err != nil {
			d.fault = fmt.Errorf("dictionary %d is damaged: %w", d.id, err)
		}
		all = append(all, d)
		return nil
	})
	return all, err
}

package frame

import (
	"math/rand/v2"

	"patchwatch/db/engine"
)

// FirstDictionary is how many mails are enough to learn from. Another dictionary is made when there are ten times as
// many, so that what a young list began with does not count for ever.
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

// Learn makes a new dictionary when it is time for one, and tells whether it did.
func Learn(w engine.Tx, frames *Frames) (bool, error) {
	stored, err := w.LastMail()
	if err != nil {
		return false, err
	}
	frames.stored.Store(stored)
	if stored < dictionaryAfter(frames.current.Load().mails) {
		return false, nil
	}
	// Another process may have made one that this one has not heard of.
	all, err := w.Dictionaries()
	if err != nil || len(all) > 0 && stored < dictionaryAfter(all[len(all)-1].Mails) {
		return err == nil, err
	}
	text, err := dictionaryText(w, frames, stored)
	if err != nil || len(text) == 0 {
		return false, err
	}
	id := firstDictionaryID + rand.Int64N(lastDictionaryID-firstDictionaryID)
	return true, w.PutDictionary(engine.Dictionary{ID: id, Mails: stored, Frame: Compress(text)})
}

func dictionaryText(w engine.View, frames *Frames, last int64) ([]byte, error) {
	keys, err := w.After(max(last-2*dictionaryFrom, 0), 2*dictionaryFrom) // numbers have few gaps
	if err != nil {
		return nil, err
	}
	var ids []int64
	for i := len(keys) - 1; i >= 0 && len(ids) < dictionaryFrom; i-- {
		ids = append(ids, keys[i].ID)
	}
	var pieces [][]byte
	total := 0
	err = w.Frames(ids, func(_ int64, frame []byte) error {
		raw, err := frames.DecompressIn(w, frame)
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

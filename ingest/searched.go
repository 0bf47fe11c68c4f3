package ingest

import "patchwatch/track"

// Searched is what a search knows of a mail.
type Searched struct {
	Mail  *track.Mail // only what its header says
	Texts *track.Texts
}

// ReadSearched reads what a search has to know of a mail, in one go and without what only a tracker needs. Sum is the
// SHA-256 of the bytes.
func ReadSearched(raw []byte, sum [32]byte) (*Searched, error) {
	return recovering(func(raw []byte) (*Searched, error) {
		var notes notes
		h, body := topHeader(unixLines(raw), &notes)
		if len(h) == 0 {
			return nil, ErrNoMail
		}
		m := &track.Mail{SHA256: sum}
		readHeader(m, h, &notes)
		return &Searched{m, textsOf(raw, h, body)}, nil
	}, raw)
}

package index

import (
	"crypto/sha256"
	"strings"

	"patchwatch/search"
)

// An entry is a mail as it is written into the index.
type entry struct {
	mail                 int64
	date, received, size int64
	columns              []any     // strings, in the order of parts, then the identifiers
	stems                []stemmed // of words that were not seen lately
}

// An entryMaker makes entries, and keeps what it allocates for the next one. It is for one goroutine.
type entryMaker struct {
	words []string
	text  strings.Builder
	seen  *seenWords
}

func newEntryMaker() *entryMaker { return &entryMaker{seen: newSeenWords()} }

func (k *entryMaker) entry(mail int64, d *search.Document) *entry {
	e := &entry{mail: mail, date: d.Date.Unix(), received: d.Received.Unix(), size: d.Size}
	for _, part := range parts {
		e.columns = append(e.columns, k.column(e, d.Texts[part]))
	}
	e.columns = append(e.columns, identifiersOf(d))
	return e
}

// column is the words of a part. They are copied, since those of a mail may be pieces of a much larger text.
func (k *entryMaker) column(e *entry, texts []string) string {
	k.text.Reset()
	for _, text := range texts {
		k.words = search.AppendWords(k.words[:0], text)
		if len(k.words) == 0 {
			continue
		}
		if k.text.Len() > 0 {
			k.text.WriteString(" " + between)
		}
		for _, word := range k.words {
			if k.text.Len() > 0 {
				k.text.WriteByte(' ')
			}
			k.text.WriteString(word)
			e.stems = k.seen.appendStem(e.stems, word)
		}
	}
	return k.text.String()
}

// Identifiers begin with a sign with which no word begins, and a letter that says what they are.
const (
	everyMail   = "#a" // alone: each document has it
	msgIDMark   = "#m"
	refMark     = "#r"
	listMark    = "#l"
	preMark     = "#o" // the old blob
	postMark    = "#n" // the new one
	patchIDMark = "#p"
)

// identifiersOf are what a mail is found by as a whole. They are words of FTS5 as all others, and not rows of tables
// of their own: a hash lies anywhere in a table, so that among a million mails each new one would change a page for
// each of its references, while FTS5 writes all that is new in one place and merges it later. And a query is one
// MATCH, whatever it has in it.
func identifiersOf(d *search.Document) string {
	all := []string{everyMail}
	add := func(ids []string, identifier func(id string) string) {
		for _, id := range ids {
			all = append(all, identifier(id))
		}
	}
	add(d.MsgIDs, func(id string) string { return hashed(msgIDMark, id) })
	add(d.References, func(id string) string { return hashed(refMark, id) })
	add(d.Lists, func(id string) string { return hashed(listMark, id) })
	add(d.PreBlobs, func(id string) string { return preMark + id })
	add(d.PostBlobs, func(id string) string { return postMark + id })
	add(d.PatchIDs, func(id string) string { return patchIDMark + id })
	return strings.Join(all, " ")
}

// hashed is what stands for a value of any length and with any characters: 91 bits of its SHA-256, seven in each byte
// above those that ASCII has. Nobody can find another value with the same bits as one that is there.
func hashed(mark, value string) string {
	sum := sha256.Sum256([]byte(value))
	text := []byte(mark)
	for i := range 13 {
		bit := i * 7
		pair := uint16(sum[bit/8])<<8 | uint16(sum[bit/8+1])
		text = append(text, 0x80|byte(pair>>(9-bit%8)))
	}
	return string(text)
}

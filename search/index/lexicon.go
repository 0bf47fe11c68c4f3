package index

import (
	"context"
	"database/sql"
	"fmt"

	"patchwatch/search"
)

// A lexicon knows the words that there are.
type lexicon struct {
	ctx      context.Context
	tx       *sql.Tx
	stems    map[string][]string // that were asked for
	narrowed map[string]bool
	room     int // how many bytes of places words with "*" may still stand for
}

// TooMany is the error of a query with a word that stands for more than can be looked for.
type TooMany struct{ Word string }

func (e TooMany) Error() string {
	return fmt.Sprintf("%s* stands for too many words in too many mails; write more of its letters", e.Word)
}

// mostOfStem is how many words of one stem are looked for. English has a dozen.
const mostOfStem = 2000

// words are all words of the stem of a word.
func (l *lexicon) words(word string) ([]string, error) {
	stem, ok := search.StemOf(word)
	if !ok {
		return nil, nil
	}
	if words, known := l.stems[stem]; known {
		return words, nil
	}
	var words []string
	if its, ok := search.StemOf(stem); ok && its == stem {
		words = append(words, stem)
	}
	err := each(l.ctx, l.tx, `SELECT word FROM stem WHERE stem = ? LIMIT ?`, []any{stem, mostOfStem + 1},
		func(rows *sql.Rows) error {
			var word string
			err := rows.Scan(&word)
			words = append(words, word)
			return err
		})
	if err == nil && len(words) > mostOfStem {
		err = TooMany{word}
	}
	l.stems[stem] = words
	return words, err
}

// FTS5 puts the places of all words that begin so into memory, before it gives the first mail. So it is asked only if
// they are not too many; what they take is added up for a whole query.
var roomForBeginnings = 48 << 20 // bytes; changed by tests alone

const (
	bytesOfMail  = 6 // the number of a document
	bytesOfPlace = 2
)

// narrow is TooMany if too many words begin so.
func (l *lexicon) narrow(beginning string) error {
	if l.narrowed[beginning] {
		return nil
	}
	l.narrowed[beginning] = true
	return each(l.ctx, l.tx, `SELECT doc, cnt FROM vocabulary WHERE term >= ? AND term <= ?`,
		[]any{beginning, beginning + "\U0010ffff"}, func(rows *sql.Rows) error {
			var mails, places int
			if err := rows.Scan(&mails, &places); err != nil {
				return err
			}
			if l.room -= mails*bytesOfMail + places*bytesOfPlace; l.room < 0 {
				return TooMany{beginning}
			}
			return nil
		})
}

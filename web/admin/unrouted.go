package admin

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"patchwatch/db/engine"
	"patchwatch/ingest"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// The bounds of what is read to say of which lists mail comes that no project takes. Nothing else says that, since such
// mail is of no interest to anybody; but it may be much, and large.
const (
	mostUnrouted = 1000
	timeToRead   = 300 * time.Millisecond
	mostLists    = 100
)

// unroutedLists remembers what was found for as long as these mails are the newest.
type unroutedLists struct {
	mu   sync.Mutex
	of   []int64
	last foundLists
}

type foundLists struct {
	lists           []foundList // those with the most mail first
	looked, without int         // mails, and those of them that name no list
}

type foundList struct {
	id      string
	mails   int
	newest  time.Time // when it was delivered
	subject string
}

// now finds the lists of the newest mails that no project takes.
func (u *unroutedLists) now(ctx context.Context, s Store) (foundLists, error) {
	keys, err := s.Unrouted(ctx, mostUnrouted)
	if err != nil {
		return foundLists{}, err
	}
	ids := make([]int64, len(keys))
	for i := range keys {
		ids[i] = keys[i].ID
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.of != nil && slices.Equal(u.of, ids) {
		return u.last, nil
	}
	found, err := readLists(ctx, s, keys, time.Now().Add(timeToRead))
	if err == nil {
		u.of, u.last = ids, found
	}
	return found, err
}

var errEnough = errors.New("enough was read")

func readLists(ctx context.Context, s Store, keys []engine.MailKey, until time.Time) (found foundLists, err error) {
	lists, at := map[string]*foundList{}, 0
	ids := make([]int64, len(keys))
	for i := range keys {
		ids[i] = keys[i].ID
	}
	err = s.Raws(ctx, ids, func(_ int64, raw []byte) error {
		if found.looked > 0 && time.Now().After(until) {
			return errEnough
		}
		found.looked++
		id, subject := listOf(raw, keys[at].ImportedAs)
		if id == "" {
			found.without++
		} else if l := lists[id]; l != nil {
			l.mails++
		} else {
			lists[id] = &foundList{id: id, mails: 1, newest: keys[at].Delivered, subject: subject}
		}
		at++
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return found, err
	}
	for _, l := range lists {
		found.lists = append(found.lists, *l)
	}
	order.By(found.lists, func(a, b foundList) int {
		return cmp.Or(cmp.Compare(b.mails, a.mails), cmp.Compare(a.id, b.id))
	})
	found.lists = found.lists[:min(len(found.lists), mostLists)]
	return found, nil
}

// listOf is the list that a mail would be tracked by, and its subject. Only the header is read.
func listOf(raw []byte, importedAs string) (id, subject string) {
	for _, end := range []string{"\n\n", "\r\n\r\n"} {
		if at := bytes.Index(raw, []byte(end)); at >= 0 {
			raw = raw[:at+len(end)]
			break
		}
	}
	m, err := ingest.Parse(raw)
	if err != nil {
		return "", ""
	}
	m.ImportedAs = importedAs
	p, _ := track.OnSight(m)
	return p.ListID, m.Subject.Full
}

package intake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"patchwatch/cmd/patchwatch/internal/pubinbox"
	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/ingest"
	"patchwatch/track"
)

// Inbox is an archive in git repositories, as public-inbox keeps it. Begin must be called before it is read.
type Inbox struct {
	path string
	git  *pubinbox.Inbox
}

// openInbox opens the git repositories in a folder; nil: there are none.
func openInbox(ctx context.Context, path string) (Archive, error) {
	in, err := pubinbox.Open(ctx, path, ingest.MaxMail)
	if in == nil || err != nil {
		return nil, err
	}
	return &Inbox{path, in}, nil
}

// Begin has the archive read on from where an earlier import under the same list's id came to, or from its beginning
// again. It returns the repositories whose history is not the one that was read then.
func (a *Inbox) Begin(ctx context.Context, in *Intake, again bool) (rewritten []string, err error) {
	since := map[string]string{}
	if !again {
		all, err := in.Store.Repositories(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			if r.ListID == in.As {
				since[r.Path] = r.ReadTo
			}
		}
	}
	return a.git.Begin(since)
}

func (a *Inbox) Path() string   { return a.path }
func (a *Inbox) Close() error   { return a.git.Close() }
func (a *Inbox) Share() float64 { return a.git.Share() }

// LeftOut is how many mails were not read, since the archive has deleted them later. It counts once all has been read.
func (a *Inbox) LeftOut() int { return a.git.LeftOut() }

// Next reads the next mail. It was delivered when the topmost Received field says, otherwise when it was committed.
func (a *Inbox) Next() (string, Bytes, error) {
	m, err := a.git.Next()
	if err != nil {
		return "", Bytes{}, err
	}
	if m.Raw == nil && m.Size > 0 {
		return m.Name, Bytes{Fault: fmt.Errorf("it has %d bytes, more than the %d that a mail may have", m.Size,
			ingest.MaxMail)}, nil
	}
	b := Bytes{Raw: m.Raw, Delivered: ingest.Received(m.Raw)}
	if b.Delivered.IsZero() {
		b.Delivered = m.Committed
	}
	return m.Name, b, nil
}

// Kept returns the Message-IDs of mails that are stored and shown, and that the archive has deleted. Only deletions
// count that were found by what has been read, so it is to be called once all has been.
func (a *Inbox) Kept(ctx context.Context, store *db.Store) (msgids []string, err error) {
	err = a.git.Deleted(func(raw []byte) error {
		m, err := ingest.Parse(raw)
		if err != nil { // nor was it stored
			return nil
		}
		kept, err := isKept(ctx, store, engine.Bytes{MsgID: m.MsgID, SHA256: sha256.Sum256(raw)})
		if kept && !slices.Contains(msgids, m.MsgID) {
			msgids = append(msgids, m.MsgID)
		}
		return err
	})
	return msgids, err
}

// isKept tells whether a mail of these bytes is stored, and not hidden.
func isKept(ctx context.Context, store *db.Store, mail engine.Bytes) (bool, error) {
	known, err := store.Known(ctx, []engine.Bytes{mail})
	if err != nil || len(known) == 0 {
		return false, err
	}
	found, err := store.Find(ctx, "", mail.MsgID)
	return slices.ContainsFunc(found, func(v track.MailView) bool { return v.MsgID == mail.MsgID && !v.Hidden }), err
}

// noted tells the database now and then up to where repositories have been read.
type noted struct {
	in      *Intake
	last    time.Time
	waiting []pubinbox.Place
}

// noteEvery is how much work at most is done twice by an import that goes on after one that was broken off.
const noteEvery = 3 * time.Second

// note takes in places whose mail has been stored. It writes them if it is time to, or if these are the last.
func (n *noted) note(ctx context.Context, places []pubinbox.Place, last bool) error {
	n.waiting = append(n.waiting, places...)
	if !last && time.Since(n.last) < noteEvery {
		return nil
	}
	var all []engine.Repository
	for _, p := range n.waiting {
		all = append(all, engine.Repository{Path: p.Repository, ListID: n.in.As, ReadTo: p.Commit})
	}
	n.waiting, n.last = nil, time.Now()
	return n.in.Store.ReadTo(ctx, all)
}

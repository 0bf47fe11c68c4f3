package pubinbox

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// Inbox is the mail of one or more repositories.
type Inbox struct {
	ctx   context.Context
	most  int64 // bytes of a mail
	repos []*repository

	deleted map[object]deletion
	changes int64 // in all that is to be read
	left    int   // mails that were deleted later, and are left out

	at      int   // which repository is being read
	passed  int64 // changes of those before it
	reading *reading
	places  []Place // reached since they were last asked for
}

// object is the name of a git object, in bytes.
type object [32]byte

// deletion is that a mail was deleted.
type deletion struct {
	change int64 // the how manieth, of all that are to be read
	repo   int
}

// mostDeleted bounds memory. The largest archives there are have some thousands.
const mostDeleted = 1 << 20

// Place is up to where a repository has been read.
type Place struct{ Repository, Commit string }

// Mail is a file of an inbox.
type Mail struct {
	Name      string // for people
	Raw       []byte // nil: it is too large
	Size      int64
	Committed time.Time
}

// Open opens the repositories in a folder; nil: there are none. The context ends what is done with the inbox later,
// too. Mails of more than so many bytes are not read.
func Open(ctx context.Context, dir string, most int64) (*Inbox, error) {
	paths := find(dir)
	if paths == nil {
		if isLinked(dir) {
			return nil, fmt.Errorf("%s is a work tree, whose git repository is elsewhere: name that one", dir)
		}
		return nil, nil
	}
	in := &Inbox{ctx: ctx, most: most, deleted: map[object]deletion{}}
	for _, path := range paths {
		r, err := openRepository(ctx, path)
		if err != nil {
			return nil, err
		}
		in.repos = append(in.repos, r)
	}
	return in, nil
}

// Begin finds what is to be read: what has come since a commit of each repository, by its path, and all of those that
// are not named. It returns the repositories whose history is no longer the one that was read: there, what has come in
// its place is read.
func (in *Inbox) Begin(since map[string]string) (rewritten []string, err error) {
	for i, r := range in.repos {
		changed, gone, err := r.goOn(in.ctx, since[r.path])
		if err == nil && changed && !gone && in.noteDropped(i) != nil { // parts of it are gone
			r.since, err = "", in.ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.path, err)
		}
		if changed {
			rewritten = append(rewritten, r.path)
		}
	}
	for i, r := range in.repos {
		if err := r.each(in.ctx, r.since, r.tip, func(c change) error { return in.noteDeleted(i, c) }); err != nil {
			return nil, fmt.Errorf("%s: %w", r.path, err)
		}
	}
	return rewritten, nil
}

// noteDropped notes the mails of commits that are no longer part of the history as deleted, before any that are to be
// read: most of them come again.
func (in *Inbox) noteDropped(repo int) error {
	r := in.repos[repo]
	return r.each(in.ctx, r.tip, r.since, func(c change) error {
		if c.came != "" && len(in.deleted) < mostDeleted { // those beyond are just not told of
			in.deleted[objectOf(c.came)] = deletion{repo: repo}
		}
		return nil
	})
}

func (in *Inbox) noteDeleted(repo int, c change) error {
	in.changes++
	if c.deleted == "" || c.deleted == c.came {
		return nil
	}
	if in.deleted[objectOf(c.deleted)] = (deletion{change: in.changes, repo: repo}); len(in.deleted) > mostDeleted {
		return fmt.Errorf("more than %d mails have been deleted there, which is more than import can bear in mind",
			mostDeleted)
	}
	return nil
}

// leftOut tells of a mail that comes with a change whether it is deleted later. One that was deleted before is no
// longer.
func (in *Inbox) leftOut(name string, change int64) bool {
	key := objectOf(name)
	d, deleted := in.deleted[key]
	if deleted && d.change < change {
		delete(in.deleted, key)
	}
	return deleted && d.change > change
}

func objectOf(name string) (o object) {
	hex.Decode(o[:], []byte(name))
	return o
}

// Next reads the next mail, that of the oldest repository and commit first. After the last comes io.EOF.
func (in *Inbox) Next() (Mail, error) {
	for in.at < len(in.repos) {
		r := in.repos[in.at]
		if in.reading == nil {
			var err error
			if in.reading, err = in.start(r); err != nil {
				return Mail{}, fmt.Errorf("%s: %w", r.path, err)
			}
		}
		m, err := in.reading.next()
		if err == nil {
			in.reach(in.reading.whole)
			return m, nil
		}
		if err != io.EOF {
			return Mail{}, in.explain(r, err)
		}
		in.passed, in.left = in.reading.change, in.left+in.reading.left+in.reading.purged
		in.reading.close()
		in.reading = nil
		in.reach(r.tip)
		in.at++
	}
	return Mail{}, io.EOF
}

func (in *Inbox) explain(r *repository, err error) error {
	if in.ctx.Err() != nil {
		return context.Cause(in.ctx)
	}
	if lacks := new(lackingError); errors.As(err, lacks) {
		return err
	}
	return fmt.Errorf("%s: %w", r.path, err)
}

// reach notes up to where the repository that is being read has been.
func (in *Inbox) reach(commit string) {
	path := in.repos[in.at].path
	switch last := len(in.places) - 1; {
	case commit == "" || commit == in.repos[in.at].since:
	case last >= 0 && in.places[last].Repository == path:
		in.places[last].Commit = commit
	default:
		in.places = append(in.places, Place{path, commit})
	}
}

// Places are the places up to which Next has read since Places was called before.
func (in *Inbox) Places() []Place {
	out := in.places
	in.places = nil
	return out
}

// Share is how much of what is to be read has been, 0 to 1.
func (in *Inbox) Share() float64 {
	done := in.passed
	if in.reading != nil {
		done = in.reading.read
	}
	if in.changes == 0 {
		return 1
	}
	return float64(done) / float64(in.changes)
}

// LeftOut is how many mails were not read, since they are deleted later or were purged. It counts once all has been
// read.
func (in *Inbox) LeftOut() int { return in.left }

// Close ends reading.
func (in *Inbox) Close() error {
	if in.reading != nil {
		in.reading.close()
		in.reading = nil
	}
	return nil
}

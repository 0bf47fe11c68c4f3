package pubinbox

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"

	"patchwatch/internal/order"
)

// Deleted calls f with each mail whose deletion was found by what has been read. Who calls may have read that mail
// before. It is to be called once Next has returned io.EOF. An error of f ends it and is returned.
func (in *Inbox) Deleted(f func(raw []byte) error) error {
	for i, r := range in.repos {
		names := in.deletedFrom(i, len(r.tip))
		if len(names) == 0 {
			continue
		}
		if err := r.eachBlob(in, names, f); err != nil {
			return fmt.Errorf("%s: %w", r.path, err)
		}
	}
	return nil
}

// deletedFrom are the mails that were deleted in a repository, in order.
func (in *Inbox) deletedFrom(repo, digits int) (names []string) {
	type entry struct {
		name   string
		change int64
	}
	var found []entry
	for o, d := range in.deleted {
		if d.repo == repo {
			found = append(found, entry{hex.EncodeToString(o[:])[:digits], d.change})
		}
	}
	order.By(found, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.change, b.change), cmp.Compare(a.name, b.name))
	})
	for _, e := range found {
		names = append(names, e.name)
	}
	return names
}

// eachBlob reads some objects, one at a time. Those that are gone for good are left out, and so are too large ones.
func (r *repository) eachBlob(in *Inbox, names []string, f func(raw []byte) error) error {
	b, err := r.blobs(in.ctx)
	if err != nil {
		return err
	}
	defer b.close()
	for _, name := range names {
		if err := b.ask(name); err != nil {
			return err
		}
		raw, _, err := b.read(name, in.most)
		if errors.As(err, new(lackingError)) {
			continue
		}
		if err == nil && raw != nil {
			err = f(raw)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

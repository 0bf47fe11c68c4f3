package lookup

import (
	"context"
	"errors"
	"time"
)

// CheckWith has a Keeper check its index by a function.
func CheckWith(k *Keeper, check func(ctx context.Context) error) { k.checkIndex = check }

// ComesInMasses has a Keeper look at the newest mail at some time, and says what it makes of it.
func ComesInMasses(k *Keeper, last int64, at time.Time) bool { return k.comesInMasses(last, at) }

// Turn has a Keeper look once, long after it has looked before.
func Turn(ctx context.Context, k *Keeper) error {
	k.looked = time.Time{}
	w, err := k.Index.Writer(source{store: k.Store})
	if err != nil {
		return err
	}
	return errors.Join(k.turn(ctx, w), w.Close())
}

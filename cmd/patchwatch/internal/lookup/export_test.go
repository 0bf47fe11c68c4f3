package lookup

import (
	"context"
	"errors"
)

// CheckWith has a Keeper check its index by a function.
func CheckWith(k *Keeper, check func(ctx context.Context) error) { k.checkIndex = check }

// Turn has a Keeper look once.
func Turn(ctx context.Context, k *Keeper) error {
	w, err := k.Index.Writer(source{Store: k.Store})
	if err != nil {
		return err
	}
	return errors.Join(k.turn(ctx, w), w.Close())
}

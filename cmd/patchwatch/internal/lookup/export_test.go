package lookup

import "context"

// CheckWith has a Keeper check its index by a function.
func CheckWith(k *Keeper, check func(ctx context.Context) error) { k.checkIndex = check }

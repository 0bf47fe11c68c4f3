package dbtest

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

func (h hookedView) Hooks() ([]track.Hook, error) {
	return ask(h.hooked, "Hooks", func() ([]track.Hook, error) { return h.view.Hooks() })
}

func (h hookedView) Lease(name string) (engine.Lease, error) {
	return ask(h.hooked, "Lease", func() (engine.Lease, error) { return h.view.Lease(name) })
}

func (h hookedTx) PutHook(hook *track.Hook) error {
	return h.do("PutHook", func() error { return h.tx.PutHook(hook) })
}

func (h hookedTx) DropHooks(ids []int64) error {
	return h.do("DropHooks", func() error { return h.tx.DropHooks(ids) })
}

func (h hookedTx) PutLease(l engine.Lease) error {
	return h.do("PutLease", func() error { return h.tx.PutLease(l) })
}

package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/watcher"
)

// slowAfter is how long the database may take to store the mails in hand until that is said.
const slowAfter = time.Minute

// tellSlow has it be said why no mail is taken while the database takes long to store those in hand, as where its
// COMMIT waits for a replica that is gone. The watcher waits meanwhile, and says nothing itself.
func (w *watching) tellSlow(config *watcher.Config[*intake.Mail]) {
	handle, dirs := config.Handle, config.Dirs
	reason := fmt.Sprintf("the database has not stored the mails in hand for %v; it may wait for a replica, "+
		"a lock or its disk", w.slowAfter)
	config.Handle = func(ctx context.Context, batch []*intake.Mail) ([]watcher.Verdict, error) {
		var mu sync.Mutex
		stored, said := false, false // guarded by mu
		timer := time.AfterFunc(w.slowAfter, func() {
			mu.Lock()
			defer mu.Unlock()
			if said = !stored; said {
				w.log.Error("no mail is taken", "err", reason)
				w.saySlow(dirs, reason)
			}
		})
		defer func() {
			timer.Stop()
			mu.Lock()
			defer mu.Unlock()
			if stored = true; said {
				w.saySlow(dirs, "")
			}
		}()
		return handle(ctx, batch)
	}
}

func (w *watching) saySlow(dirs []string, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, dir := range dirs {
		ops.WritePaused(dir, reason)
	}
	w.manager.Show(ops.ServiceStatus(reason, w.settled))
}

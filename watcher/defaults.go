package watcher

import (
	"log/slog"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

func (c *Config[T]) setDefaults() {
	setDefault(&c.BatchMails, 512)
	setDefault(&c.BatchBytes, 32<<20)
	setDefault(&c.MaxMail, 50<<20)
	setDefault(&c.Readers, runtime.NumCPU())
	setDefault(&c.Rescan, 30*time.Second)
	setDefault(&c.BlindScan, 5*time.Second)
	setDefault(&c.SettleTime, time.Second)
	setDefault(&c.EmptyTime, 2*time.Second)
	setDefault(&c.Grace, 5*time.Second)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Settled == nil {
		c.Settled = func(Settlement[T]) {}
	}
	if c.Changed == nil {
		c.Changed = func(State) {}
	}
	if c.Step == nil {
		c.Step = func(string) {}
	}
	c.BatchMails = min(c.BatchMails, mailsForFiles())
}

func setDefault[T int | int64 | time.Duration](value *T, standard T) {
	if *value <= 0 {
		*value = standard
	}
}

func (c *Config[T]) roundMails() int { return roundBatches * c.BatchMails }

// mailsForFiles is the largest batch for which the file descriptors suffice. Each mail holds one, three batches are
// under way, and half of all are left to the handler: a database that cannot open its journal fails every batch.
func mailsForFiles() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 64
	}
	return int(min(max(limit.Cur/6, 1), 1<<20))
}

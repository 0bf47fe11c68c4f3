package watcher

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkOnce is the floor: claim, read and move with a handler that does nothing.
func BenchmarkOnce(b *testing.B) {
	const mails = 20000
	data := make([]byte, 4000)
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		if _, err := EnsureMaildir(dir); err != nil {
			b.Fatal(err)
		}
		for i := range mails {
			name := fmt.Sprintf("%d.M%06dP1Q%d.host", 1700000000+i, i, i)
			if err := os.WriteFile(filepath.Join(dir, "new", name), data, 0o600); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		batches := 0
		sum, err := Once(context.Background(), config{Prepare: bare, Dirs: []string{dir}, Readers: 2, Handle: func(
			_ context.Context, batch []Claim) ([]Verdict, error) {
			batches++
			return make([]Verdict, len(batch)), nil
		}})
		if err != nil || sum.Stored != mails {
			b.Fatal(sum, err)
		}
		b.ReportMetric(float64(batches), "batches")
	}
	b.ReportMetric(float64(mails)*float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

package sqlite_test

import (
	"os"
	"testing"
)

// memoryDir is a folder in memory, where there is one: what is asked is what is stored, not whether it is on the disk,
// and most of the time would go by in waiting for that.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "patchwatch-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

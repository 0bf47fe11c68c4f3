package dbtest

import (
	"os"
	"testing"
)

// MemoryDir returns a folder in memory, where there is one, for tests that ask what is stored and not whether it is
// on the disk. Otherwise they would spend most of their time waiting for the disk.
func MemoryDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "patchwatch-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

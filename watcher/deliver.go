package watcher

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// maxHost bounds the host in a unique name, so that ":2," or ".reason" fits after it.
const maxHost = 128

// deliveries counts this process's deliveries: the Q of a unique name.
var deliveries atomic.Int64

// Deliver writes a mail into a Maildir, as the Maildir specification has it: into tmp, fsync, then into new, where it
// appears whole or not at all. When Deliver returns no error the mail is on disk, and name is the name of its file in
// new. After an error the caller should try again: nothing is left in tmp, and at worst (the disk failed at the very
// end) the mail comes twice.
func Deliver(dir string, r io.Reader) (name string, err error) {
	name, err = deliver(dir, r)
	if err != nil {
		return "", fmt.Errorf("deliver(%s): %w", dir, err)
	}
	return name, nil
}

func deliver(dir string, r io.Reader) (string, error) {
	tmp, err := writeTmp(dir, r)
	if err != nil {
		return "", err
	}
	name := filepath.Base(tmp)
	if err := moveFile(tmp, filepath.Join(dir, "new", name)); err != nil {
		os.Remove(tmp)
		return "", err
	}
	return name, nil
}

// writeTmp writes a mail into tmp and to the disk. The fsync comes before the mail is in new: after a power cut a name
// in new without its bytes would be a mail lost.
func writeTmp(dir string, r io.Reader) (path string, err error) {
	f, err := createTmp(dir)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		return "", err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return "", err
	}
	return f.Name(), f.Close()
}

// createTmp tries again when the name exists: another container may have the same host name and process id.
func createTmp(dir string) (*os.File, error) {
	var err error
	for range 100 {
		var f *os.File
		path := filepath.Join(dir, "tmp", uniqueName(time.Now()))
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil || !os.IsExist(err) {
			return f, err
		}
	}
	return nil, err
}

// uniqueName is "seconds.M<microseconds>P<process>Q<delivery>.host".
func uniqueName(now time.Time) string {
	return fmt.Sprintf("%d.M%06dP%dQ%d.%s",
		now.Unix(), now.Nanosecond()/1000, os.Getpid(), deliveries.Add(1), hostPart())
}

func hostPart() string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	return sanitizeHost(host)
}

// sanitizeHost replaces slash and colon as the Maildir specification demands, and likewise all that is no visible
// ASCII.
func sanitizeHost(host string) string {
	var b strings.Builder
	for i := 0; i < len(host) && b.Len() < maxHost; i++ {
		c := host[i]
		if c == '/' || c == ':' || c == '\\' || c <= ' ' || c > '~' {
			fmt.Fprintf(&b, `\%03o`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

package main

import (
	"os"
	"path/filepath"
	"strings"
)

// pausedFile is in a Maildir beside new and cur while a watcher takes no mail from there, and says why. The database knows
// it too, but most often it is the database that can't be written.
const pausedFile = "patchwatch.paused"

// writePaused says why no mail is taken; empty: it is. A disk that is full is no reason to fail for want of this file.
func writePaused(dir, reason string) {
	path := filepath.Join(dir, pausedFile)
	if reason == "" {
		_ = os.Remove(path)
		return
	}
	if readPaused(dir) == reason {
		return
	}
	tmp := path + ".new"
	if os.WriteFile(tmp, []byte(reason+"\n"), 0o644) == nil {
		_ = os.Rename(tmp, path)
	}
}

// readPaused is the reason that a watcher left; empty if there is none.
func readPaused(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, pausedFile))
	if err != nil {
		return ""
	}
	return firstLine(strings.TrimSpace(string(text)))
}

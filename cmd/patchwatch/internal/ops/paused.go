package ops

import (
	"os"
	"path/filepath"
	"strings"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/watcher"
)

// PausedFile is in a Maildir beside new and cur while a watcher takes no mail from there, and says why. The database
// knows it too, but most often it is the database that can't be written.
const PausedFile = "patchwatch.paused"

// maxPaused is how much of the file is read. Its first line is shown.
const maxPaused = 4 << 10

// StuckFile is the same for mails that stay in new while others are taken.
const StuckFile = "patchwatch.stuck"

// WritePaused writes down why no mail is taken; an empty reason removes the file. A full disk is no reason to fail
// for want of this file.
func WritePaused(dir, reason string) { writeReason(filepath.Join(dir, PausedFile), reason) }

// WriteStuck writes down why mails stay in new; an empty reason removes the file.
func WriteStuck(dir, reason string) { writeReason(filepath.Join(dir, StuckFile), reason) }

func writeReason(path, reason string) {
	if reason == "" {
		_ = os.Remove(path)
		return
	}
	if readReason(path) == reason {
		return
	}
	_ = watcher.WriteFile(path, reason+"\n")
}

// ReadPaused returns the reason that a watcher left, or nothing.
func ReadPaused(dir string) string { return readReason(filepath.Join(dir, PausedFile)) }

// ReadStuck is the same for mails that stay in new.
func ReadStuck(dir string) string { return readReason(filepath.Join(dir, StuckFile)) }

func readReason(path string) string {
	text, _, err := watcher.ReadFile(path, maxPaused)
	if err != nil {
		return ""
	}
	return term.FirstLine(strings.TrimSpace(string(text)))
}

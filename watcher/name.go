package watcher

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

const (
	maxName      = 255 // bytes in a file name: NAME_MAX of the file systems Linux has
	infoMark     = ":2,"
	maxInfo      = 64 // bytes; flags are single letters, so a longer "info" is a name that happens to hold the mark
	reasonSuffix = ".reason"
	maxChoices   = 10000 // of names for one mail, see moveToFreeName
)

var errNoFreeName = errors.New("every name that could be given to it is taken")

// curName is the choice-th name for a mail in cur; the first is choice 0. The Maildir specification puts ":2," and the
// flags after a name in cur; a mail that has them already (it was put back from cur) keeps them.
func curName(name string, choice int) string {
	if choice == 0 && strings.Contains(name, infoMark) {
		return name
	}
	base, info := splitInfo(name)
	if info == "" {
		info = infoMark
	}
	return shorten(numbered(base, choice), maxName-len(info)) + info
}

// failedName is the choice-th name for a mail in failed. A mail that is itself called X.reason gets another name, or
// it would be taken for the reason why X is there.
func failedName(name string, choice int) string {
	base, info := splitInfo(name)
	failed := numbered(base, choice) + info
	if strings.HasSuffix(failed, reasonSuffix) {
		failed += "~"
	}
	return shorten(failed, maxName)
}

// reasonName is the file beside a mail in failed that says why it is there.
func reasonName(failed string) string {
	return shorten(failed, maxName-len(reasonSuffix)) + reasonSuffix
}

// splitInfo cuts off the ":2,FLAGS" at the end of a name.
func splitInfo(name string) (base, info string) {
	i := strings.LastIndex(name, infoMark)
	if i < 0 || len(name)-i > maxInfo {
		return name, ""
	}
	return name[:i], name[i:]
}

func numbered(base string, choice int) string {
	if choice == 0 {
		return base
	}
	return base + "~" + strconv.Itoa(choice)
}

// shorten makes a name fit into limit bytes. The same name always gives the same result, so that after a crash the
// next watcher looks where this one put the mail; the digest keeps apart names that begin alike.
func shorten(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	digest := "~" + hex.EncodeToString(sum[:8])
	return name[:limit-len(digest)] + digest
}

// checkName refuses what is not a plain file name. Names also come from the command line, and must not lead out of
// the Maildir.
func checkName(name string) error {
	switch {
	case name == "" || len(name) > maxName || strings.ContainsAny(name, "/\x00"):
		return errors.New("not a file name")
	case name[0] == '.':
		return errors.New("begins with a dot")
	}
	return nil
}

package pubinbox

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"patchwatch/internal/order"
)

// find returns the repositories of mail in a folder, the oldest first: the epochs of an inbox, or of its folder git;
// otherwise the folder itself, or its .git. It returns none where no git repository is.
func find(dir string) []string {
	if filepath.Base(dir) == "all.git" { // it has no commits of its own, only the epochs' objects
		if all := epochs(filepath.Join(filepath.Dir(dir), "git")); all != nil {
			return all
		}
	}
	for _, folder := range []string{filepath.Join(dir, "git"), dir} {
		if all := epochs(folder); all != nil {
			return all
		}
	}
	for _, candidate := range []string{dir, filepath.Join(dir, ".git")} {
		if isRepository(candidate) {
			return []string{candidate}
		}
	}
	return nil
}

// epochs are the repositories 0.git, 1.git and so on in a folder. There may be gaps: not everybody mirrors all of them.
func epochs(folder string) []string {
	type epoch struct {
		number int
		path   string
	}
	var found []epoch
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), ".git")
		number, err := strconv.ParseUint(digits, 10, 31)
		if path := filepath.Join(folder, e.Name()); ok && err == nil && isRepository(path) {
			found = append(found, epoch{int(number), path})
		}
	}
	order.By(found, func(a, b epoch) int {
		return cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.path, b.path))
	})
	var out []string
	for _, e := range found {
		out = append(out, e.path)
	}
	return out
}

func isRepository(path string) bool {
	return isFolder(filepath.Join(path, "objects")) && isFolder(filepath.Join(path, "refs"))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// isLinked tells of a folder whose repository is elsewhere: a linked work tree, or a submodule.
func isLinked(dir string) bool {
	info, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil && info.Mode().IsRegular()
}

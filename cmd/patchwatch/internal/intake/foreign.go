package intake

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// foreignFolder says what a folder is that import does not read as a whole, and what to do with it. It is empty for
// any other folder.
func foreignFolder(dir string) string {
	folders := subMaildirs(dir)
	if len(folders) == 0 {
		return ""
	}
	return fmt.Sprintf("%s is a Maildir++, of which import takes the folders that are named: patchwatch import %s. "+
		"Its own mail is in %s and %s",
		dir, strings.Join(folders, " "), filepath.Join(dir, "cur"), filepath.Join(dir, "new"))
}

// subMaildirs returns the folders of a Maildir++, such as ".Lists.frob", which are Maildirs themselves; quoted for a
// shell.
func subMaildirs(dir string) []string {
	if !isFolder(filepath.Join(dir, "cur")) {
		return nil
	}
	var out []string
	for _, f := range entriesLike(dir, ".*") {
		if isFolder(filepath.Join(f, "cur")) && isFolder(filepath.Join(f, "new")) {
			out = append(out, shellQuoted(f))
		}
	}
	return out
}

// compressions are the formats that import does not read, by the first bytes of a file.
var compressions = []struct{ magic, what, command string }{
	{"\xfd7zXZ\x00", "compressed with xz", "xz -dc"},
	{"\x28\xb5\x2f\xfd", "compressed with zstd", "zstd -dc"},
	{"BZh", "compressed with bzip2", "bzip2 -dc"},
}

// foreignFile is the error for a file that is no mbox. It says what the file is, and what to do with it.
func foreignFile(name string, in *bufio.Reader) error {
	start, _ := in.Peek(512)
	for _, c := range compressions {
		if strings.HasPrefix(string(start), c.magic) {
			return fmt.Errorf("%s is %s, which import does not read: %s %s | patchwatch import -", name, c.what, c.command,
				shellQuoted(name))
		}
	}
	switch {
	case len(start) > 262 && string(start[257:262]) == "ustar":
		return fmt.Errorf("%s is a tar archive: unpack it, and import the folder", name)
	case strings.HasPrefix(string(start), "PK\x03\x04"):
		return fmt.Errorf("%s is a zip archive: unpack it, and import the folder", name)
	}
	return fmt.Errorf("%s is not an mbox: it does not begin with a line \"From ...\"", name)
}

// entriesLike returns the paths of the entries of a folder whose names match a pattern. In the folder's own path a
// "[" is just a "[".
func entriesLike(dir, pattern string) []string {
	var out []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if ok, _ := filepath.Match(pattern, e.Name()); ok {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out
}

// shellQuoted quotes a path so that a shell takes it as one word.
func shellQuoted(path string) string {
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

package layout

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// StaticPath is the path below which the static files are.
const StaticPath = "/static/"

//go:embed static
var static embed.FS

// File is a static file. Its name has a hash of what is in it, so what is under a name never changes.
type File struct {
	Type string
	Hash string
	Body []byte
}

// types are those of the files that there are, by the ends of their names. The system's tables do not count.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// shelf has the static files by their names with a hash, and these names by the names of the files.
type shelf struct {
	files  map[string]File
	hashed map[string]string
}

var files = sync.OnceValue(func() shelf {
	s := shelf{map[string]File{}, map[string]string{}}
	all, err := static.ReadDir("static")
	if err != nil {
		panic(err) // it is part of the program, as is what follows
	}
	for _, e := range all {
		body, err := contents(e)
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(body)
		end := path.Ext(e.Name())
		f := File{Type: types[end], Hash: hex.EncodeToString(sum[:6]), Body: body}
		name := strings.TrimSuffix(e.Name(), end) + "." + f.Hash + end
		s.files[name], s.hashed[e.Name()] = f, name
	}
	return s
})

// contents are those of a file. A folder is one file too: base comes first, and the rest in the order of names. So what
// belongs to a page is in a file of its own, and a browser still asks once.
func contents(e fs.DirEntry) (body []byte, err error) {
	at := "static/" + e.Name()
	if !e.IsDir() {
		return static.ReadFile(at)
	}
	parts, err := static.ReadDir(at)
	if err != nil {
		return nil, err
	}
	isBase := func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), "base.") }
	slices.SortStableFunc(parts, func(a, b fs.DirEntry) int {
		switch {
		case isBase(a):
			return -1
		case isBase(b):
			return 1
		}
		return 0
	})
	for _, p := range parts {
		text, err := static.ReadFile(at + "/" + p.Name())
		if err != nil {
			return nil, err
		}
		body = append(append(body, text...), '\n')
	}
	return body, nil
}

// Static finds a static file by its name with a hash, such as style.0123456789ab.css.
func Static(name string) (File, bool) {
	f, ok := files().files[name]
	return f, ok
}

// staticPath is the path of a static file, by its name without a hash, for templates.
func staticPath(name string) (string, error) {
	hashed, ok := files().hashed[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %s", name)
	}
	return StaticPath + hashed, nil
}

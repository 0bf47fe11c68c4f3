package serve

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// compress compresses text and JSON of at least 1 KiB for clients that take gzip. It leaves alone what has a
// Content-Encoding, and files that are compressed already, such as application/gzip. An ETag stays the same, which weak
// ones may.
func compress(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.EnableZstd(false), gzhttp.MinSize(1<<10), gzhttp.ContentTypeFilter(compressible))
	if err != nil {
		panic(err) // the options above are right
	}
	return wrap(next)
}

func compressible(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch kind = strings.TrimSpace(kind); kind {
	case "application/json", "application/atom+xml", "application/javascript", "application/mbox", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}

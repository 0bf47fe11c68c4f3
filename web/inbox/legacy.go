package inbox

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// oldPlaces are where public-inbox had mails and threads before 2014, below a list: a letter, the Message-ID, an
// ending. Some links in mails still lead there.
var oldPlaces = regexp.MustCompile(`^([mftTR])/(.+?)(/|\.html|\.txt|\.mbox\.gz)?$`)

// oldPlace finds where an old path is now, escaped as it was, and below the list.
func oldPlace(escaped string) (now string, ok bool) {
	found := oldPlaces.FindStringSubmatch(escaped)
	if found == nil || strings.Contains(found[2], "/") {
		return "", false
	}
	id := found[2] + "/"
	switch kind, ending := found[1], found[3]; {
	case ending == ".txt":
		return id + "raw", true
	case ending == ".mbox.gz":
		return id + "t.mbox.gz", kind == "t" || kind == "T"
	case kind == "t":
		return id + "t/", true
	case kind == "T":
		return id + "T/", true
	case kind == "R":
		return id + "#R", true
	}
	return id, true
}

// legacy leads from a path below the list that older programs ask for to what it is now.
func legacy(to string) func(*call) (*site.Answer, error) {
	return func(c *call) (*site.Answer, error) {
		return nil, c.to(c.prefix+to, http.StatusMovedPermanently)
	}
}

var objectID = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// object leads from the name of a blob, as "index" lines of patches have it, to the patches that touch it.
func (c *call) object() (*site.Answer, error) {
	if !objectID.MatchString(c.msgid) {
		return nil, visit.ErrNotFound
	}
	return nil, &visit.Redirect{To: c.prefix + "?q=" + url.QueryEscape("dfblob:"+c.msgid)}
}

package ingest

import (
	"strings"

	"patchwatch/track"
)

// author is who made a patch that somebody else sent. Git then puts "From: A <a@x.org>" before the message, perhaps
// with a "Date:" or "Subject:", and git am reads them there (git-mailinfo, in-body headers). It is nil if there is no
// such line or if it names the sender.
func author(content string, from track.Person) *track.Person {
	for content != "" {
		var line string
		line, content, _ = strings.Cut(content, "\n")
		key, value, ok := strings.Cut(line, ":")
		if !ok || !isInBody(key) {
			return nil
		}
		if !strings.EqualFold(key, "From") {
			continue
		}
		p := parsePerson(decodeHeader([]byte(value)))
		if !strings.Contains(p.Email, "@") || p.Email == from.Email {
			return nil
		}
		return &p
	}
	return nil
}

func isInBody(key string) bool {
	return strings.EqualFold(key, "From") || strings.EqualFold(key, "Date") || strings.EqualFold(key, "Subject")
}

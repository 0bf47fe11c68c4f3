package api

// version of the API: 10 for 1.0, 14 for 1.4.
type version int

const (
	v10    version = 10
	v11    version = 11 // web_url, comments, subject_match; a cover's mbox
	v12    version = 12 // list archives, related, actor, settings, bundles are written
	v13    version = 13 // comments have URLs, are addressed, and make events
	v14    version = 14 // dependencies
	latest         = v14
)

// parseVersion reads the segment of a URL.
func parseVersion(segment string) (version, bool) {
	if len(segment) == 3 && segment[:2] == "1." && segment[2] >= '0' && segment[2] <= '4' {
		return v10 + version(segment[2]-'0'), true
	}
	return 0, false
}

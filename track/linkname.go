package track

import (
	"fmt"
	"strings"
)

// CheckLinkName refuses a link name that is reserved, in whatever letter case: it stands at the beginning of addresses
// that are not a project's, or is asked for by other programs.
func CheckLinkName(name string) error {
	switch strings.ToLower(name) {
	case "admin", "all", "api", "archive", "bundle", "comment", "cover", "events", "help", "inbox", "login",
		"logout", "mail", "patch", "project", "r", "register", "robots.txt", "search", "series", "static", "submitter",
		"user", "about":
		return fmt.Errorf("the link name %q is reserved for pages that are not a project's; choose another one", name)
	}
	return nil
}

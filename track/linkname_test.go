package track

import (
	"strings"
	"testing"
)

func TestReservedLinkNames(t *testing.T) {
	const reserved = "admin all api archive bundle comment cover events help inbox login logout mail patch " +
		"project r register robots.txt search series static submitter user about"
	for _, name := range strings.Fields(reserved) {
		for _, written := range []string{name, strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:]} {
			if err := CheckLinkName(written); err == nil || !strings.Contains(err.Error(), `"`+written+`"`) {
				t.Errorf("%s: %v", written, err)
			}
		}
	}
	for _, name := range []string{"netdev", "projects", "rr", "robots", "all-lists", "patchwork", "api2"} {
		if err := CheckLinkName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

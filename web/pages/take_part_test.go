package pages

import (
	"testing"

	"patchwatch/track"
)

// TestOfList sees that only what is at the list's own host is taken from mail, which anybody may have written.
func TestOfList(t *testing.T) {
	t.Parallel()
	of := &track.Project{ListID: "b.a.t.m.a.n.lists.open-mesh.org", ListEmail: "batman@mail.example.org"}
	for field, want := range map[string]string{
		"<mailto:x-join@lists.open-mesh.org>":                       "x-join@lists.open-mesh.org",
		"<mailto:x-request@lists.open-mesh.org?subject=subscribe>":  "x-request@lists.open-mesh.org",
		"<https://lists.open-mesh.org/join>":                        "https://lists.open-mesh.org/join",
		"<mailto:x@MAIL.example.org>":                               "x@MAIL.example.org",
		"<https://evil.example/>, <mailto:x@lists.open-mesh.org>":   "x@lists.open-mesh.org",
		"<mailto:x@evil.example>":                                   "",
		"<mailto:x@mesh.org>":                                       "",
		"<https://lists.open-mesh.org@evil.example/>":               "",
		"<https://lists.open-mesh.org:pw@lists.open-mesh.org/>":     "",
		"<javascript:alert(1)//lists.open-mesh.org>":                "",
		"mailto:x@lists.open-mesh.org":                              "",
		"<mailto:x\u202e@lists.open-mesh.org>":                      "",
		"NO (posting not allowed)":                                  "",
		"<mailto:@lists.open-mesh.org@evil.example>":                "",
		"<mailto:x@lists.open-mesh.org,y@lists.open-mesh.org>":      "",
		"<mailto:x@lists.open-mesh.org?body=a%0Ab>, <https://a.b/>": "x@lists.open-mesh.org",
	} {
		if got := ofList(of, field); got.Text != want {
			t.Errorf("%s: %q, want %q", field, got.Text, want)
		}
	}
}

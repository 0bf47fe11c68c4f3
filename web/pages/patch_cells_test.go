package pages_test

import (
	"testing"

	"patchwatch/track"
)

// TestCellsOfAPatch: a row of the list says what is known of its patch, and what comes from mail is escaped.
func TestCellsOfAPatch(t *testing.T) {
	t.Parallel()
	s := frobbed(t)
	for context, state := range map[string]track.CheckState{"a": track.CheckSuccess, "b": track.CheckFail} {
		k := track.Check{User: s.Users["maint"].ID, Context: context, State: state}
		if _, err := s.AddCheck(t.Context(), "admin", k, s.patch("frob")); err != nil {
			t.Fatal(err)
		}
	}
	s.has("/project/demo/list/",
		`<td class="name"><a href="/project/demo/patch/frob/"><bdi>frob: &lt;b&gt;count&lt;/b&gt;</bdi></a></td>
<td><abbr title="1 Reviewed-by">R1</abbr> </td>
<td><span class="ok">ok 1</span> <span class="fail">fail 1</span> </td>
<td class="when">`,
		`title="10 Oct 2026 12:00 UTC">10 Oct 2026</time></td>
<td class="who"><a href="/project/demo/series/?state=%2A&amp;submitter=1"><bdi>Ann</bdi></a></td>`)
	s.has("/project/demo/list/?q=frob", `<td class="who empty"><bdi></bdi></td>
<td><span class="state ">new</span></td>`)
}

package ingest

import (
	"testing"

	"patchwatch/track"
)

// TestAutomaticReplyIsNoPatch is a difference from Patchwork: there the answer of an absent person that has the patch
// in it is one.
func TestAutomaticReplyIsNoPatch(t *testing.T) {
	const answers = "\nIn-Reply-To: <1@x.org>"
	for header, want := range map[string]track.Kind{
		"Subject: Automatic reply: [PATCH] x\nAuto-Submitted: auto-replied" + answers:              track.Talk,
		"Subject: [PATCH] x\nAuto-Submitted: auto-replied":                                         track.Talk,
		"Subject: [PATCH 0/2] x\nAuto-Submitted: Auto-Replied (vacation)":                          track.Talk,
		"Subject: Out of office: [PATCH] x\nAuto-Submitted: auto-replied; owner-email=\"a@x.org\"": track.Talk,
		"Subject: Abwesenheit: [PATCH] x\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n" +
			"References: <0@x.org> <1@x.org>": track.Talk,
		"Subject: [tip: core] x\nAuto-Submitted: auto-generated" + answers:                                      track.Patch,
		"Subject: [tip: core] x\nX-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated" + answers:       track.Talk,
		"Subject: x\nAuto-Submitted: auto-notified\nX-Auto-Response-Suppress: OOF" + answers:                    track.Talk,
		"Subject: [Bug 1] x\nAuto-Submitted: auto-generated" + answers:                                          track.Patch,
		"Subject: away\nX-Autoreply: yes":                                                                       track.Talk,
		"Subject: away\nPrecedence: auto_reply" + answers:                                                       track.Talk,
		"Subject: [PATCH] x\nAuto-Submitted: auto-generated":                                                    track.Patch,
		"Subject: [PATCH] x\nAuto-Submitted: auto-generated" + answers:                                          track.Patch,
		"Subject: [RFC v2] x\nAuto-Submitted: auto-generated" + answers:                                         track.Patch,
		"Subject: [net-next 2/3] x\nAuto-Submitted: auto-generated" + answers:                                   track.Patch,
		"Subject: [GIT PULL] x\nAuto-Submitted: auto-generated" + answers:                                       track.Patch,
		"Subject: x\nAuto-Submitted: auto-generated":                                                            track.Patch,
		"Subject: x\nAuto-Submitted: no" + answers:                                                              track.Patch,
		"Subject: x\nAuto-Submitted:\nPrecedence: list" + answers:                                               track.Patch,
		"Subject: [PATCH] x\nX-Auto-Response-Suppress: All\nAuto-Submitted: no (a person wrote this)" + answers: track.Patch,
	} {
		m := mustParse(t, "From: a@x.org\n"+header+"\n\ntext\n\n"+smallDiff)
		if m.Kind() != want || want == track.Talk && m.Diff != "" {
			t.Errorf("%q: kind %v, want %v", header, m.Kind(), want)
		}
	}
}

package ingest

import "testing"

func TestFindEarlier(t *testing.T) {
	const link = "https://lore.kernel.org/r/"
	for _, tt := range []struct{ text, want string }{
		{"Changes in v3:\n- all\n- Link to v2: " + link + "b@x\n\n- Link to v1: " + link + "a@x\n", "<b@x>"},
		{"v1: " + link + "a@x\nv2: " + link + "b@x", "<b@x>"},
		{"v1: <a@x>", "<a@x>"},
		{"- v1: <" + link + "a@x>", "<a@x>"},
		{"[RFC v1]: " + link + "a@x/", "<a@x>"},
		{"[v1] " + link + "a@x/T/#u", "<a@x>"},
		{"RFC: " + link + "a@x", "<a@x>"},
		{"RFCv2: https://patchwork.example.org/project/p/patch/a%40x/", "<a@x>"},
		{"v2 (" + link + "a@x):", "<a@x>"},
		{"V1 -> V2: " + link + "a@x.", "<a@x>"},
		{"Previous version (v2):\n  " + link + "a@x\n", "<a@x>"},
		{"Link to v1:\n\n" + link + "a@x\n", "<a@x>"},

		{"Link to v3: " + link + "a@x", ""},                  // its own
		{"Depends on v1: " + link + "a@x", ""},               // another series
		{"This is based on v2 of\n" + link + "a@x", ""},      // likewise
		{"Link: " + link + "a@x", ""},                        // no version
		{"v1: https://example.org/~ann/v1.patch", ""},        // no Message-ID
		{"v1: https://ann@example.org/v1", ""},               // a user, no Message-ID
		{"v1: reviewed by Bob <bob@x>", ""},                  // an address
		{"> Link to v1: " + link + "a@x", "<a@x>"},           // quoted by a robot
		{"- Link to v1:\n- fix it\n" + link + "a@x", ""},     // something else between them
		{"v99999999999999999999: " + link + "a@x", ""},       // no number
		{"Link to v2: " + link, ""},                          //
		{"v1: <@x> v1: <a@> v1: < a@x>", ""},                 //
		{"v2: " + link + "a%ZZ@x", ""},                       //
		{"Changes v1 to v2:\n- reword\n" + link + "a@x", ""}, //
	} {
		if got := findEarlier(tt.text, 3); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

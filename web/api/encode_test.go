package api

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestStrings(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a<b>&'": `"a<b>&'"`, "\"\\\n\r\t\b\f\x01\x1f\x7f": `"\"\\\n\r\t\b\f\u0001\u001f` + "\x7f" + `"`,
		"é\u2028\u2029\u202a": `"é\u2028\u2029` + "\u202a" + `"`,
		"\xff":                "\"\uFFFD\"", "": `""`,
	} {
		got := string(appendString(nil, in))
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back != strings.ToValidUTF8(in, "\uFFFD") {
			t.Errorf("%q: %q %v", in, back, err)
		}
	}
}

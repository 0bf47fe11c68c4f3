package inbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"patchwatch/track"
)

// thread makes mails of "ID: REF REF, ID: REF"; the nearest reference comes first.
func thread(text string) (all []track.ArchivedMail) {
	for i, m := range strings.Split(text, ", ") {
		id, refs, _ := strings.Cut(m, ":")
		all = append(all, track.ArchivedMail{MsgID: id, Refs: strings.Fields(refs), Mail: int64(i)})
	}
	return all
}

func TestInTree(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a":                           "a",
		"a, b: a, c: b a, d: a":       "a .b ..c .d",
		"b: a, c: a":                  "a? .b .c",
		"c: b a, a":                   "a .b? ..c",
		"c: b a":                      "b? .c",
		"a: b, b: a":                  "b .a",
		"a: a, b: a":                  "a .b",
		"a: c, b: a, c: b":            "c .a ..b",
		"a, b: x a, c: x, d: y x":     "a .x? ..b ..c ..y? ...d",
		"late, a: x late, b: late, c": "late .x? ..a .b c",
	} {
		var got []string
		for _, n := range inTree(thread(text)) {
			missing := ""
			if n.mail == nil {
				missing = "?"
			}
			got = append(got, strings.Repeat(".", n.depth)+n.msgID+missing)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestDeepTree: a chain of replies, in the order in which it is hardest to read, takes no longer than a flat thread.
func TestDeepTree(t *testing.T) {
	t.Parallel()
	const depth = mostInThread
	mails := make([]track.ArchivedMail, depth)
	for i := range mails {
		mails[i] = track.ArchivedMail{MsgID: fmt.Sprint(i), Refs: []string{fmt.Sprint((i + 1) % depth)}}
	}
	began := time.Now()
	if all := inTree(mails); len(all) != depth || all[depth-1].depth != depth-1 {
		t.Errorf("%d nodes", len(all))
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

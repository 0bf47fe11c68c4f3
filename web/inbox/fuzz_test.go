package inbox

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"patchwatch/ingest"
)

// FuzzPath: whatever a path is, the route that it has is one that takes it, and a Message-ID in it is not empty.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{"/all/a@x/raw", "/inbox/p/a%2Fb/T/", "/r/x", "/p/m/x.txt", "/p/x/2-y", "//", "/%zz",
		"/p/\x00/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, escaped string) {
		p, ok := split(escaped)
		if !ok {
			return
		}
		at, msgid := findRoute(&p)
		if at == nil {
			return
		}
		if at.get == nil && at.post == nil || strings.HasPrefix(at.pattern, "{msgid}") && p.prefix != "/r/" && msgid == "" {
			t.Errorf("%q has the route %q of %q", escaped, at.pattern, msgid)
		}
		for _, id := range called(msgid) {
			if len(id) > 998 {
				t.Errorf("an id has %d bytes", len(id))
			}
		}
	})
}

// FuzzMboxrd: an mbox of two mails is read as two, and no line of the second belongs to the first.
func FuzzMboxrd(f *testing.F) {
	for _, seed := range []string{"A: b\n\nFrom x\n", "From x\nA: b\n\n>From y\r\n", "A: b\n\n\n\nFrom ",
		"A: b\nStatus: x\n y\n\nz"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		raw = append([]byte("Subject: s\n"), raw...)
		out := appendMboxrd(appendMboxrd(nil, raw), []byte("Subject: last\n\nend\n"))
		m := ingest.NewMbox(bytes.NewReader(out))
		n := 0
		for {
			_, _, err := m.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			n++

		}
		if n != 2 {
			t.Errorf("%q is %d mails", out, n)
		}
	})
}

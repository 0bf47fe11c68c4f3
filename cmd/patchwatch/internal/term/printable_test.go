package term

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"testing/iotest"

	"patchwatch/cmd/patchwatch/internal/term/termtest"
)

func TestPrintable(t *testing.T) {
	for _, tt := range []struct{ text, line, body string }{
		{"plain, räksmörgås, 田中, 👍", "plain, räksmörgås, 田中, 👍", "plain, räksmörgås, 田中, 👍"},
		{"a\tb", "a\tb", "a\tb"},
		{"one\ntwo\r\nthree\rfour", "one two  three four", "one\ntwo\nthree four"},
		{"\x1b[31mred\x07\x00\x7f", `\x1b[31mred\x07\x00\x7f`, `\x1b[31mred\x07\x00\x7f`},
		{"C1 \u009b31m, bidi \u202e\u2066, hidden \u200b\ufeff",
			`C1 \u009b31m, bidi \u202e\u2066, hidden \u200b\ufeff`, `C1 \u009b31m, bidi \u202e\u2066, hidden \u200b\ufeff`},
		{"lines \u2028\u2029", `lines \u2028\u2029`, `lines \u2028\u2029`},
		{"tag \U000e0041", `tag \ue0041`, `tag \ue0041`},
		{"broken \xff\xc3", "broken \ufffd\ufffd", "broken \ufffd\ufffd"},
	} {
		if got := Printable(tt.text); got != tt.line {
			t.Errorf("Printable(%q) = %q, want %q", tt.text, got, tt.line)
		}
		if got := PrintableText(tt.text); got != tt.body {
			t.Errorf("PrintableText(%q) = %q, want %q", tt.text, got, tt.body)
		}
	}
}

// FuzzPrintable: whatever comes in, nothing harmful goes out; in JSON the value is the same for whoever parses it.
func FuzzPrintable(f *testing.F) {
	f.Add("\x1b[31mred \u202e\u009b \U000e0041 \xff\xc3")
	f.Fuzz(func(t *testing.T, text string) {
		if at := termtest.Harmful(Printable(text)); at != "" {
			t.Errorf("Printable(%q) has %s", text, at)
		}
		if at := termtest.Harmful(PrintableText(text)); at != "" {
			t.Errorf("PrintableText(%q) has %s", text, at)
		}
		plain, err := json.Marshal(text)
		if err != nil {
			t.Skip()
		}
		var out bytes.Buffer
		if _, err := io.Copy(&jsonEscaper{to: &out}, iotest.OneByteReader(bytes.NewReader(plain))); err != nil {
			t.Fatal(err)
		}
		var want, got string
		if json.Unmarshal(plain, &want); json.Unmarshal(out.Bytes(), &got) != nil || got != want {
			t.Errorf("%q became %q by way of %s", want, got, out.Bytes())
		}
		if at := termtest.Harmful(out.String()); at != "" {
			t.Errorf("JSON of %q has %s", text, at)
		}
	})
}

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"
)

func TestPrintable(t *testing.T) {
	for _, tt := range []struct{ text, line, body string }{
		{"plain, räksmörgås, 田中, 👍", "plain, räksmörgås, 田中, 👍", "plain, räksmörgås, 田中, 👍"},
		{"a\tb", "a\tb", "a\tb"},
		{"one\ntwo\r\nthree\rfour", "one two  three four", "one\ntwo\nthree four"},
		{"\x1b[31mred\x07\x00\x7f", `\x1b[31mred\x07\x00\x7f`, `\x1b[31mred\x07\x00\x7f`},
		{"C1 \u009b31m, bidi \u202e\u2066, hidden \u200b\ufeff", `C1 \u009b31m, bidi \u202e\u2066, hidden \u200b\ufeff`, `C1 \u009b31m, bidi \u202e\u2066, hidden \u200b\ufeff`},
		{"lines \u2028\u2029", `lines \u2028\u2029`, `lines \u2028\u2029`},
		{"tag \U000e0041", `tag \ue0041`, `tag \ue0041`},
		{"broken \xff\xc3", "broken \ufffd\ufffd", "broken \ufffd\ufffd"},
	} {
		if got := printable(tt.text); got != tt.line {
			t.Errorf("printable(%q) = %q, want %q", tt.text, got, tt.line)
		}
		if got := printableText(tt.text); got != tt.body {
			t.Errorf("printableText(%q) = %q, want %q", tt.text, got, tt.body)
		}
	}
}

// FuzzPrintable: whatever comes in, nothing harmful goes out; in JSON the value is the same for whoever parses it.
func FuzzPrintable(f *testing.F) {
	f.Add("\x1b[31mred \u202e\u009b \U000e0041 \xff\xc3")
	f.Fuzz(func(t *testing.T, text string) {
		if at := harmful(printable(text)); at != "" {
			t.Errorf("printable(%q) has %s", text, at)
		}
		if at := harmful(printableText(text)); at != "" {
			t.Errorf("printableText(%q) has %s", text, at)
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
		if at := harmful(out.String()); at != "" {
			t.Errorf("JSON of %q has %s", text, at)
		}
	})
}

func TestLogForATerminal(t *testing.T) {
	var out strings.Builder
	slog.New(newPlainHandler(&out)).With("who", "\x1b[1mmallory").Warn("failed\n", "reason", "\u202etxt", "empty", "")
	_, line, _ := strings.Cut(out.String(), " ") // the time
	if want := "WARN failed   who=\\x1b[1mmallory  reason=\\u202etxt\n"; line != want {
		t.Errorf("logged %q, want %q", line, want)
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		text  string
		cells int
		want  string
	}{
		{"short", 5, "short"},
		{"too long", 5, "too …"},
		{"田中芽衣", 8, "田中芽衣"},
		{"田中芽衣", 7, "田中芽…"},
		{"田中芽衣", 6, "田中…"},
		{"any", 0, "any"},
	} {
		if got := shorten(tt.text, tt.cells); got != tt.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", tt.text, tt.cells, got, tt.want)
		}
	}
}

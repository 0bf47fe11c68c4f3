package track

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"**", "a/b", true},
		{"a*", "a", true},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"*a*b*", "xbxaxbx", true},
		{"*a*b*", "xbxax", false},
		{"?", "ä", true},
		{"??", "ä", false},
		{"*?", "", false},
		{"*/?.c", "net/x/y.c", true},
		{"*/?.c", "net/x/yy.c", false},
		{"*[0-9]*", "net/v4/a", true},
		{"[a-]b", "-b", true},
		{"[-a]b", "-b", true},
		{"[z-a]", "m", false},
		{"[!z-a]", "m", true},
		{"[^a]", "^", true},
		{"[^a]", "b", false},
		{"[ä-ö]x", "öx", true},
		{"[]", "[]", true},
		{"[!]", "[!]", true},
		{"[!]]", "a", true},
		{"[!]]", "]", false},
		{`\*`, `\anything`, true},
		{"a.c", "abc", false},
	} {
		if got := compileGlob(c.pattern).matches(c.text); got != c.want {
			t.Errorf("%q matches %q: %v, want %v", c.pattern, c.text, got, c.want)
		}
	}
}

// TestGlobIsTheRegexp compares it with a plain translation into a regular expression.
func TestGlobIsTheRegexp(t *testing.T) {
	text := func(alphabet string) string {
		letters := []rune(alphabet)
		out := make([]rune, rand.IntN(12))
		for i := range out {
			out[i] = letters[rand.IntN(len(letters))]
		}
		return string(out)
	}
	matched := 0
	for range 5000 {
		pattern, name := text("ab*?[]!-ä/"), text("ab/ä]")
		re, err := regexp.Compile(globRegexp(pattern))
		if err != nil {
			continue // a range that runs backwards
		}
		want := re.MatchString(name)
		if got := compileGlob(pattern).matches(name); got != want {
			t.Fatalf("%q matches %q: %v, want %v", pattern, name, got, want)
		}
		if want && name != "" {
			matched++
		}
	}
	if matched < 50 {
		t.Errorf("only %d of the pairs matched", matched)
	}
}

func globRegexp(pattern string) string {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for pattern != "" {
		switch pattern[0] {
		case '*':
			b.WriteString(`.*`)
		case '?':
			b.WriteString(`.`)
		case '[':
			least := 2 + strings.Count(pattern[1:min(2, len(pattern))], "!") // where a bracket may close
			if end := strings.IndexByte(pattern[min(least, len(pattern)):], ']'); end >= 0 {
				from := 1 + strings.Count(pattern[1:2], "!")
				end += from + 1
				inside := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `^`, `\^`).Replace(pattern[from:end])
				b.WriteString("[" + strings.Repeat("^", from-1) + inside + "]")
				pattern = pattern[end+1:]
				continue
			}
			b.WriteString(`\[`)
		default:
			b.WriteString(regexp.QuoteMeta(pattern[:1]))
		}
		pattern = pattern[1:]
	}
	return b.String() + `\z`
}

// TestGlobsAreLinear: no text makes a pattern slow, as it would if each star were tried at each place.
func TestGlobsAreLinear(t *testing.T) {
	text := strings.Repeat("a/", 1<<19)
	start := time.Now()
	for _, pattern := range []string{
		strings.Repeat("*a", 300) + "*b", "*" + strings.Repeat("?*", 300) + "b", strings.Repeat("*[a/]", 300) + "*!",
	} {
		if compileGlob(pattern).matches(text) {
			t.Errorf("%.10q... matches", pattern)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

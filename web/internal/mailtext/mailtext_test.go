package mailtext

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

const review = `Hello,

On Monday Ada wrote:
> > older
> text
>>> three

Fine: see https://x.org/a_(b)?c=d&e=f), or <http://y.org/>.
---
 a | 2 +-
diff --git a/a b/a
index 1..2 100644
--- a/a
+++ b/a
@@ -1,3 +1,3 @@ f(
 one
-two
+2
` + "" + `
\ No newline at end of file
@@ -9 +9 @@
-x
+y
Words again
- no diff
-- ` + `
2.43.0
> not a quotation any more
`

// draw shows what Read makes, a letter for each line.
func draw(blocks []Block) string {
	var b strings.Builder
	for _, k := range blocks {
		fmt.Fprintf(&b, "[")
		for _, l := range k.Lines {
			b.WriteByte("WQS?FH+-C"[l.Kind])
			if l.Depth > 0 {
				fmt.Fprint(&b, l.Depth)
			}
		}
		if k.Folded > 0 {
			fmt.Fprintf(&b, " folds %d", k.Folded)
		}
		b.WriteString("]")
	}
	return b.String()
}

func TestRead(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("> q\n", 20)
	for _, c := range []struct{ name, text, want string }{
		{"empty", " \n\r\n", ""},
		{"review", review, "[WWW][Q2Q1Q3][WWWW][FFFFHC-+CCH-+][WW][SSS]"},
		{"CRLF", "a\r\n> b\r\n", "[W][Q1]"},
		{"a diff without git", "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n one\n+two\n\nend", "[FFHC+][WW]"},
		{"no diff", "--- cut here ---\nor here\n@@ -1 +1 @@\n", "[WWW]"},
		{"a line that is neither", "--- a\n+++ b\n@@ -1,5 +1,5 @@\n one\nbroken by a program\n+x", "[FFHC][WW]"},
		{"deletes a line of dashes", "--- a\n+++ b\n@@ -1,2 +1 @@\n one\n--- \n-- \n2.43", "[FFHC-][SS]"},
		{"two parents", "diff --cc a\nindex 1,2..3\n--- a/a\n+++ b/a\n@@@ -1,2 -1,1 +1,2 @@@\n  one\n- two\n++new\nend",
			"[FFFFHC-+][W]"},
		{"binary", "diff --git a/b b/b\nGIT binary patch\nliteral 3\nKcmZ\n\nliteral 0\nHcmV\n\nend", "[FFCCCFCC][W]"},
		{"renamed", "diff --git a/b b/c\nsimilarity index 100%\nrename from b\nrename to c\nend", "[FFFF][W]"},
		{"too many lines", "--- a\n+++ b\n@@ -1,99999999999999999999 +1 @@\n x", "[FF][WW]"},
		{"a long quotation", long + "answer", "[" + strings.Repeat("Q1", 20) + " folds 14][W]"},
		{"and nothing after it", "top\n" + long + "\n-- \nme", "[W][" + strings.Repeat("Q1", 20) + " folds 20][W][SS]"},
		{"spaces between marks", "> > > x\n> >y\n >z", "[Q3Q2Q1]"},
	} {
		if got := draw(Read(c.text)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"plain\ttext":                               "plain\ttext",
		"see https://x.org/a_(b)?c=d&e=f).":         "see [https://x.org/a_(b)?c=d&e=f]).",
		"<http://y.org/>, HTTP://Z.org/a.":          "<[http://y.org/]>, [HTTP://Z.org/a].",
		"git://git.x.org/r.git ftp://f/":            "[git://git.x.org/r.git] [ftp://f/]",
		"javascript://x data://y xhttp://z ://":     "javascript://x data://y xhttp://z ://",
		"https:// http://,":                         "https:// http://,",
		"http://x.org/\u202egro.live":               "[http://x.org/]{\\u202e}gro.live",
		"a\x1b[31m\x00\x7f\u0085":                   "a{\\x1b}[31m{\\x00}{\\x7f}{\\x85}",
		"zero\u200bwidth\u200dx \ufeff\u2066\u2069": "zero{\\u200b}width{\\u200d}x {\\ufeff}{\\u2066}{\\u2069}",
		"👩\u200d💻 می\u200cخواهم \u0600 ü":           "👩\u200d💻 می\u200cخواهم \u0600 ü",
		"tag \U000e0041":                            "tag {\\U000e0041}",
		"none \uffff\U0001fffe\ufdd0":               "none {\\uffff}{\\U0001fffe}{\\ufdd0}",
		"broken \xff\xc3 \ufffd":                    "broken {\\xff}{\\xc3} \ufffd",
	} {
		var got strings.Builder
		for s := range Spans(line) {
			switch {
			case s.URL != "":
				got.WriteString("[" + s.URL + "]")
			case s.Odd:
				got.WriteString("{" + s.Text + "}")
			default:
				got.WriteString(s.Text)
			}
		}
		if got.String() != want {
			t.Errorf("%q: %s, want %s", line, got.String(), want)
		}
	}
	for s := range Spans("a \x00 http://b") { // a caller may stop at any span
		_ = s
		break
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" plain ": "plain", "a\r\n b\tc": "a  b c", "\u202eevil\x07": `\u202eevil\x07`, "ü": "ü", "": "",
	} {
		if got := Visible(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	got := string(HTML(Read(review)))
	for _, want := range []string{
		"<pre class=\"text\">\nHello,\n\nOn Monday Ada wrote:\n</pre>\n<pre class=\"text quote\">\n<span class=\"quote2\">&gt; &gt; older\n</span>&gt; text\n",
		`Fine: see <a rel="nofollow noopener" href="https://x.org/a_(b)?c=d&amp;e=f">https://x.org/a_(b)?c=d&amp;e=f</a>), or &lt;`,
		"<span class=\"hunk\">@@ -1,3 +1,3 @@ f(\n</span> one\n<span class=\"del\">-two\n</span><span class=\"add\">+2\n</span>",
		"<pre class=\"text sig\">\n-- \n2.43.0\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	got = string(HTML(Read(strings.Repeat("> q\n", 20) + "a")))
	if !strings.HasPrefix(got, `<details class="text"><summary>14 quoted lines</summary><pre class="text quote">`) ||
		strings.Count(got, "&gt; q") != 20 {
		t.Error(got)
	}
}

// TestTimeIsLinear: a mail of a megabyte that looks like links, quotations and diffs takes no longer than others.
func TestTimeIsLinear(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"://", "http://", "http://x(", ">\n", "> ", "--- a\n+++ b\n", "diff --git a b\n",
		"--- a\n+++ b\n@@ -1,99 +1,99 @@\n", "\x1b", "https://" + strings.Repeat(".", 1000), "GIT binary patch\n", "\u200d"} {
		start := time.Now()
		out := Append(nil, Read(strings.Repeat(unit, (1<<20)/len(unit))))
		if took := time.Since(start); took > 5*time.Second || len(out) > 50<<20 {
			t.Errorf("%q took %v and %d bytes", unit, took, len(out))
		}
	}
}

// FuzzHTML holds what is written against a reader of HTML: nothing but the elements that Append names, and the text is
// the mail's.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{review, "<script>alert(1)</script>", "http://x\"onclick='y", "\u202e\x00\xff",
		"a\r\nb\rc"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		blocks := Read(text)
		z := html.NewTokenizer(strings.NewReader(string(HTML(blocks))))
		var shown strings.Builder
		for z.Next() != html.ErrorToken {
			checkToken(t, z.Token(), &shown)
		}
		var want strings.Builder
		for _, b := range blocks {
			for _, l := range b.Lines {
				for s := range Spans(l.Text) {
					want.WriteString(s.Text)
				}
			}
		}
		if got := withoutSpace(shown.String()); got != withoutSpace(want.String()) {
			t.Errorf("shows %q, and the mail has %q", got, want.String())
		}
	})
}

func checkToken(t *testing.T, token html.Token, shown *strings.Builder) {
	t.Helper()
	switch token.Type {
	case html.TextToken:
		if !strings.HasSuffix(token.Data, " quoted lines") {
			shown.WriteString(token.Data)
		}
		return
	case html.StartTagToken, html.EndTagToken:
	default:
		t.Fatalf("there is a %v", token)
	}
	if !strings.Contains(" pre span a details summary ", " "+token.Data+" ") {
		t.Fatalf("there is an element %q", token.Data)
	}
	for _, a := range token.Attr {
		switch a.Key {
		case "class", "rel":
		case "href":
			scheme, _, _ := strings.Cut(strings.ToLower(a.Val), "://")
			if !strings.Contains(" https http ftp git ", " "+scheme+" ") {
				t.Fatalf("a link leads to %q", a.Val)
			}
		default:
			t.Fatalf("there is an attribute %q", a.Key)
		}
	}
}

func withoutSpace(text string) string {
	return strings.NewReplacer("\n", "", "\t", "", " ", "", "\r", "").Replace(text)
}

func BenchmarkAppend(b *testing.B) {
	text := strings.Repeat(review, 20)
	b.SetBytes(int64(len(text)))
	var out []byte
	for b.Loop() {
		out = Append(out[:0], Read(text))
	}
}

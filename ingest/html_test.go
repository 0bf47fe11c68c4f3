package ingest

import "testing"

func TestHTMLText(t *testing.T) {
	for page, want := range map[string]string{
		"<P>one<BR/>two</P><div>three</div>":              "one\ntwo\n\nthree\n",
		"a &lt; b &amp;&nbsp;c &#8364; &unknown;":         "a < b & c \u20ac &unknown;\n",
		"a < b and b > c":                                 "a < b and b > c\n",
		`<a title="1 > 0" href='>'>link</a>`:              "link\n",
		"<script>if (a</b>c) '<p>'</script>text":          "text\n",
		"<script>a</SCRIPT >text<style>b</style>":         "text\n",
		"<head><title>t</head>a</title></head>text":       "text\n",
		"a<script>nothing closes it<p>text":               "anothing closes it\ntext\n",
		"<noscript>a<br>b</noscript><xmp>c<br>d</xmp>":    "a\nbc\nd\n",
		"<textarea>a &lt;<br>b</textarea>":                "a <\nb\n",
		"a<!-- <p>b --><!doctype c><?d?>e":                "ae\n",
		"a<!-- nothing closes it":                         "a\n",
		`a<b title="nothing closes it>&eacute;<p>b</p>`:   "a\u00e9\nb\n",
		`<script></b title="nothing closes it>b</script>`: "",
		"<table><tr><td>a</tr><tr><td>b</tr></table>":     "a\n\nb\n\n", "a<b": "a\n",
		"<table><tr><td>a<td>b<tr><td>c</table>\n\n\n\nd": "a" + "b\nc\n\nd\n",
	} {
		if got := string(htmlText([]byte(page))); got != want {
			t.Errorf("%q\ngives %q\nwant  %q", page, got, want)
		}
	}
}

package browser

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What the standard says of elements, as far as pages of ours have them.
var (
	void = names("area base br col embed hr img input link meta source track wbr")

	// blocks end an open paragraph, so nothing that has only phrases may have them.
	blocks = names("address article aside blockquote details dialog dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 " +
		"header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul")
	phrases = names("a abbr b bdi button cite code dt em h1 h2 h3 i label p pre q s small span strong summary sub sup time")

	// inside says of which element others must be direct children.
	inside = map[string]map[string]bool{
		"li": names("ol ul menu"), "dt": names("dl div"), "dd": names("dl div"), "tr": names("table thead tbody tfoot"),
		"td": names("tr"), "th": names("tr"), "thead": names("table"), "tbody": names("table"),
		"option": names("select optgroup datalist"), "summary": names("details"), "legend": names("fieldset"),
	}
	// only says what elements may have as children.
	only = map[string]map[string]bool{
		"ol": names("li"), "ul": names("li"), "dl": names("dt dd div"), "tr": names("td th"),
		"table": names("caption colgroup thead tbody tfoot tr"), "tbody": names("tr"), "thead": names("tr"),
		"select": names("option optgroup"),
	}
	// never are pairs: the second is nowhere inside the first.
	never = [][2]string{{"a", "a"}, {"a", "button"}, {"a", "input"}, {"button", "a"}, {"button", "button"},
		{"form", "form"}, {"label", "label"}, {"main", "main"}, {"main", "header"}}
	// idrefs are attributes that name other elements by their id.
	idrefs = names("for aria-labelledby aria-describedby aria-controls list headers")
	// gone are elements and attributes that the standard took out, or that a strict policy makes useless.
	gone = names("center font big tt marquee frame frameset style align bgcolor border cellpadding cellspacing valign nowrap width")
)

func names(text string) map[string]bool {
	all := map[string]bool{}
	for name := range strings.FieldsSeq(text) {
		all[name] = true
	}
	return all
}

// checker reads a page as it is written, not as a browser would mend it.
type checker struct {
	open     []string // elements
	counts   map[string]int
	ids      map[string]bool
	refs     []string // ids that are named
	problems []string
}

// problems are what is wrong with the HTML of a page.
func problems(page []byte) []string {
	c := &checker{counts: map[string]int{}, ids: map[string]bool{}}
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return c.end()
		case html.DoctypeToken:
			c.counts["doctype"]++
		case html.TextToken:
			c.text(string(z.Raw()))
		case html.StartTagToken, html.SelfClosingTagToken:
			if name := twice(z.Raw()); name != "" {
				c.say("%s twice in %.80q", name, z.Raw())
			}
			c.start(z.Token())
		case html.EndTagToken:
			c.close(z.Token().Data)
		}
	}
}

// attribute is one of a tag as it is written. The tokenizer leaves out what is there twice.
var attribute = regexp.MustCompile(`\s([a-zA-Z][-:\w]*)(?:="[^"]*"|='[^']*'|=[^\s>"']*)?`)

func twice(raw []byte) string {
	seen := map[string]bool{}
	for _, found := range attribute.FindAllSubmatch(raw, -1) {
		name := string(found[1])
		if seen[name] {
			return name
		}
		seen[name] = true
	}
	return ""
}

func (c *checker) say(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...)+" (in "+strings.Join(c.open, " ")+")")
}

func (c *checker) parent() string {
	if len(c.open) == 0 {
		return ""
	}
	return c.open[len(c.open)-1]
}

func (c *checker) text(raw string) {
	if only[c.parent()] != nil && strings.TrimSpace(raw) != "" {
		c.say("text where there is none: %.40q", raw)
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r >= 0x7f && r < 0xa0 }) {
		c.say("a control character in %.40q", raw)
	}
}

func (c *checker) start(t html.Token) {
	name, in := t.Data, c.parent()
	// svg has names of its own, and titles.
	if !slices.Contains(c.open, "svg") {
		c.counts[name]++
		c.place(name, in)
		if atom.Lookup([]byte(name)) == 0 || gone[name] {
			c.say("%s is no element", name)
		}
	}
	c.attributes(t)
	if !void[name] && t.Type != html.SelfClosingTagToken {
		c.open = append(c.open, name)
	}
}

// place sees whether an element may be where it is.
func (c *checker) place(name, in string) {
	if blocks[name] && phrases[in] && !(in == "summary" && strings.HasPrefix(name, "h")) {
		c.say("%s is a block, and %s has only phrases", name, in)
	}
	if want := inside[name]; want != nil && !want[in] {
		c.say("%s is inside %s", name, in)
	}
	if may := only[in]; may != nil && !may[name] && name != "script" && name != "template" {
		c.say("%s has a %s", in, name)
	}
	for _, n := range never {
		if n[1] == name && slices.Contains(c.open, n[0]) {
			c.say("%s is somewhere inside %s", name, n[0])
		}
	}
}

func (c *checker) attributes(t html.Token) {
	alt := false
	for _, a := range t.Attr {
		alt = alt || a.Key == "alt"
		switch {
		case strings.HasPrefix(a.Key, "on"), gone[a.Key] && t.Data != "svg" && !slices.Contains(c.open, "svg"):
			c.say("%s has %s", t.Data, a.Key)
		case a.Key == "id":
			if a.Val == "" || strings.ContainsAny(a.Val, " \t\n") || c.ids[a.Val] {
				c.say("the id %q is empty, has space, or is there twice", a.Val)
			}
			c.ids[a.Val] = true
		case idrefs[a.Key]:
			c.refs = append(c.refs, strings.Fields(a.Val)...)
		case a.Key == "href" && len(a.Val) > 1 && a.Val[0] == '#':
			c.refs = append(c.refs, a.Val[1:])
		case a.Key == "href" || a.Key == "src" || a.Key == "action":
			c.leads(t.Data, a.Val)
		}
	}
	if t.Data == "img" && !alt {
		c.say("img has no alt")
	}
}

// leads sees whether a link leads where links of ours may lead.
func (c *checker) leads(element, url string) {
	scheme, _, found := strings.Cut(url, ":")
	if found && !strings.ContainsAny(scheme, "/?#") && !slices.Contains([]string{"http", "https", "mailto"}, scheme) {
		c.say("%s leads to %.60q", element, url)
	}
	if strings.ContainsAny(url, " \t\n<>\"\\^`{|}") {
		c.say("%s has a URL that is not escaped: %.60q", element, url)
	}
}

func (c *checker) close(name string) {
	if c.parent() != name {
		c.say("%s is closed, and is not open", name)
		return
	}
	c.open = c.open[:len(c.open)-1]
}

func (c *checker) end() []string {
	if len(c.open) > 0 {
		c.say("not closed")
	}
	for _, id := range c.refs {
		if !c.ids[id] {
			c.say("nothing has the id %q", id)
		}
	}
	for _, name := range []string{"doctype", "html", "head", "body", "main", "h1", "title"} {
		if c.counts[name] != 1 {
			c.say("%d of %s", c.counts[name], name)
		}
	}
	return c.problems
}

func TestProblemsAreFound(t *testing.T) {
	const whole = `<!DOCTYPE html><html><head><title>x</title></head><body><main><h1>x</h1>%s</main></body></html>`
	if found := problems(fmt.Appendf(nil, whole, `<p>a<br><a href="/x">b</a></p><ul><li>c</li></ul>`)); found != nil {
		t.Errorf("a page without problems has %q", found)
	}
	for wrong, want := range map[string]string{
		`<p><div></div></p>`: "div is a block", `<b>`: "not closed", `</b>`: "is not open", `<i><b></i></b>`: "is not open",
		`<li>x</li>`: "li is inside main", `<ul>x</ul>`: "text where there is none", `<ul><p>x</p></ul>`: "ul has a p",
		`<p id="a"></p><p id="a"></p>`: "there twice", `<label for="b">x</label>`: "nothing has the id",
		`<a href="javascript:x">x</a>`: "leads to", `<a href="/a b">x</a>`: "not escaped", `<h1>y</h1>`: "2 of h1",
		`<a href="/"><b><a href="/"></a></b></a>`: "somewhere inside", `<p onclick="x">y</p>`: "has onclick",
		`<p class="a" class="b">y</p>`: "twice", `<xss-canary></xss-canary>`: "is no element", "<p>\x01</p>": "control character",
		`<table><tbody><td>x</td></tbody></table>`: "td is inside tbody",
	} {
		if found := strings.Join(problems(fmt.Appendf(nil, whole, wrong)), "\n"); !strings.Contains(found, want) {
			t.Errorf("%s: found %q, want %q", wrong, found, want)
		}
	}
}

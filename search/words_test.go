package search

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWords(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"a quick_brown Fox", "a quick_brown fox"},
		{"mm/slab.c: Fix kmalloc_array()", "mm slab c fix kmalloc_array"},
		{"alx@kernel.org", "alx kernel org"},
		{"man-pages-6.14 v6.14-rc1 1,234;5 .5 5.", "man pages 6.14 v6.14 rc1 1,234;5 5 5"},
		{"don't O'Donell it’s AT&T a&&b 'quoted'", "don't o'donell it's at&t a b quoted"},
		{"c++ C# a+++ a++++ fish+chips i++; +x", "c++ c# a+++ a fish chips i++ x"},
		{"P.T.O. U.N U.N.x A.B. J. E.g.", "pto un u n x ab j e g"},
		{"ÉTÉ Günther naïve", "été günther naïve"},
		{"e\u0301te\u0301", "été"},
		{"zero\u200bwidth word\u2060joiner", "zerowidth wordjoiner"},
		{"__init__ _ a_b", "__init__ _ a_b"},
		{"x" + strings.Repeat("y", 63) + " " + strings.Repeat("z", 65), "x" + strings.Repeat("y", 63)},
		{"你好吗", "你好 好吗 吗"},
		{"foo你好bar 你", "foo 你好 好 bar 你"},
		{"カタカナー 한국어", "カタ タカ カナ ナー ー 한국 국어 어"},
		{"\xff\xfebroken\xff", "broken"},
	} {
		if got := strings.Join(AppendWords(nil, test.text), " "); got != test.want {
			t.Errorf("words of %q are %q, not %q", test.text, got, test.want)
		}
	}
}

// TestWordsStay: the words of words are the same words, so a query and an index can be made of them.
func TestWordsStay(t *testing.T) {
	for _, text := range wordTexts() {
		checkWordsStay(t, text)
	}
}

func wordTexts() []string {
	return []string{
		"İstanbul", "A.B.C", "ẞ ß ſ", "Ⅷ ⅷ ①", "don’t", "1.2.3", "a·b", "Ǆ ǅ ǆ", "ᾈ", "\u0301x", "a\u200bb\u200b",
	}
}

func checkWordsStay(t *testing.T, text string) {
	t.Helper()
	words := AppendWords(nil, text)
	var kept []string
	for _, word := range words {
		if word == "" || len(word) > maxWord || strings.ContainsAny(word, " \t\n") {
			t.Errorf("%q has the word %q", text, word)
		}
		if !isLone(word) && !strings.ContainsFunc(word, isCJK) {
			kept = append(kept, word)
		}
	}
	if again := AppendWords(nil, strings.Join(kept, " ")); !slices.Equal(again, kept) {
		t.Errorf("the words of %q are %q, and of these %q", text, kept, again)
	}
}

func FuzzWords(f *testing.F) {
	for _, text := range wordTexts() {
		f.Add(text)
	}
	f.Fuzz(checkWordsStay)
}

func TestStems(t *testing.T) {
	for _, same := range []string{
		"futex futexes", "fix fixes fixed fixing", "align aligned alignment aligns", "clarify clarifying clarifies",
		"generic generically", "general generally generalize", "landlock landlocked", "die dying dies", "sky skies",
		"linux's linux", "exceed exceeds", "hopping hop",
	} {
		words := strings.Fields(same)
		for _, word := range words[1:] {
			if a, b := stemOf(t, words[0]), stemOf(t, word); a != b {
				t.Errorf("stems differ: %s of %s, %s of %s", a, words[0], b, word)
			}
		}
	}
	for _, differ := range []string{"general generic", "communism commune", "hoping hop", "news new", "cafés cafe"} {
		a, b, _ := strings.Cut(differ, " ")
		if stemOf(t, a) == stemOf(t, b) {
			t.Errorf("%s and %s have the same stem", a, b)
		}
	}
	for _, word := range []string{"2fixes", "_fixes", "6.14", ""} {
		if stem, ok := StemOf(word); ok {
			t.Errorf("%s has the stem %s", word, stem)
		}
	}
}

// What is plain at a glance has no stem but itself: beginnings with all endings that Snowball's English knows, and
// random ones.
func TestIsPlain(t *testing.T) {
	check := func(word string) {
		if stem, ok := StemOf(word); ok && stem != word && IsPlain(word) {
			t.Errorf("%q has the stem %q", word, stem)
		}
	}
	for _, beginning := range []string{"", "b", "fix", "relat", "radic", "sensib", "hopef", "communal"} {
		for _, ending := range strings.Fields("' 's s sses ied ies us ss eed eedly ed edly ing ingly y tional enci anci abli " +
			"entli izer ization ational ation ator alism aliti alli fulness ousli ousness iveness iviti biliti bli ogi fulli " +
			"lessli li alize icate iciti ical ful ness ative al ance ence er ic able ible ant ement ment ent ism ate iti ous ive " +
			"ize ion e l ll a b c d f g h i j k m n o p q r t u v w x z 0 9 _ é") {
			check(beginning + ending)
		}
	}
	rapid.Check(t, func(t *rapid.T) { check(rapid.StringMatching(`[a-z][a-zé_0-9']{0,12}`).Draw(t, "word")) })
	if IsPlain("fixes") || !IsPlain("kasan_x") {
		t.Error("fixes is plain, or kasan_x is not")
	}
}

func stemOf(t *testing.T, word string) string {
	stem, ok := StemOf(word)
	if !ok {
		t.Errorf("%s has no stem", word)
	}
	return stem
}

package search

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// now is a Friday.
func now() time.Time { return time.Date(2026, 11, 27, 13, 22, 52, 0, time.UTC) }

func options() Options {
	saved := map[string]string{
		"mine": "f:alice OR f:bob", "loop": "x saved:loop", "broken": `s:a "b`, "deep": "saved:mine s:slab",
		"empty": "",
	}
	return Options{Now: now(), Saved: func(name string) (string, bool) {
		text, ok := saved[name]
		return text, ok
	}}
}

// TestParse holds trees against how they are written: with all operators, in one form.
func TestParse(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		// Words: stems, capitals, phrases, beginnings.
		{`futex`, `futex`},
		{`Futex FUTEX 6.14`, `"futex" AND "futex" AND "6.14"`},
		{`kmalloc() a=b x<y`, `"kmalloc" AND "a" AND b AND "x" AND y`},
		{`s:futex f:Günther`, `s:futex AND f:"günther"`},
		{`man/man2/open.2`, `"man man2 open 2"`},
		{`alx@kernel.org f:alx@kernel.org`, `"alx kernel org" AND f:"alx kernel org"`},
		{`"Add  EOVERFLOW" s:"[PATCH v2] a, b"`, `"add eoverflow" AND s:"patch v2 a b"`},
		{`“curly quotes”`, `"curly quotes"`},
		{`"word"`, `"word"`},
		{`"say ""hello"" now"`, `"say hello now"`},
		{`posix_mem* mm/sla* "foo ba*"`, `posix_mem* AND "mm sla*" AND "foo ba*"`},
		{`wildcard*zzz`, `"wildcard" AND zzz`},
		{`dfn:mm/ dfn:/etc/passwd`, `dfn:"mm" AND dfn:"etc passwd"`},
		{`c++ i++;`, `c++ AND i++`},
		{`nq:"change-id:X"`, `nq:"change id x"`},

		// What looks like a field, but is none.
		{`s:`, `s`},
		{`f:=?utf-8`, `f AND "utf 8"`},
		{`https://lore.kernel.org/r/`, `"https lore kernel org r"`},
		{`std::string c::x`, `"std string" AND "c x"`},

		// Operators, and how they bind.
		{`a b c`, `a AND b AND c`},
		{`a OR b c OR d`, `a OR (b AND c) OR d`},
		{`(a OR b) c`, `(a OR b) AND c`},
		{`a AND b OR c AND d`, `(a AND b) OR (c AND d)`},
		{`a NOT b c`, `a AND NOT (b AND c)`},
		{`a -b c`, `a AND c AND NOT b`},
		{`a AND NOT b AND c`, `a AND c AND NOT b`},
		{`a AND -b c`, `a AND NOT (b AND c)`},
		{`NOT a`, `* AND NOT a`},
		{`-a`, `* AND NOT a`},
		{`NOT (NOT a)`, `a`},
		{`a OR NOT b`, `a OR (* AND NOT b)`},
		{`+a -b +c`, `a AND c AND NOT b`},
		{`a XOR b`, `(a AND NOT b) OR (b AND NOT a)`},
		{`a XOR b OR c XOR d AND e`,
			`(a AND NOT b) OR (b AND NOT a) OR (c AND NOT (d AND e)) OR (d AND e AND NOT c)`},
		{`and or not near`, `and AND or AND not AND near`},
		{`s:(a b) s:(a OR f:b "c d")`, `s:a AND s:b AND (s:a OR (f:b AND s:"c d"))`},
		{`a-b a - b a+b`, `"a b" AND a AND b AND a AND b`},
		{`* a`, `a`},
		{`*`, `*`},
		{`a NEAR b`, `"a" NEAR/10 "b"`},
		{`a ADJ/3 b ADJ/5 c d`, `("a" ADJ/5 "b" ADJ/5 "c") AND d`},
		{`s:(a NEAR/2 b)`, `s:("a" NEAR/2 "b")`},

		// Parentheses that people forget.
		{`(futex`, `futex`},
		{`futex)`, `futex`},
		{`a (b OR (c`, `a AND (b OR c)`},
		{`a () b (`, `a AND b`},

		// Phrases without words, signs before nothing.
		{`a "> >" OR "," NOT "--" OR (b XOR s:">")`, `a OR b`},
		{`"," XOR a -"."`, `a`},
		{`a -} +,`, `a`},
		{`a -} b`, `a AND NOT b`},

		// Values. Of one field any will do, if they are side by side.
		{`mid:<A@b> mid:"c d"`, `mid:"A@b" OR mid:"c d"`},
		{`s:x mid:a patchid:B70064F068CB92BD3E084C34CBE8B373350D638B`,
			`s:x AND mid:"a" AND patchid:"b70064f068cb92bd3e084c34cbe8b373350d638b"`},
		{`d:20250101.. d:20260101.. dt:..20260101000000`,
			`(dt:20250101000000.. OR dt:20260101000000..) AND dt:..20260101000000`},
		{`mid:a AND mid:b`, `mid:"a" AND mid:"b"`},
		{`-mid:a b`, `b AND NOT mid:"a"`},
		{`lid:<Linux-Man.vger>`, `lid:"linux-man.vger"`},
		{`references:a@b`, `references:"a@b"`},
		{`dfblob:3B972761196B dfpre:71f0*`, `dfblob:"3b972761196b" AND dfpre:"71f0"`},
		{`state:"Under Review" state:new`, `state:"under-review" OR state:"new"`},
		{`series:s12 series:012`, `series:"12" OR series:"12"`},
		{`is:Patch is:complete`, `is:"patch" AND is:"complete"`},
		{`check:fail check:ci/build=SUCCESS`, `check:"fail" AND check:"ci/build=success"`},
		{`trailer:Reviewed-by trailer:"acked-by:=Alice Smith"`,
			`trailer:"reviewed-by" AND trailer:"acked-by=Alice Smith"`},
		{`delegate:Nobody project:Linux-man`, `delegate:"nobody" AND project:"linux-man"`},
		{`saved:mine s:x`, `(f:alice OR f:bob) AND s:x`},
		{`saved:deep`, `(f:alice OR f:bob) AND s:slab`},

		// Ranges.
		{`z:1k..2M z:500`, `z:1024..2097152 OR z:500..500`},
		{`version:2..`, `version:2..`},
		{`d:20250101..20250102`, `dt:20250101000000..20250102235959`},
		{`(s:a AND d:..20250130)`, `s:a AND dt:..20250130235959`},
		{`d:"2 days ago.."`, `dt:20261125000000..`},
		{`rt:1756450000..1756500000`, `rt:2025-08-29T06:46:40..2025-08-29T20:40:00`},

		// Chinese, Japanese, Korean.
		{`你好`, `"你好"`},
		{`你好吗 s:你`, `"你好吗" AND s:你*`},
		{`foo你好bar "你 好"`, `"foo 你好 bar" AND "你 好*"`},
	} {
		n, _, err := Parse(test.query, options())
		if err != nil {
			t.Errorf("%s: %v", test.query, err)
			continue
		}
		if got := n.String(); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.query, got, test.want)
		}
		checkStays(t, n)
	}
}

// checkStays parses what String gives.
func checkStays(t *testing.T, n Node) {
	t.Helper()
	text := n.String()
	if len(text) > MaxLength {
		return
	}
	again, _, err := Parse(text, Options{Now: now()})
	if err != nil {
		t.Errorf("%s: %v", text, err)
	} else if !reflect.DeepEqual(n, again) {
		t.Errorf("%s\n was %#v\n  is %#v: %s", text, n, again, again)
	}
}

func TestMistakes(t *testing.T) {
	long := strings.Repeat("x", maxWord+1)
	for _, test := range []struct{ query, want string }{
		{``, `column 1: the query is empty`},
		{`  ,;  `, `column 1: the query is empty`},
		{`s:slab "a b c`, `column 8: a phrase without its end`},
		{`"ä" s:"x`, `column 7: a phrase without its end`},
		{`"," OR ">"`, `column 1: the query is empty`},
		{`mid:"a b`, `column 5: a quoted value without its end`},
		{`AND`, `column 1: AND stands where a word is expected`},
		{`OR futex`, `column 1: OR stands where a word is expected`},
		{`a OR OR b`, `column 6: OR stands where a word is expected`},
		{`a AND`, `column 6: the query ends where a word is expected`},
		{`a NOT`, `column 6: the query ends where a word is expected`},
		{`(a OR )`, `column 7: a parenthesis ends where a word is expected`},
		{`s:( )`, `column 3: parentheses with nothing in them`},
		{`a NEAR "b c"`, `column 8: NEAR takes single words`},
		{`a* ADJ b`, `column 1: ADJ takes single words`},
		{`s:a NEAR f:b`, `column 10: the words beside NEAR must be of one field`},
		{`a NEAR b ADJ c`, `column 10: NEAR and ADJ side by side need parentheses`},
		{`a NEAR`, `column 7: the query ends where a word is expected`},
		{`(a) NEAR b`, `column 5: NEAR stands where a word is expected`},
		{`a NEAR/2000 b`, `column 7: words may be 1000 apart at most`},
		{`d:20250230`, `column 3: "20250230" is no date: write 2026-01-31, 2.weeks.ago or yesterday`},
		{`d:2025-01-01..soon`, `column 15: "soon" is no date: write 2026-01-31, 2.weeks.ago or yesterday`},
		{`d:..`, `column 3: d: has no value`},
		{`z:big..`, `column 3: "big" is no number`},
		{`mid:""`, `column 6: mid: has no value`},
		{`dfpre:xyz`, `column 7: the id of a blob, or its beginning, has 4 to 64 digits, of 0-9 and a-f`},
		{`patchid:abc`, `column 9: the id of a patch has 40 to 64 digits, of 0-9 and a-f`},
		{`is:great`, `column 4: is: takes one of patch, cover, comment, pull, complete, archived`},
		{`series:x`, `column 8: the number of a series looks like 12 or s12`},
		{`check:ci=green`, `column 10: a check is pending, success, warning or fail`},
		{`saved:none`, `column 7: there is no saved query "none"`},
		{`saved:loop`, `column 7: in the saved query "loop", column 9: `},
		{`a saved:broken`, `column 9: in the saved query "broken", column 5: a phrase without its end`},
		{`a ` + long, `column 3: no word may be longer than 64 bytes`},
		{strings.Repeat("a ", MaxWords+1), `column 1025: more than 512 words and values`},
		{strings.Repeat("(", MaxDepth+1) + "a", `column 33: parentheses are more than 32 deep`},
		{strings.Repeat("a XOR ", 12) + "b", `column 45: more than 512 words and values`},
		{strings.Repeat("a", MaxLength+1), `column 16385: the query is longer than 16384 bytes`},
	} {
		n, _, err := Parse(test.query, options())
		var mistake Mistake
		switch {
		case !errors.As(err, &mistake):
			t.Errorf("%.40s is %v, error %v", test.query, n, err)
		case !strings.HasPrefix(err.Error(), test.want):
			t.Errorf("%.40s\n got %v\nwant %s", test.query, err, test.want)
		}
	}
}

// TestNotes: small mistakes are told, and the query is read anyway.
func TestNotes(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{`a`, ``},
		{`https://x std::y a::b`, ``},
		{`a (b`, `column 3: a parenthesis without its end, which was taken to be at the end of the query`},
		{`a ","`, `column 3: a phrase without a word was left out`},
		{`a) b`, `column 2: a parenthesis that ends nothing was left out`},
		{`a subject:b`, `column 3: there is no field "subject", so this was taken for words`},
		{`d:20250202..20250101`, `column 3: this range ends before it begins, so no mail is in it`},
	} {
		_, notes, err := Parse(test.query, options())
		got := ""
		for _, n := range notes {
			got += n.Error()
		}
		if err != nil || got != test.want {
			t.Errorf("%s\n got %s, %v\nwant %s", test.query, got, err, test.want)
		}
	}
}

// TestParseIsBounded: no query takes long, whatever it repeats.
func TestParseIsBounded(t *testing.T) {
	for _, piece := range []string{
		"a ", " -", " +", "(", ")", "( ", `"`, `""`, `" `, "a(", "a)", "d:", "mid:", "x:", "A.", "A.A", "+", "a+", ".",
		"a.", "é", "你", "你 ", "s:(", "a NEAR ", "NOT ", "a OR ", "*", " *", "a*", "'", "a'", "mid:\"\"", "\xff", " ",
		"d:1.1.1 ", "saved:mine ", "a XOR ", "1,",
	} {
		query := strings.Repeat(piece, MaxLength/len(piece))
		start := time.Now()
		n, _, err := Parse(query, options())
		if err == nil {
			checkStays(t, n)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%q many times takes %v", piece, took)
		}
	}
}

// FuzzParse: no text makes the parser fail, and what it reads it reads again.
func FuzzParse(f *testing.F) {
	for _, query := range []string{
		`s:"mm/slab" f:alice dfn:mm/ state:new d:2026-01..`, `(a OR b) NOT -c`, `a NEAR/3 b ADJ c`, `你好 "foo 你"`,
		`saved:deep XOR d:last.week..`, `mid:"a""b" is:patch check:x=fail`, `rt:1..5 z:1k.. dt:20260101000000..`,
		`"c++ x*"`,
		`nq:dead* a* "`, `s:(f:(c::x`, `İ "ǅ"`,
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		n, _, err := Parse(query, options())
		if err != nil {
			return
		}
		checkStays(t, n)
		Match(n, &Document{})
	})
}

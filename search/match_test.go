package search

import (
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/track"
)

// patchMail is a patch as a mail has it, in the second version of series 12, with what a tracker knows.
func patchMail() *Document {
	m := &track.Mail{
		MsgID:   "<20250829160200.756194-2-bigeasy@linutronix.de>",
		Refs:    []string{"<cover@x>"},
		ListIDs: []string{"linux-man.vger"},
		Date:    time.Date(2025, 8, 24, 10, 0, 0, 0, time.UTC),
	}
	d := NewDocument(m, &track.Texts{
		Subjects: []string{"[PATCH v2 1/3] man/futex: Fix the memory-barrier wording"},
		From:     []string{"Günther Noack <gnoack@google.com>"},
		To:       []string{"Alejandro Colomar <alx@kernel.org>"},
		Cc:       []string{"linux-man@vger.kernel.org, O'Donell <c@x.org>"},
		MsgIDs:   []string{"20250829160200.756194-2-bigeasy@linutronix.de"},
		Received: time.Date(2025, 8, 29, 8, 0, 0, 0, time.UTC),
		Size:     4000,
		Parts: []track.TextPart{
			{Text: "On Monday, Bob wrote:\n> comma splice here\n> and more\nI agree: futexes are clarified.\n" +
				"Signed-off-by: G <g@x>\nchange-id: 20250802-api-436d\n---\n man/futex.2 | 3 ++-\n\n" +
				"diff --git a/man/futex.2 b/man/futex.2\nindex 71f098e48..f0a708cd7 100644\n" +
				"--- a/man/futex.2\n+++ b/man/futex.2\n@@ -1,2 +1,2 @@ int kmalloc_array(void)\n" +
				" kept line\n-deprecated words\n+added things\n+second line\n-- \n2.47\n"},
			{FileName: "futex2.patch"},
			{FileName: "signature.asc"},
		},
	})
	d.Tracked = Tracked{
		Project: "linux-man", Role: track.RolePatch, State: "under-review", Delegate: "alx@kernel.org", Series: 12,
		Version: 2, Complete: true,
		Checks: []track.Check{
			{ID: 1, Context: "CI/build", State: track.CheckFail}, {ID: 2, Context: "lint", State: track.CheckSuccess},
		},
		Trailers: []track.Trailer{
			{Key: "Reviewed-by", Value: "Alice Smith <alice@x.org>"}, {Key: "Acked-by", Value: "Bob <b@x>"},
		},
	}
	return d
}

func TestMatch(t *testing.T) {
	yes := []string{
		// Words: stems, exact, beginnings, phrases.
		`futex`, `Futex`, `futexes`, `clarify`, `clarifies`, `"futexes"`, `fut*`, `s:fixes`,
		`s:"fix the memory"`, `s:memory-barrier`, `"memory barrier wording"`, `"memory bar*"`,
		`s:(fix wording)`, `*`, `s:v2`,
		// Fields.
		`f:Günther`, `f:gnoack@google.com`, `f:gnoack`, `t:colomar`, `c:O'Donell`,
		`c:linux-man@vger.kernel.org`, `a:colomar a:noack`, `tc:colomar`, `tcf:noack`, `q:splice`,
		`q:"splice here and more"`, `nq:agree`, `b:splice`, `bs:wording`, `b:agree`, `n:signature.asc`,
		`n:futex2`, `m:756194`, `m:bigeasy`, `20250829160200.756194-2-bigeasy@linutronix.de`, `l:vger`,
		// Diffs.
		`dfn:man/futex.2`, `dfn:man`, `dfa:deprecated`, `dfb:"added things"`, `dfctx:kept`,
		`dfhh:kmalloc_array`, `nq:deprecated`, `kept`, `dfpre:71f098e48`, `dfpre:71f0`, `dfpost:f0a708c`,
		`dfblob:71f098e`, `71f098e48`, `f0a708c`, `nq:71f0*`,
		`patchid:62b9abf8f8cc3a1b72cb6a0a9d6b7b5d3ad39a1b OR b:futex`,
		// Values and ranges.
		`mid:20250829160200.756194-2-bigeasy@linutronix.de`, `references:<cover@x>`, `lid:Linux-Man.vger`,
		`d:20250824`, `d:20250823`, `d:2025-08..2025-09`, `dt:20250824100000..20250824100000`,
		`rt:2025-08-29..`, `z:4000`, `z:..4k`, `version:2`, `version:2..3`,
		// The tracker.
		`state:under-review`, `state:"Under Review"`, `delegate:alx`, `delegate:Alx@kernel.org`,
		`project:Linux-Man`, `series:12`, `is:patch is:complete`, `check:fail`, `check:ci/build`,
		`check:lint=success`, `trailer:reviewed-by`, `trailer:"reviewed-by=alice smith"`,
		`trailer:acked-by=b@x`, `trailer:*=alice`,
		// Operators.
		`futex nosuch OR comma`, `futex NOT nosuch`, `NOT nosuch`, `futex -nosuch`, `nosuch XOR futex`,
		`fix NEAR wording`, `wording NEAR/4 fix`, `fix ADJ/4 wording`, `"memory" ADJ/1 "barrier"`,
		`agree NEAR/2 clarified OR agree NEAR/3 clarified`,
	}
	no := []string{
		`nosuch`, `"futexed"`, `Clarify`, `FIXES`, `"memory wording"`, `s:agree`, `q:agree`, `nq:splice`,
		`f:colomar`, `t:noack`, `fute`, `dfa:added`, `dfb:deprecated`, `dfctx:added`, `dfn:kept`,
		`dfb:"things second"`, `"kept line deprecated"`, `dfpost:71f098e48`, `71f098`, `t:71f098e48`, `s:71f0*`,
		`dfpre:71f098e481`, `mid:20250829160200.756194`, `mid:756194`, `references:x`, `lid:vger`, `d:20250825`,
		`d:20250822`, `dt:..20250824095959`, `rt:..2025-08-28`, `z:4001..`, `version:1`, `version:3..`,
		`state:new`, `delegate:al`, `delegate:nobody`, `project:linux`, `series:1`, `is:cover`, `is:comment`,
		`is:pull`, `is:archived`, `check:success`, `check:build`, `check:lint=fail`, `trailer:tested-by`,
		`trailer:acked-by=alice`, `trailer:"reviewed-by=smith bob"`, `futex nosuch`, `NOT futex`, `-futex`,
		`futex XOR comma`, `fix NEAR/3 wording`, `wording ADJ fix`, `barrier ADJ/1 memory`,
		`barrier NEAR barrier`, `second NEAR things`, `2.47 NEAR agree`,
	}
	for _, query := range yes {
		checkMatch(t, query, patchMail(), true)
	}
	for _, query := range no {
		checkMatch(t, query, patchMail(), false)
	}
}

func checkMatch(t *testing.T, query string, d *Document, want bool) {
	t.Helper()
	n, _, err := Parse(query, options())
	if err != nil {
		t.Errorf("%s: %v", query, err)
	} else if got := Match(n, d); got != want {
		t.Errorf("%s: %v", query, got)
	}
}

// TestUntracked: a mail that no project has is of no state, no version, nobody's.
func TestUntracked(t *testing.T) {
	d := patchMail()
	d.Tracked = Tracked{}
	for _, query := range []string{
		`state:new`, `delegate:nobody`, `series:0012`, `version:0..`, `is:patch`, `is:complete`, `check:pending`,
		`trailer:*=a`,
	} {
		checkMatch(t, query, d, false)
	}
	d.Role = track.RolePatch
	for _, query := range []string{`delegate:nobody`, `is:patch`, `check:pending`, `NOT version:1..`} {
		checkMatch(t, query, d, true)
	}
}

func TestMatchCJK(t *testing.T) {
	d := &Document{}
	d.Texts[PartText] = []string{"修复内存泄漏 in foo, 한국어로 メモリ"}
	for query, want := range map[string]bool{
		`修复`: true, `内存泄漏`: true, `漏`: true, `"内存泄漏 in"`: true, `한국`: true, `メモリ`: true, `泄漏in`: true,
		`修内`: false, `漏修`: false, `"内存 泄漏"`: false, `존`: false, `"内存泄 in"`: false,
	} {
		checkMatch(t, query, d, want)
	}
}

// TestNear holds the windows against trying every place.
func TestNear(t *testing.T) {
	texts := []string{
		"a b a c", "a x x b", "b x a", "a a", "a", "c b a x x a b", "a x b x c", "x a x x b c x a", "a , b ; c",
	}
	words := [][]string{{"a", "b"}, {"b", "a"}, {"a", "a"}, {"a", "b", "c"}, {"a", "b", "a"}, {"c", "a"}}
	checked := 0
	for _, text := range texts {
		p := newPartWords([]string{"before", text, "after a b"})
		for _, wanted := range words {
			for within := 1; within <= 5; within++ {
				for _, ordered := range []bool{false, true} {
					n := Near{Words: wanted, Within: within, Ordered: ordered}
					want := nearByTrying(AppendWords(nil, text), n) || nearByTrying([]string{"after", "a", "b"}, n)
					if got := p.hasNear(n); got != want {
						t.Errorf("%q: %s is %v", text, n, got)
					}
					checked += btoi(want)
				}
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d found", checked)
	}
}

func nearByTrying(text []string, n Near) bool {
	var try func(places []int) bool
	try = func(places []int) bool {
		if k := len(places); k < len(n.Words) {
			for i, word := range text {
				if word == n.Words[k] && !slices.Contains(places, i) && try(append(places[:k:k], i)) {
					return true
				}
			}
			return false
		}
		inOrder := slices.IsSorted(places)
		return slices.Max(places)-slices.Min(places) <= n.Within+len(n.Words)-2 && (inOrder || !n.Ordered)
	}
	return try(nil)
}

// TestLongMail: what is beyond the limit is left out, and nothing else.
func TestLongMail(t *testing.T) {
	for body, query := range map[string]string{
		"begin " + strings.Repeat("word ", MaxText/5) + "end":                 `"begin word"`,
		"diff --git a/x b/x\n" + strings.Repeat("+a\n", MaxText/3) + "+end\n": `dfb:a dfn:x`,
		strings.Repeat("x", 2*MaxText):                                        `NOT b:x*`,
	} {
		d := NewDocument(&track.Mail{MsgID: "<a@x>"}, &track.Texts{
			Subjects: []string{"first"}, Parts: []track.TextPart{{Text: body, FileName: "name"}, {Text: "end"}},
		})
		checkMatch(t, "s:first n:name mid:a@x", d, true)
		checkMatch(t, query, d, true)
		checkMatch(t, "end", d, false)
	}
}

// TestMatchIsBounded: a query at its limits over a large mail of the worst kind takes a moment.
func TestMatchIsBounded(t *testing.T) {
	d := &Document{}
	d.Texts[PartText] = []string{strings.Repeat("a ", 1<<20)}
	phrase := `"` + strings.Repeat("a ", 255) + `b" OR `
	near := "(a" + strings.Repeat(" NEAR/1000 a", 200) + " NEAR/1000 b)"
	adj := "(a" + strings.Repeat(" ADJ/1000 a", 40) + " ADJ b)"
	query := phrase + near + " OR " + adj
	start := time.Now()
	checkMatch(t, query, d, false)
	d.words = [Parts]*partWords{}
	d.Texts[PartText][0] += "b"
	checkMatch(t, query, d, true)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

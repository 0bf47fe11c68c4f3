package index

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patchwatch/search"
	"patchwatch/track"
)

// A town is a database of made mails.
type town struct {
	mu       sync.Mutex
	identity string
	mails    map[int64]*made
	notes    []Restated
	last     int64
}

// made is a mail of a town.
type made struct {
	doc     search.Document
	stands  bool
	unread  bool // it cannot be read
	version int
}

func newTown() *town { return &town{identity: "first", mails: map[int64]*made{}} }

func (t *town) add(m *made) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	t.mails[t.last] = m
	return t.last
}

func (t *town) restate(mail int64, f func(*made)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := *t.mails[mail]
	f(&m)
	m.version++
	t.mails[mail] = &m
	t.notes = append(t.notes, Restated{int64(len(t.notes) + 1), mail})
}

func (t *town) remove(mail int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.mails, mail)
	t.notes = append(t.notes, Restated{int64(len(t.notes) + 1), mail})
}

func (t *town) Identity(context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.identity, nil
}

func (t *town) LastMail(context.Context) (int64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := int64(0)
	for id := range t.mails {
		last = max(last, id)
	}
	return last, nil
}

func (t *town) mail(id int64) Mail {
	m := t.mails[id]
	return Mail{ID: id, Sum: sha256.Sum256(fmt.Append(nil, t.identity, id)), Read: func() (*search.Document, error) {
		if m.unread {
			return nil, fmt.Errorf("mail %d cannot be read", id)
		}
		d := m.doc
		return &d, nil
	}}
}

func (t *town) After(_ context.Context, id int64, most int) (out []Mail, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for next := id + 1; next <= t.last && len(out) < most; next++ {
		if t.mails[next] != nil {
			out = append(out, t.mail(next))
		}
	}
	return out, nil
}

func (t *town) Mails(_ context.Context, ids []int64) (out []Mail, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		if t.mails[id] != nil && len(out) < mostHeld {
			out = append(out, t.mail(id))
		}
	}
	return out, nil
}

// mostHeld is how many mails a town gives at once of those that are asked for by number.
const mostHeld = 2

func (t *town) Restated(_ context.Context, above int64, most int) (out []Restated, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range t.notes {
		if n.Note > above && len(out) < most {
			out = append(out, n)
		}
	}
	return out, nil
}

func (t *town) Tracked(_ context.Context, ids []int64, w Wants) (map[int64]search.Tracked, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[int64]search.Tracked{}
	for _, id := range ids {
		if m := t.mails[id]; m != nil && (m.stands || w.Copies) {
			known := m.doc.Tracked
			if !w.Checks {
				known.Checks = nil
			}
			if !w.Trailers {
				known.Trailers = nil
			}
			out[id] = known
		}
	}
	return out, nil
}

func (t *town) Few(_ context.Context, n search.Term, most int) (out []int64, ok bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n.Field != search.State && n.Field != search.Series {
		return nil, false, nil
	}
	for id, m := range t.mails {
		if search.Match(n, &search.Document{Tracked: m.doc.Tracked}) {
			out = append(out, id)
		}
	}
	return out, len(out) <= most, nil
}

func (t *town) Document(_ context.Context, id int64) (*search.Document, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.mails[id]
	if m == nil || m.unread {
		return nil, nil
	}
	d := m.doc
	return &d, nil
}

// scan is what a query should find: the mails that stand and match, newest first.
func (t *town) scan(n search.Node, copies bool) (found []int64) {
	for id, m := range t.mails {
		d := m.doc
		if !m.unread && (m.stands || copies) && search.Match(n, &d) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found
}

// Words, of which many have a stem in common, look like hex, are CJK, or have signs in them.
var someWords = []string{
	"fix", "fixes", "fixed", "fixing", "mm", "slab", "slabs", "kasan_poison", "kasan_unpoison", "ka", "deadbeef",
	"deadbee",
	"0123456", "6.14", "don't", "c++", "at&t", "漢字", "字仮", "仮", "é", "a", "b", "c", "the", "generically",
	"generic",
	"commit", "x1", "r12",
}

var someIDs = []string{"1@x", "2@x", "20260101.fix-1@slab.org", "A@x"}

func oneOf[T any](t *rapid.T, what string, values ...T) T {
	return rapid.SampledFrom(values).Draw(t, what)
}

func someOf[T any](t *rapid.T, what string, most int, values ...T) []T {
	return rapid.SliceOfN(rapid.SampledFrom(values), 0, most).Draw(t, what)
}

func drawText(t *rapid.T) string {
	text := ""
	for _, word := range rapid.SliceOfN(rapid.SampledFrom(someWords), 0, 6).Draw(t, "words") {
		text += oneOf(t, "before", " ", "/", "-", ". ", " , ") + word
	}
	return text
}

var firstDate = time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)

func drawDate(t *rapid.T) time.Time {
	return firstDate.Add(time.Duration(7*rapid.IntRange(-3, 40).Draw(t, "seconds")) * time.Second)
}

func drawMail(t *rapid.T) *made {
	m := &made{stands: rapid.IntRange(0, 3).Draw(t, "stands") > 0, unread: rapid.IntRange(0, 15).Draw(t, "unread") == 0}
	d := &m.doc
	for p := range search.Parts {
		for range rapid.IntRange(0, 2).Draw(t, "texts") {
			d.Texts[p] = append(d.Texts[p], drawText(t))
		}
	}
	hex := []string{"deadbeef", "deadbee", "0123456789", "0123", "dead", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"}
	d.MsgIDs, d.References = someOf(t, "ids", 2, someIDs...), someOf(t, "references", 3, someIDs...)
	d.Lists = someOf(t, "lists", 2, "a.x.org", "b.x.org")
	d.PreBlobs, d.PostBlobs = someOf(t, "old", 2, hex...), someOf(t, "new", 2, hex...)
	d.PatchIDs = someOf(t, "patch", 1, "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
		"0123456701234567012345670123456701234567")
	d.Date, d.Received = drawDate(t), drawDate(t)
	d.Size = rapid.Int64Range(0, 3).Draw(t, "size") * 1024
	d.Tracked = search.Tracked{
		Project: oneOf(t, "project", "", "net", "mm"), Role: oneOf(t, "role", track.RolePatch, track.RoleComment,
			track.RoleCover),
		State: oneOf(t, "state", track.State("new"), track.State("accepted")), Delegate: oneOf(t, "delegate", "", "al@x.org"),
		Series: rapid.Int64Range(0, 3).Draw(t, "series"), Version: rapid.IntRange(0, 3).Draw(t, "version"),
		Complete: rapid.Bool().Draw(t, "complete"), Archived: rapid.Bool().Draw(t, "archived"),
	}
	if rapid.Bool().Draw(t, "checked") {
		d.Checks = []track.Check{{Context: "build", State: track.CheckFail}}
		d.Trailers = []track.Trailer{{Key: "Acked-by", Value: "Al <al@x.org>"}}
	}
	return m
}

// drawQuery draws the text of a query.
func drawQuery(t *rapid.T, depth int) string {
	if depth > 0 && rapid.IntRange(0, 2).Draw(t, "several") > 0 {
		a, b := drawQuery(t, depth-1), drawQuery(t, depth-1)
		switch oneOf(t, "operator", "and", "or", "not", "xor", "alone") {
		case "and":
			return "(" + a + " AND " + b + ")"
		case "or":
			return "(" + a + " OR " + b + ")"
		case "not":
			return "(" + a + " NOT " + b + ")"
		case "xor":
			return "(" + a + " XOR " + b + ")"
		}
		return "(NOT " + a + ")"
	}
	field := oneOf(t, "field", "", "", "", "s:", "f:", "t:", "c:", "tc:", "a:", "b:", "bs:", "nq:", "q:", "n:", "m:",
		"l:", "dfn:",
		"dfa:", "dfb:", "dfhh:", "dfctx:")
	word := func() string { return oneOf(t, "word", someWords...) }
	switch oneOf(t, "leaf", "word", "exact", "prefix", "phrase", "phrase", "long", "near", "adj", "value", "value",
		"range", "all") {
	case "word":
		return field + word()
	case "exact":
		return field + `"` + word() + `"`
	case "prefix":
		word := word()
		runes := []rune(word)
		return field + string(runes[:rapid.IntRange(1, len(runes)).Draw(t, "length")]) + "*"
	case "phrase":
		return field + `"` + word() + " " + word() + `"`
	case "long":
		return field + `"` + word() + " " + word() + " " + word() + oneOf(t, "end", "", "*") + `"`
	case "near":
		return field + "(" + word() + " NEAR/" + fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "within")) + " " + word() + ")"
	case "adj":
		return field + "(" + word() + " ADJ/" + fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "within")) + " " + word() + ")"
	case "range":
		from, to := drawDate(t), drawDate(t)
		return oneOf(t, "range",
			"dt:"+from.Format("20060102150405")+".."+to.Format("20060102150405"), "dt:"+from.Format("20060102150405")+"..",
			fmt.Sprintf("rt:%d..%d", from.Unix(), to.Unix()), "z:1k..", "z:..2k", "d:..20260130", "d:20260131..", "version:2..")
	case "value":
		return oneOf(t, "value", "mid:"+oneOf(t, "id", someIDs...), "references:"+oneOf(t, "id", someIDs...), "lid:a.x.org",
			"dfpre:dead", "dfpost:deadbee", "dfblob:0123", "patchid:deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "project:mm",
			"state:new", "delegate:al", "delegate:nobody", "series:2", "is:patch", "is:comment", "is:complete", "is:archived",
			"check:fail", "check:build", "trailer:acked-by=al")
	}
	return "*"
}

func parse(t testing.TB, text string) search.Node {
	t.Helper()
	n, _, err := search.Parse(text, search.Options{Now: firstDate})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n
}

package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"patchwatch/track"
)

// TestAgreesWithPatchwork compares every mail of the public lists with what Patchwork's own functions say of it,
// field by field: at least 99 % have to agree, and 99.9 % where the differences that docs/differences.md gives
// reasons for are set aside. Those are told by rules here, none of which knows a mail.
func TestAgreesWithPatchwork(t *testing.T) {
	var all tally
	for _, list := range publicLists[:listsRead] {
		vectors := readVectors(t, list)
		for _, f := range readArchive(t, "real", list+".tar.gz") {
			m, err := Parse(f.raw)
			if err != nil {
				t.Errorf("%s/%s: %v", list, f.name, err)
				continue
			}
			checkStrings(t, m)
			if v, ok := vectors[f.name]; ok && v.Missing == "" {
				all.count(t, list+"/"+f.name, m, ourFields(list, f.raw, m), patchworkFields(v), reasons(f.raw, m, v))
			}
		}
	}
	all.check(t)
}

// A tally counts agreement.
type tally struct {
	mails   int
	differ  map[string]int // by field
	unmeant map[string]int // by field, without a reason
	byClass map[string]int // by reason and field
}

func (a *tally) count(t *testing.T, file string, m *track.Mail, ours, theirs, why map[string]string) {
	if a.differ == nil {
		a.differ, a.unmeant, a.byClass = map[string]int{}, map[string]int{}, map[string]int{}
	}
	a.mails++
	for field := range theirs {
		if ours[field] == theirs[field] {
			continue
		}
		a.differ[field]++
		if class := why[field]; class != "" {
			a.byClass[class+": "+field]++
			continue
		}
		a.unmeant[field]++
		t.Logf("%s: %s is %.200q, Patchwork says %.200q (%s)", file, field, ours[field], theirs[field],
			strings.Join(m.Notes, "; "))
	}
}

func (a *tally) check(t *testing.T) {
	for _, field := range slices.Sorted(maps.Keys(patchworkFields(vector{}))) {
		differ, unmeant := a.differ[field], a.unmeant[field]
		t.Logf("%-10s %5d of %d agree (%.3f %%), %d more with a reason (%.3f %%)", field, a.mails-differ, a.mails,
			share(a.mails-differ, a.mails), differ-unmeant, share(a.mails-unmeant, a.mails))
		if share(a.mails-differ, a.mails) < 99 || share(a.mails-unmeant, a.mails) < 99.9 {
			t.Errorf("%s disagrees too often", field)
		}
	}
	for _, class := range slices.Sorted(maps.Keys(a.byClass)) {
		t.Logf("%4d  %s", a.byClass[class], class)
	}
}

func share(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

// ourFields is what Parse says, written as patchworkFields writes it.
func ourFields(list string, raw []byte, m *track.Mail) map[string]string {
	date := ""
	if !m.Date.IsZero() {
		date = m.Date.Format("2006-01-02T15:04:05")
	}
	x, n := "none", "none"
	if m.Subject.Marked {
		x, n = fmt.Sprint(m.Subject.Number), fmt.Sprint(m.Subject.Total)
	}
	return map[string]string{
		"msgid": m.MsgID, "refs": strings.Join(m.Refs, " "), "name": m.Subject.Name(list), "x": x, "n": n,
		"version": fmt.Sprint(m.Subject.Version), "is_comment": fmt.Sprint(m.Reply), "date": date,
		"from": m.From.Name + " " + m.From.Email, "list_ids": strings.Join(m.ListIDs, " "),
		"diff": hexSum(m.Diff), "content": hexSum(unstoredContent(raw, m)),
		"pull_url": m.PullURL, "hash": m.Hash, "filenames": strings.Join(m.Files, " "),
		"depends": strings.Join(m.Depends, " "),
		"tags":    fmt.Sprint(countTags(m)), "hint": fmt.Sprint(m.Ignore),
	}
}

// patchworkFields is a vector without what makes no difference: it has ids twice that stand in two In-Reply-To fields,
// names not yet cut and trimmed for storing, and addresses in the letter case of the mail.
func patchworkFields(v vector) map[string]string {
	x, n, date, from := "none", "none", "", " "
	if v.X != nil {
		x, n = fmt.Sprint(*v.X), fmt.Sprint(*v.N)
	}
	if v.Date != nil {
		date = *v.Date
	}
	if len(v.From) == 3 {
		from = trim(v.From[1]) + " " + strings.ToLower(v.From[2])
	}
	var ids []string
	for _, header := range v.ListIDs {
		ids = appendNew(ids, listID(header[1]))
	}
	var refs []string
	for _, ref := range v.Refs {
		refs = appendNew(refs, ref)
	}
	return map[string]string{
		"msgid": v.MsgID, "refs": strings.Join(refs, " "), "name": cut(v.Name, 255), "x": x, "n": n,
		"version": fmt.Sprint(v.Version), "is_comment": fmt.Sprint(v.IsComment), "date": date,
		"from": from, "list_ids": strings.Join(ids, " "),
		"diff": sumOrNone(v.Diff, v.DiffLen), "content": sumOrNone(v.Content, v.ContentLen),
		"pull_url": orEmpty(v.PullURL), "hash": v.Hash, "filenames": strings.Join(v.Filenames, " "),
		"depends": strings.Join(v.Depends, " "), "tags": fmt.Sprint(v.Tags),
		"hint": fmt.Sprint(strings.EqualFold(v.Hint, "ignore")),
	}
}

// reasons names, for each field that may differ, the deliberate difference that the mail falls under.
func reasons(raw []byte, m *track.Mail, v vector) map[string]string {
	why := map[string]string{}
	set := func(class string, fields ...string) {
		for _, f := range fields {
			why[f] = class
		}
	}
	patch := []string{"diff", "content", "hash", "filenames", "tags"}
	has := func(note string) bool {
		return slices.ContainsFunc(m.Notes, func(n string) bool { return strings.HasPrefix(n, note) })
	}
	if strings.Contains(m.Diff, "diff --c") && strings.Contains(m.Diff, "\n@@@ -") {
		set("merge", patch...)
	}
	if strings.Contains(m.Diff, "Binary files ") {
		set("binary notice", patch...)
	}
	if has("a patch attached as") {
		set("attached patch", patch...)
	}
	if has("text isn't in its charset") || has("8-bit text labelled") {
		set("charset", "content", "diff", "tags")
	}
	if has("only HTML") {
		set("HTML only", "content", "tags")
	}
	if has("a diff in a cover letter") {
		set("interdiff in a cover", patch...)
	}
	if m.Reply && isForeignReply(m.Subject.Full) {
		set("reply in another language", append(patch, "is_comment", "pull_url")...)
	}
	if m.Reply && bytes.Contains(raw, []byte("\nAuto-Submitted: auto-replied")) {
		set("automatic reply", append(patch, "is_comment", "pull_url")...)
	}
	if slices.ContainsFunc(m.Subject.Prefixes, func(p string) bool { _, ok := gluedVersion(p); return ok }) {
		set("glued version", "version")
	}
	if lostText(raw, m) != "" {
		set("trailers below underscores or a diff word", "tags")
	}
	if strings.Contains(strings.Join(v.From, ""), `\`) {
		set("quoted characters in a name", "from")
	}
	if trailersWithoutAddress(m) {
		set("trailers without an address", "tags")
	}
	if len(m.MsgID) > 255 {
		set("long Message-ID", "msgid")
	}
	if !isASCII([]byte(strings.Join(v.From, ""))) && strings.Contains(strings.Join(v.From, ""), "\uFFFD") {
		set("8-bit header", "from", "name")
	}
	return why
}

// unstoredContent is a mail's content before its CRLFs are made LF, which Patchwork does when it stores, and lostText
// what of its text isn't in it.
func unstoredContent(raw []byte, m *track.Mail) string { return bodyOf(raw, m).content }
func lostText(raw []byte, m *track.Mail) string        { return bodyOf(raw, m).cutOff }

func bodyOf(raw []byte, m *track.Mail) body {
	var ignored notes
	h, rest := topHeader(unixLines(raw), &ignored)
	return readParts(m, splitParts(h, rest, &ignored), &ignored)
}

// trailersWithoutAddress tells of a line that Patchwork counts and that names nobody.
func trailersWithoutAddress(m *track.Mail) bool {
	for line := range strings.Lines(m.Content) {
		key, value, ok := strings.Cut(line, ":")
		if ok && isTrailerKey(key) && !strings.Contains(value, "@") {
			return true
		}
	}
	return false
}

func countTags(m *track.Mail) map[string]int {
	n := map[string]int{"Acked": 0, "Reviewed": 0, "Tested": 0}
	for _, trailer := range m.Trailers {
		for tag := range n {
			if strings.EqualFold(trailer.Key, tag+"-by") {
				n[tag]++
			}
		}
	}
	return n
}

func hexSum(s string) string {
	if s == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// sumOrNone is the hash of a text, empty where the text is.
func sumOrNone(sum *string, length *int) string {
	if sum == nil || length == nil || *length == 0 {
		return ""
	}
	return *sum
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

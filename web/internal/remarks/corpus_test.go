package remarks

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/internal/mailtext"
)

// corpus is where the mail of real lists is. It is other people's, so it is no part of the project.
const corpus = "../../../../shared/corpus/real"

// A story is a patch or cover letter with its replies, each behind what it answers.
type story struct {
	root    string
	replies []reply
}

type reply struct {
	id     string
	parent int
	text   string
}

// TestRealMail: on real lists, each line of a reply is quoted, or of a remark, or neither and then known to be so; and
// of what is quoted nearly all is found.
func TestRealMail(t *testing.T) {
	t.Parallel()
	for list, least := range map[string]float64{
		"batman": .955, "linux-man": .98, "netfilter-devel": .975, "kasan-dev": .96,
	} {
		t.Run(list, func(t *testing.T) {
			t.Parallel()
			var sum tally
			for _, s := range stories(t, list) {
				sum.add(t, &s)
			}
			t.Logf("%+v: placed %.1f %%, lines %.1f %%", sum, 100*share(sum.placed, sum.quotes), 100*share(sum.found, sum.lines))
			if share(sum.placed, sum.quotes) < least || sum.quotes < 100 {
				t.Errorf("of %d quotations %d are placed", sum.quotes, sum.placed)
			}
		})
	}
}

func share(a, b int) float64 { return float64(a) / float64(max(1, b)) }

// A tally counts what was found.
type tally struct{ replies, quotes, placed, lines, found, remarks, atLine, under int }

func (sum *tally) add(t *testing.T, s *story) {
	thread := NewThread(strings.Split(s.root, "\n"))
	for _, mail := range s.replies {
		lines := linesOf(mail.text)
		r := thread.Add(mail.parent, lines)
		checkWhole(t, lines, r)
		sum.replies++
		for i, q := range r.Quotes {
			if !followed(r, i) {
				continue // quoted for nothing: a full quotation below the answer, say
			}
			sum.quotes++
			sum.lines += q.Lines
			sum.found += q.Found
			if q.Placed() {
				sum.placed++
			} else if os.Getenv("SHOW") != "" {
				fmt.Printf("---- %s %d\n", mail.id, q.From)
				for _, l := range lines[q.From:min(q.To, q.From+8)] {
					fmt.Println(l.Text)
				}
			}
		}
		for _, m := range r.Remarks {
			sum.remarks++
			if m.At >= 0 {
				sum.atLine++
			}
			if m.Under != nil {
				sum.under++
			}
		}
	}
}

func followed(r *Reply, quote int) bool {
	for _, m := range r.Remarks {
		if m.Quote == quote {
			return true
		}
	}
	return false
}

// linesOf reads the lines of a mail.
func linesOf(text string) (out []Line) {
	for _, b := range mailtext.Read(text) {
		for _, l := range b.Lines {
			out = append(out, Line{Depth: l.Depth, Signature: b.Kind == mailtext.Signature, Text: l.Text})
		}
	}
	return out
}

// checkWhole: no line of a reply is lost.
func checkWhole(t interface{ Fatalf(string, ...any) }, lines []Line, r *Reply) {
	of := make([]int, len(lines))
	at := 0
	for i, q := range r.Quotes {
		if q.From < at || q.To <= q.From || q.To > len(lines) || q.Found > q.Lines || q.Placed() != (q.Found > 0) {
			t.Fatalf("quotation %d is %+v, after line %d of %d", i, q, at, len(lines))
		}
		for at = q.From; at < q.To; at++ {
			of[at]++
		}
	}
	at = 0
	for i, m := range r.Remarks {
		if m.From < at || m.To <= m.From || m.To > len(lines) || m.Quote >= len(r.Quotes) || m.Quote < -1 {
			t.Fatalf("remark %d is %+v, after line %d of %d", i, m, at, len(lines))
		}
		for at = m.From; at < m.To; at++ {
			of[at]++
		}
	}
	first := slices.IndexFunc(lines, func(l Line) bool { return isQuoted(&l) })
	ended := false
	for i, l := range lines {
		ended = ended || l.Signature
		switch {
		case of[i] == 1:
		case of[i] == 0 && (isEmpty(l.Text) || ended || isElision(l.Text)):
		case of[i] == 0 && i < first: // the sentence that introduces the quotation
		default:
			t.Fatalf("line %d is in %d places: %q", i, of[i], l.Text)
		}
	}
}

// stories reads the threads of a list.
func stories(t *testing.T, list string) []story {
	type one struct {
		*track.Mail
		text   string
		answer []int // mails that answer this one
	}
	var mails []one
	byID := map[string]int{}
	for _, raw := range archive(t, list) {
		m, err := ingest.Parse(raw)
		if err != nil {
			continue
		}
		if _, twice := byID[m.MsgID]; twice {
			continue
		}
		texts, err := ingest.ReadTexts(raw)
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, p := range texts.Parts {
			parts = append(parts, p.Text)
		}
		byID[m.MsgID] = len(mails)
		mails = append(mails, one{m, strings.Join(parts, "\n"), nil})
	}
	for i := range mails {
		if k := mails[i].Kind(); k == track.Patch || k == track.Cover {
			continue
		}
		for _, id := range mails[i].Refs {
			if p, ok := byID[id]; ok && p != i {
				mails[p].answer = append(mails[p].answer, i)
				break
			}
		}
	}
	var out []story
	for i := range mails {
		if k := mails[i].Kind(); k != track.Patch && k != track.Cover || len(mails[i].answer) == 0 {
			continue
		}
		s := story{root: mails[i].text}
		seen := map[int]bool{i: true}
		var walk func(at, number int)
		walk = func(at, number int) {
			for _, next := range mails[at].answer {
				if !seen[next] {
					seen[next] = true
					s.replies = append(s.replies, reply{mails[next].MsgID, number, mails[next].text})
					walk(next, len(s.replies))
				}
			}
		}
		walk(i, Root)
		out = append(out, s)
	}
	return out
}

func archive(t *testing.T, list string) (out [][]byte) {
	f, err := os.Open(filepath.Join(corpus, list+".tar.gz"))
	if os.IsNotExist(err) {
		t.Skipf("the mail of real lists isn't beside this checkout: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(unzipped); ; {
		h, err := in.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		raw, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, raw)
	}
}

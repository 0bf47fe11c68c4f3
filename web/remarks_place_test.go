package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"patchwatch/track"
)

// TestRemarksStandAtTheirLines: what replies say about what they quote is on the page of the patch or cover letter
// once, either below a line that they quote, or below words that they quote of a remark, or listed as not placed. All
// of it is read from the HTML and from the mails, without what places the remarks.
func TestRemarksStandAtTheirLines(t *testing.T) {
	t.Parallel()
	t.Run("sample", func(t *testing.T) {
		t.Parallel()
		s := newWhole(t)
		s.Project(track.Project{LinkName: "frob", ListID: "frob-devel.lists.example.org"})
		s.Import("../testdata/sample")
		s.wantPlaced(1, 0)
	})
	eachRealList(t, 400, func(s *whole, list string) {
		if list == "blinux" {
			s.wantPlaced(0, 0) // they talk, and send no patches
			return
		}
		s.wantPlaced(100, .8)
	})
}

// wantPlaced looks at the pages that have replies. At least so many remarks answer a quotation, and at least this share
// of them stands at a line.
func (s *whole) wantPlaced(least int, share float64) {
	s.t.Helper()
	ctx, paging := s.t.Context(), track.Paging{Limit: 10_000}
	patches, err := s.PatchPage(ctx, track.PatchQuery{Paging: paging})
	if err != nil {
		s.t.Fatal(err)
	}
	covers, err := s.CoverPage(ctx, track.CoverQuery{Paging: paging})
	if err != nil {
		s.t.Fatal(err)
	}
	at, mails := map[int64]string{}, map[int64]int64{}
	for _, r := range patches.Rows {
		at[r.ID], mails[r.ID] = fmt.Sprintf("/patch/%d/", r.ID), r.Mail
	}
	for _, r := range covers.Rows {
		at[r.ID], mails[r.ID] = fmt.Sprintf("/cover/%d/", r.ID), r.Mail
	}
	var all, placed int
	for id, at := range at {
		comments, err := s.CommentPage(ctx, track.CommentQuery{Parent: id, Paging: paging})
		if err != nil {
			s.t.Fatal(err)
		}
		if len(comments.Rows) == 0 {
			continue
		}
		at = s.get("", at).Result().Header.Get("Location")
		for _, query := range []string{"", "?w=1"} {
			n, there := s.wantRemarks(at+query, mails[id], comments.Rows)
			all, placed = all+n, placed+there
		}
	}
	s.t.Logf("%d remarks answer a quotation, %d stand at a line", all, placed)
	if all < least || float64(placed) < share*float64(all) {
		s.t.Errorf("%d remarks answer a quotation, and only %d stand at a line", all, placed)
	}
}

// wantRemarks looks at the remarks of one page. It gives how many answer a quotation, and how many of them stand at a
// line.
func (s *whole) wantRemarks(at string, root int64, replies []track.CommentRow) (answers, placed int) {
	s.t.Helper()
	w := s.get("", at)
	if w.Code != 200 {
		s.t.Errorf("%s: %d", at, w.Code)
		return 0, 0
	}
	page := w.Body.String()
	all := shownRemarks(s.t, page)
	wrote := map[string][]string{"": linesOf(s.textOf(root))} // by the id of a reply: its lines
	for _, c := range replies {
		wrote[fmt.Sprint(c.ID)] = linesOf(s.textOf(c.Mail))
	}
	for _, c := range replies {
		of := slices.Collect(func(yield func(*shownRemark) bool) {
			for _, r := range all {
				if r.reply == fmt.Sprint(c.ID) && !yield(r) {
					return
				}
			}
		})
		for _, said := range saidIn(s.textOf(c.Mail)) {
			r := said.among(of, wrote)
			switch {
			case r == nil && (said.saysNothing() || said.isBroken(fmt.Sprint(c.ID), wrote)):
			case r == nil:
				s.t.Errorf("%s: of the reply %s this is at no line, and not listed: %q", at, c.MsgID, clip(said.lines))
			case r.above == "" && len(said.answers) > 0:
				answers++
			case r.above != "" && !said.quotes(r, wrote):
				s.t.Errorf("%s: in the reply %s, %q answers %q, and stands below %q", at, c.MsgID, clip(said.lines),
					clip(said.answers), r.above)
			case r.above != "":
				answers, placed = answers+1, placed+1
			}
			if r != nil {
				r.taken = true
			}
		}
	}
	for _, r := range all {
		if !r.taken {
			s.t.Errorf("%s: twice, or in no reply %s: %q", at, r.reply, clip(r.lines))
		}
	}
	return answers, placed
}

// among finds what a reply says among its remarks on the page: best as a whole, and below a line that it quotes.
func (s *said) among(all []*shownRemark, wrote map[string][]string) (found *shownRemark) {
	best := 0
	for _, r := range all {
		if r.taken || !s.is(r) {
			continue
		}
		score := 1
		if sameText(s.lines, r.lines) {
			score += 2
		}
		if s.quotes(r, wrote) {
			score++
		}
		if r.in == nil && s.quotes(r, wrote) { // another "ACK" may answer an answer to this line
			score++
		}
		if score > best {
			found, best = r, score
		}
	}
	return found
}

// is tells that a remark is what a reply says. Before the first quotation, who wrote it may be left out; behind one,
// what a program broke off its last line and left without a mark. Of what is listed there is one line.
func (s *said) is(r *shownRemark) bool {
	if r.above == "" {
		for _, l := range s.lines {
			if strings.HasPrefix(bare(l), bare(strings.TrimSuffix(r.lines[0], "…"))) {
				return true
			} else if !greets(l) {
				break
			}
		}
		return false
	}
	for broken := range min(3, len(s.lines)) {
		if sameText(s.lines[broken:], r.lines) {
			return true
		}
	}
	return s.first && len(r.lines) < len(s.lines) && sameText(s.lines[:len(r.lines)], r.lines)
}

// sameText tells that lines are the same but for white space, of which pages show some otherwise.
func sameText(a, b []string) bool {
	return slices.EqualFunc(a, b, func(a, b string) bool { return bare(a) == bare(b) })
}

// bare is a text without white space.
func bare(text string) string { return strings.ReplaceAll(withoutSpace(text), "\u00a0", "") }

// isBroken tells that what a reply seems to say is what a program broke off the last line that it quotes.
func (s *said) isBroken(reply string, wrote map[string][]string) bool {
	if len(s.answers) == 0 {
		return false
	}
	whole := keyOf(s.answers[len(s.answers)-1]) + keyOf(strings.Join(s.lines, ""))
	for id, lines := range wrote {
		if id != reply && slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(bare(l), whole) }) {
			return true
		}
	}
	return false
}

// quotes tells that a reply quotes the line that a remark stands below, or, where it stands in another remark, that
// mail or one that answers it there.
func (s *said) quotes(r *shownRemark, wrote map[string][]string) bool {
	if r.in == nil {
		return alike(r.above, s.answers)
	}
	return slices.ContainsFunc(r.in, func(id string) bool {
		return slices.ContainsFunc(wrote[id], func(line string) bool { return alike(line, s.answers) })
	})
}

// alike tells that a line is among those that are quoted: as a whole, or its beginning, or three words of it, whatever
// became of the white space.
func alike(line string, quoted []string) bool {
	key := keyOf(line)
	var together string
	for _, q := range quoted {
		together += keyOf(q)
	}
	for _, q := range quoted {
		if k := keyOf(q); k == key {
			return true
		} else if len(k) >= 8 && strings.HasPrefix(key, k) {
			return true
		}
	}
	if len(key) >= 8 && strings.Contains(together, key) || len(key) >= 4 && strings.HasSuffix(together, key) {
		return true // lines that were filled anew
	}
	words := strings.Fields(line)
	for i := 0; i+3 <= len(words); i++ {
		if strings.Contains(together, strings.Join(words[i:i+3], "")) {
			return true
		}
	}
	return false
}

// keyOf is a line without marks of quotation, without what a diff says of it, and without white space.
func keyOf(line string) string {
	line = strings.TrimLeft(bare(line), ">")
	if len(line) > 1 && strings.Trim(line, "-") != "" && strings.ContainsRune("+-", rune(line[0])) {
		return line[1:]
	}
	return line
}

// clip leaves lines out in the middle.
func clip(lines []string) []string {
	if len(lines) > 4 {
		return []string{lines[0], "[...]", lines[len(lines)-2], lines[len(lines)-1]}
	}
	return lines
}

package web_test

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

// TestTextOfEveryMailIsOnItsPage: the text of every patch, cover letter and reply is on the page of the patch or cover
// letter, and that of every mail on its page in the archive, each line in its order.
func TestTextOfEveryMailIsOnItsPage(t *testing.T) {
	t.Parallel()
	t.Run("sample", func(t *testing.T) {
		s := newWhole(t)
		s.Project(track.Project{LinkName: "frob", ListID: "frob-devel.lists.example.org"})
		s.Import("../testdata/sample")
		s.wantWhole(40)
	})
	eachRealList(t, 600, func(s *whole, list string) {
		if list == "blinux" {
			s.wantWhole(0) // they talk, and send no patches
		} else {
			s.wantWhole(150)
		}
		s.wantArchived(list)
	})
}

// wantWhole looks at the page of each patch and cover, of which there are at least so many.
func (s *whole) wantWhole(least int) {
	s.t.Helper()
	ctx, n := s.t.Context(), 0
	paging := track.Paging{Limit: 10_000}
	patches, err := s.PatchPage(ctx, track.PatchQuery{Paging: paging})
	if err != nil {
		s.t.Fatal(err)
	}
	covers, err := s.CoverPage(ctx, track.CoverQuery{Paging: paging})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range patches.Rows {
		n += s.wantLetter(fmt.Sprintf("/patch/%d/", r.ID), &r.MailBrief, r.Mail)
	}
	for _, r := range covers.Rows {
		n += s.wantLetter(fmt.Sprintf("/cover/%d/", r.ID), &r.MailBrief, r.Mail)
	}
	if s.t.Logf("%d mails", n); n < least {
		s.t.Errorf("only %d mails were looked at", n)
	}
}

// wantLetter looks at the page of a mail, and gives how many mails were on it.
func (s *whole) wantLetter(at string, m *track.MailBrief, mail int64) int {
	s.t.Helper()
	ctx := s.t.Context()
	w := s.get("maint", s.get("", at).Result().Header.Get("Location"))
	if w.Code != 200 {
		s.t.Errorf("%s: %d", at, w.Code)
		return 0
	}
	page, thread, _ := strings.Cut(w.Body.String(), `id="thread"`)
	folded := strings.Contains(page, `lines</a>`) || strings.Contains(page, "?file=")
	if line := missing(shownText(page), s.textOf(mail)); line != "" && !folded {
		s.t.Errorf("%s: of the mail, this is not on the page: %q", at, line)
	}
	comments, err := s.CommentPage(ctx, track.CommentQuery{Parent: m.ID, Paging: track.Paging{Limit: 10_000}})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range comments.Rows {
		_, article, there := strings.Cut(thread, fmt.Sprintf(`id="%d"`, c.ID))
		article, _, _ = strings.Cut(article, "</article>")
		if line := missing(shownText(article), s.textOf(c.Mail)); line != "" || !there {
			s.t.Errorf("%s: of the reply %s, this is not on the page: %q", at, c.MsgID, line)
		}
	}
	return 1 + len(comments.Rows)
}

// wantArchived looks at the page of each mail in the archive of a list.
func (s *whole) wantArchived(list string) {
	s.t.Helper()
	ctx := s.t.Context()
	last, err := s.LastMail(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	ids := make([]int64, last)
	for i := range ids {
		ids[i] = int64(i) + 1
	}
	mails, err := s.ArchivedMails(ctx, ids)
	if err != nil {
		s.t.Fatal(err)
	}
	projects, err := s.Projects(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	of := projects[slices.IndexFunc(projects, func(p track.Project) bool { return p.LinkName == list })].ID
	n := 0
	for i := range mails {
		if mails[i].Project != of {
			continue
		}
		at := "/" + list + "/" + string(site.Escape(nil, site.BareID(mails[i].MsgID))) + "/"
		if line := missing(s.shownOn(at), s.textOf(mails[i].Mail)); line != "" {
			s.t.Errorf("%s: this is not on the page: %q", at, line)
		}
		n++
	}
	if s.t.Logf("%d mails in the archive", n); n == 0 {
		s.t.Error("no mail is in the archive")
	}
}

// shownOn is the text of a page of the archive, and of those on which it goes on.
func (s *whole) shownOn(at string) (text string) {
	s.t.Helper()
	for page := at; page != ""; {
		w := s.get("", page)
		_, shown, there := strings.Cut(w.Body.String(), `id="b">`)
		shown, _, _ = strings.Cut(shown, "</article>")
		if w.Code != 200 || !there || len(text) > 100<<20 {
			s.t.Fatalf("%s: %d %s", page, w.Code, w.Body)
		}
		text += shownText(goesOn.ReplaceAllString(shown, ""))
		page = html.UnescapeString(goesOn.FindString(shown))
		_, page, _ = strings.Cut(page, `href="`)
		page, _, _ = strings.Cut(page, `"`)
	}
	return text
}

// textOf is the text of a mail, decoded.
func (s *whole) textOf(mail int64) string {
	s.t.Helper()
	raw, err := s.Raw(s.t.Context(), mail)
	if err != nil {
		s.t.Fatal(err)
	}
	texts, err := ingest.ReadTexts(raw)
	if err != nil {
		s.t.Fatal(err)
	}
	var all strings.Builder
	for _, p := range texts.Parts {
		all.WriteString(p.Text + "\n")
	}
	return all.String()
}

var (
	goesOn    = regexp.MustCompile(`<p><a href="[^"]*">The text goes on</a></p>`)
	summaries = regexp.MustCompile(`<summary>\d+ [a-z ]*lines</summary>`)
	tags      = regexp.MustCompile(`<[^>]*>`)
	blanks    = regexp.MustCompile(`\s+`)
)

// shownText is the text of a page without white space, which the lines of diffs have between columns.
func shownText(page string) string {
	return withoutSpace(html.UnescapeString(tags.ReplaceAllString(summaries.ReplaceAllString(page, ""), "")))
}

func withoutSpace(text string) string { return blanks.ReplaceAllString(text, "") }

// missing is the first line of a text that is not on a page, after those before it.
func missing(page, text string) string {
	for line := range strings.Lines(text) {
		want := withoutSpace(mailtext.Visible(strings.TrimRight(line, "\r\n")))
		_, rest, there := strings.Cut(page, want)
		if !there {
			return line
		}
		page = rest
	}
	return ""
}

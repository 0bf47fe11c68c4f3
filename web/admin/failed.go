package admin

import (
	"cmp"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// failedPage lists mails that could not be read, with the reasons.
type failedPage struct {
	layout.Page
	Mails       []failedRow
	Total       int
	First, Last int // of those shown, from 1
	Older       string
	Newer       string
}

type failedRow struct {
	Key, Name, Dir, From, Subject string
	URL                           string
	Size                          string
	When                          layout.Moment
	Reason, More                  string // the first line, and what follows
	Rest                          template.HTML
}

// failedPerPage bounds how many mails are opened for a page.
const failedPerPage = 50

func (c *call) failed() (*shown, error) {
	p := &failedPage{Page: layout.Page{Title: "Failed mail"}}
	if text := c.R.URL.Query().Get("moved"); text != "" {
		if n, err := strconv.Atoi(text); err == nil && n >= 0 {
			p.Done = count(n, "mail") + " moved to new, where a watcher takes them once more."
		}
	}
	return c.failedShown(p)
}

// failedShown fills in the mails of the page that is asked for.
func (c *call) failedShown(p *failedPage) (*shown, error) {
	if c.Host == nil {
		return nil, refusal(http.StatusNotFound, "This server knows no Maildirs.")
	}
	number := max(1, atoi(c.R.URL.Query().Get("page")))
	skip := (min(number, 1_000_000) - 1) * failedPerPage
	mails, total, err := c.Host.Failed(c.Ctx(), skip, failedPerPage)
	if err != nil {
		p.Problem = "The Maildirs cannot be read: " + mailtext.Visible(err.Error())
	}
	p.Total, p.First, p.Last = total, skip+1, skip+len(mails)
	for i := range mails {
		p.Mails = append(p.Mails, c.failedRow(&mails[i]))
	}
	if number > 1 {
		p.Newer = "?page=" + strconv.Itoa(number-1)
	}
	if p.Last < total && len(mails) > 0 {
		p.Older = "?page=" + strconv.Itoa(number+1)
	}
	p.Previous, p.Next = p.Newer, p.Older
	return &shown{template: "failed", page: p}, nil
}

func (c *call) failedRow(m *FailedMail) failedRow {
	reason, more, _ := strings.Cut(strings.TrimSpace(m.Reason), "\n")
	return failedRow{
		Key: m.Key, Name: mailtext.Visible(m.Name), Dir: mailtext.Visible(m.Dir), From: mailtext.Visible(m.From),
		Subject: mailtext.Visible(m.Subject), URL: c.at("failed/" + m.Key + "/"), Size: size(m.Size),
		When:   layout.MomentOf(m.Time, c.Now),
		Reason: mailtext.Visible(cmp.Or(reason, "No reason is written down: somebody has put it there by hand.")),
		More:   strings.TrimSpace(more),
	}
}

// retry moves the mails that were ticked back to new.
func (c *call) retry() (*done, error) {
	if c.Host == nil {
		return nil, refusal(http.StatusNotFound, "This server knows no Maildirs.")
	}
	keys := c.R.PostForm["mail"]
	switch {
	case len(keys) == 0:
		return nil, refusal(http.StatusBadRequest, "No mail was chosen.")
	case len(keys) > failedPerPage:
		return nil, refusal(http.StatusBadRequest, "These are too many mails at once.")
	}
	moved, err := c.Host.Retry(c.Ctx(), keys)
	if err != nil {
		p := &failedPage{Page: layout.Page{Title: "Failed mail", Problem: mailtext.Visible(err.Error())}}
		s, err := c.failedShown(p)
		if err != nil {
			return nil, err
		}
		s.status = http.StatusConflict
		return &done{page: s}, nil
	}
	return &done{see: "failed/?moved=" + strconv.Itoa(moved)}, nil
}

// failedMailPage shows one mail that could not be read: the whole reason, and how it begins.
type failedMailPage struct {
	layout.Page
	Mail  failedRow
	Begin template.HTML
	Rest  string // how much is not shown
}

func (c *call) failedMail() (*shown, error) {
	if c.Host == nil {
		return nil, refusal(http.StatusNotFound, "This server knows no Maildirs.")
	}
	m, begin, err := c.Host.FailedMail(c.Ctx(), c.R.PathValue("key"))
	if err != nil {
		return nil, err
	}
	p := &failedMailPage{Page: layout.Page{Title: "A mail that could not be read"}, Mail: c.failedRow(&m)}
	p.Begin, p.Mail.Rest = lines(string(begin)), lines(p.Mail.More)
	if more := m.Size - int64(len(begin)); more > 0 {
		p.Rest = size(more)
	}
	return &shown{template: "failed_mail", page: p}, nil
}

// lines shows text as it is, with all that is in it to be seen.
func lines(text string) template.HTML {
	if text == "" {
		return ""
	}
	b := mailtext.Block{Kind: mailtext.Words}
	for line := range strings.SplitSeq(strings.TrimRight(text, "\r\n"), "\n") {
		b.Lines = append(b.Lines, mailtext.Line{Text: strings.TrimSuffix(line, "\r")})
	}
	return mailtext.HTML([]mailtext.Block{b})
}

func atoi(text string) int {
	n, _ := strconv.Atoi(text) // what is no number is 0
	return n
}

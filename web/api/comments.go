package api

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

// talk is the patch or cover that comments are on.
type talk struct {
	track.MailBrief
	onCover   bool
	submitter string
	delegate  string
}

func (c *call) patchTalk() (*talk, error) {
	row, err := c.onePatch()
	if err != nil {
		return nil, err
	}
	return &talk{row.MailBrief, false, row.Submitter.Email, row.Delegate}, nil
}

func (c *call) coverTalk() (*talk, error) {
	row, err := c.oneCover()
	if err != nil {
		return nil, err
	}
	return &talk{row.MailBrief, true, row.Submitter.Email, ""}, nil
}

func (c *call) patchComments() (*site.Answer, error) { return c.comments((*call).patchTalk) }
func (c *call) coverComments() (*site.Answer, error) { return c.comments((*call).coverTalk) }
func (c *call) patchComment() (*site.Answer, error)  { return c.comment((*call).patchTalk) }
func (c *call) coverComment() (*site.Answer, error)  { return c.comment((*call).coverTalk) }

func (c *call) changePatchComment() (int, []byte, error) { return c.changeComment((*call).patchTalk) }
func (c *call) changeCoverComment() (int, []byte, error) { return c.changeComment((*call).coverTalk) }

func (c *call) comments(on func(*call) (*talk, error)) (*site.Answer, error) {
	q := c.query()
	t, p, page, err := c.talkHere(on, q)
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	mails := make([]int64, len(page.Rows))
	for i := range page.Rows {
		mails[i] = page.Rows[i].Mail
	}
	read, err := c.readMails(mails)
	if err != nil {
		return nil, err
	}
	list(e, page.Rows, func(e *encoder, r *track.CommentRow) { e.comment(r, read[r.Mail]) })
	return c.paged(e, q, p, page.Total, []int64{t.Project}), nil
}

// talkHere finds what the number in the URL says, and a page of what is said on it. Both are asked for together, since
// mostly the number is one of our own.
func (c *call) talkHere(on func(*call) (*talk, error), q *query) (
	t *talk, p paging, page track.Page[track.CommentRow], err error,
) {
	id, err := c.id(0)
	if err != nil {
		return nil, p, page, err
	}
	turned := func(ctx context.Context, parent int64) (err error) {
		if p, err = q.paging("id", "date", "submitter", "subject"); err != nil {
			return err
		}
		page, err = turn(&p, func(at track.Paging) (track.Page[track.CommentRow], error) {
			return c.Store.CommentPage(ctx, track.CommentQuery{Scope: c.scope(), Parent: parent, Words: q.words(), Paging: at})
		})
		return err
	}
	var of error // of the page: it may be that of something else
	err = c.Store.Together(c.ctx(), func(ctx context.Context) (err error) {
		t, err = on(c.asking(ctx))
		return err
	}, func(ctx context.Context) error {
		of = turned(ctx, id)
		return nil
	})
	if err == nil && t.ID != id {
		of = turned(c.ctx(), t.ID)
	}
	return t, p, page, cmp.Or(err, of)
}

// oneComment finds a comment by the second number in the URL. It must be on what the first one says.
func (c *call) oneComment(t *talk) (row track.CommentRow, err error) {
	id, err := c.id(1)
	if err != nil {
		return row, err
	}
	row, err = c.Store.CommentRow(c.ctx(), id, t.onCover, c.whole())
	switch {
	case err != nil:
		return row, err
	case row.Parent.ID != t.ID:
		return row, errNotFound
	case row.Hidden:
		return row, errGone
	}
	return row, nil
}

func (c *call) comment(on func(*call) (*talk, error)) (*site.Answer, error) {
	t, err := on(c)
	if err != nil {
		return nil, err
	}
	row, err := c.oneComment(t)
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	read, err := c.read1(row.Mail)
	if err != nil {
		return nil, err
	}
	e.comment(&row, read)
	return answerOf(e, t.Project), nil
}

func (e *encoder) comment(r *track.CommentRow, read *parts) {
	e.raw(`{"id":`)
	e.number(r.ID)
	e.commentURLs(&r.MailBrief, &r.Parent, r.OnCover)
	e.msgID(&r.MailBrief)
	e.raw(`,"date":`)
	e.date(r.Date)
	e.raw(`,"subject":`)
	e.text(read.subject)
	e.raw(`,"submitter":`)
	e.personIn(&r.Submitter)
	e.raw(`,"content":`)
	e.b = append(e.b, read.content...)
	e.raw(`,"headers":`)
	e.b = append(e.b, read.headers...)
	if e.v >= v13 {
		e.raw(`,"addressed":`)
		if r.Addressed == nil {
			e.raw("null")
		} else {
			e.yes(*r.Addressed)
		}
	}
	e.raw("}")
}

// commentURLs are url and web_url, as far as the version has them.
func (e *encoder) commentURLs(m, parent *track.MailBrief, onCover bool) {
	if e.v >= v13 {
		noun := "/patches"
		if onCover {
			noun = "/covers"
		}
		e.raw(`,"url":`)
		e.under(e.api, noun, parent.ID, "comments/"+strconv.FormatInt(m.ID, 10))
	}
	if e.v >= v11 {
		e.raw(`,"web_url":"`)
		e.b = e.links.Comment(e.b, m.ID)
		e.raw(`"`)
	}
}

// commentIn writes a comment where something else names it.
func (e *encoder) commentIn(m, parent *track.MailBrief, onCover bool) {
	e.raw(`{"id":`)
	e.number(m.ID)
	e.commentURLs(m, parent, onCover)
	e.msgID(m)
	e.raw(`,"date":`)
	e.date(m.Date)
	e.raw("}")
}

// changeComment says whether somebody has seen to a comment. Whoever wrote it may say so, and whoever may decide
// about what it is on.
func (c *call) changeComment(on func(*call) (*talk, error)) (int, []byte, error) {
	t, err := on(c)
	if err != nil {
		return 0, nil, err
	}
	row, err := c.oneComment(t)
	if err != nil {
		return 0, nil, err
	}
	p := c.world.Project(t.Project)
	if !c.viewer.Decides(p, row.Submitter.Email, "") && !c.viewer.Decides(p, t.submitter, t.delegate) {
		return 0, nil, c.denied()
	}
	f, err := c.form()
	if err != nil {
		return 0, nil, err
	}
	addressed := f.flagOrNull("addressed")
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	if addressed != nil {
		if err := c.Store.SetAddressed(c.ctx(), c.viewer.Actor(), row.ID, *addressed); err != nil {
			return 0, nil, err
		}
	}
	return c.again(func() (*site.Answer, error) { return c.comment(on) })
}

// again answers with what is there after a change.
func (c *call) again(get func() (*site.Answer, error)) (int, []byte, error) {
	a, err := get()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, a.Body, nil
}

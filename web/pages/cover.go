package pages

import (
	"errors"
	"fmt"

	"patchwatch/web/internal/diffview"
	"patchwatch/web/internal/visit"
)

// coverPage shows a cover letter, with remarks at the lines that they are about, and the thread.
type coverPage struct{ letterPage }

func (c *call) cover() (*shown, error) {
	row, of, err := c.Cover()
	if errors.Is(err, visit.ErrNotFound) && of != nil {
		if patch, _, err := c.Patch(); err == nil {
			return nil, &visit.Redirect{To: string(here.Patch(nil, of, patch.MsgID))}
		}
	}
	if err != nil {
		return nil, err
	}
	root, talk, err := c.talk(&row.MailBrief, row.Mail)
	if err != nil {
		return nil, err
	}
	p := &coverPage{c.letterPage(of, &row.MailBrief, &row.Submitter, here.Cover(nil, of, row.MsgID), &root)}
	p.API = fmt.Sprintf("%s/api/covers/%d/", c.prefix(), row.ID)
	d := diffview.Read(root.text)
	talk.place(d.Lines)
	a := c.asides(talk)
	p.talked(talk, a)
	w := &coder{asides: a}
	p.Message = w.words(d, 0, len(d.Lines)) // a diff in it stays text
	if err := c.inSeries(&p.letterPage, of, row.Series.ID, row.ID); err != nil {
		return nil, err
	}
	return &shown{template: "cover", page: p, about: []int64{of.ID}}, nil
}

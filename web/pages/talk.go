package pages

import (
	"errors"
	"slices"
	"strconv"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/remarks"
)

// What a page shows of a thread. What is beyond is in the archive.
const (
	maxComments = 1000
	maxTalk     = 8 << 20 // bytes of mails
)

// talk is what was said about a patch or a cover letter, in the order of the tree: each comment behind the one that it
// answers.
type talk struct {
	Comments []*comment
	Total    int // comments that there are
}

type comment struct {
	track.CommentRow
	said    letter
	Moment  moment
	index   int // in Comments
	parent  *comment
	answers []*comment
	Depth   int
	blocks  []mailtext.Block
	lines   []remarks.Line
	found   *remarks.Reply
	Fold    layout.Fold
	Unseen  bool // it came after the viewer had looked
}

var errEnough = errors.New("enough of the thread was read")

// talk reads the mail of a patch or cover and what was said about it: by two questions, whatever there is.
func (c *call) talk(about *track.MailBrief, mail int64) (root letter, t *talk, err error) {
	page, err := c.Store.CommentPage(c.Ctx(), track.CommentQuery{
		Scope: c.Scope(), Parent: about.ID,
		Paging: track.Paging{Order: []track.Order{{By: "date"}}, Limit: maxComments},
	})
	if err != nil {
		return root, nil, err
	}
	mails := []int64{mail}
	byMail := map[int64]*comment{}
	all := make([]*comment, len(page.Rows))
	for i, r := range page.Rows {
		all[i] = &comment{CommentRow: r, Moment: c.moment(r.Date)}
		byMail[r.Mail] = all[i]
		mails = append(mails, r.Mail)
	}
	size := 0
	err = c.Store.Raws(c.Ctx(), mails, func(id int64, raw []byte) error {
		if id == mail {
			root = readLetter(raw)
			return nil
		}
		if size += len(raw); size > maxTalk {
			return errEnough
		}
		byMail[id].said = readLetter(raw)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return root, nil, err
	}
	all = slices.DeleteFunc(all, func(c *comment) bool { return c.said.Mail == nil })
	t = &talk{inOrder(about.MsgID, all), page.Total}
	t.fold()
	return root, t, nil
}

func (t *talk) fold() {
	depths := make([]int, len(t.Comments))
	for i, c := range t.Comments {
		depths[i] = c.Depth
	}
	for i, f := range layout.Folds(depths) {
		f.Class = "in" + strconv.Itoa(t.Comments[i].indent())
		t.Comments[i].Fold = f
	}
}

// inOrder makes the tree of comments, which come by date: a comment is below the first mail that it refers to.
func inOrder(root string, all []*comment) []*comment {
	byID := make(map[string]*comment, len(all))
	for _, c := range all {
		byID[c.MsgID] = c
	}
	var top []*comment
	for _, c := range all {
		for _, id := range c.said.Refs {
			if p := byID[id]; id == root || p != nil && p != c {
				c.parent = p
				break
			}
		}
		if c.parent == nil {
			top = append(top, c)
		} else {
			c.parent.answers = append(c.parent.answers, c)
		}
	}
	w := walk{seen: make(map[*comment]bool, len(all))}
	for _, c := range top {
		w.tree(c)
	}
	for _, c := range all { // those that refer to each other in a circle
		if !w.seen[c] {
			c.parent = nil
			w.tree(c)
		}
	}
	return w.out
}

type walk struct {
	seen map[*comment]bool
	out  []*comment
}

// tree adds a comment and all that answer it. It keeps a list and does not call itself: a thread may be very deep.
func (w *walk) tree(top *comment) {
	list := []*comment{top}
	for len(list) > 0 {
		c := list[len(list)-1]
		list = list[:len(list)-1]
		if w.seen[c] {
			continue
		}
		w.seen[c] = true
		if c.index = len(w.out); c.parent != nil {
			c.Depth = c.parent.Depth + 1
		}
		w.out = append(w.out, c)
		for _, a := range slices.Backward(c.answers) {
			list = append(list, a)
		}
	}
}

// place finds where in a text the remarks of all comments belong.
func (t *talk) place(lines []string) {
	thread := remarks.NewThread(lines)
	for i, c := range t.Comments {
		c.blocks = mailtext.Read(c.said.text)
		for _, b := range c.blocks {
			for _, l := range b.Lines {
				c.lines = append(c.lines, remarks.Line{
					Depth: l.Depth, Signature: b.Kind == mailtext.Signature, Text: l.Text,
				})
			}
		}
		parent := remarks.Root
		if c.parent != nil && c.parent.index < i {
			parent = c.parent.index + 1
		}
		c.found = thread.Add(parent, c.lines)
	}
}

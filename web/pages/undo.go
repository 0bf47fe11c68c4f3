package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/visit"
)

// What was decided on a page can be taken back for as long as the page says so. The log knows what was before, so the
// address of the page only names the patches: WHAT,WHAT:NUMBER.NUMBER.

// mostUndone is how many patches a page can take back. The log is asked for each of them.
const mostUndone = 100

func did(what []string, ids []int64) string {
	if len(ids) == 0 || len(ids) > mostUndone {
		return ""
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(what, ",") + ":" + strings.Join(texts, ".")
}

func parseDid(text string) (what []string, ids []int64, ok bool) {
	names, numbers, ok := strings.Cut(text, ":")
	if !ok {
		return nil, nil, false
	}
	for name := range strings.SplitSeq(names, ",") {
		if name != "state" && name != "delegate" && name != "archived" || slices.Contains(what, name) {
			return nil, nil, false
		}
		what = append(what, name)
	}
	for number := range strings.SplitSeq(numbers, ".") {
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || id <= 0 || len(ids) == mostUndone {
			return nil, nil, false
		}
		ids = append(ids, id)
	}
	return what, ids, true
}

// deed is something that the viewer decided last about a patch.
type deed struct {
	patch         int64
	what          string
	before, after string
}

// deeds are what the viewer decided about patches and nobody has changed since.
func (c *call) deeds(of *track.Project, text string) (deeds []deed, rows map[int64]track.PatchRow, err error) {
	what, ids, ok := parseDid(text)
	if !ok || c.Viewer.User == nil || c.Viewer.ReadOnly {
		return nil, nil, nil
	}
	if rows, err = c.Store.PatchRows(c.Ctx(), ids, c.Scope()); err != nil {
		return nil, nil, err
	}
	ids = slices.DeleteFunc(ids, func(id int64) bool { return rows[id].Project != of.ID }) // it may have the same mail
	var about []engine.LogQuery
	for _, id := range ids {
		about = append(about, engine.LogQuery{Project: of.LinkName, MsgID: rows[id].MsgID})
	}
	log, err := c.Store.LogOf(c.Ctx(), about, 0)
	if err != nil {
		return nil, nil, err
	}
	type key struct{ msgID, what string }
	newest := map[key]*engine.LogEntry{}
	for i := range log { // newest first
		if k := (key{log[i].MsgID, log[i].What}); newest[k] == nil {
			newest[k] = &log[i]
		}
	}
	for _, id := range ids {
		for _, w := range what {
			if e := newest[key{rows[id].MsgID, w}]; e != nil && e.Actor == c.Viewer.Actor() {
				deeds = append(deeds, deed{id, w, e.Before, e.After})
			}
		}
	}
	return deeds, rows, nil
}

// sayDone says what was decided before the browser was led here, and offers to take it back.
func (c *call) sayDone(of *track.Project, q query, f *layout.Page) error {
	text := q.one("did")
	if text == "" {
		return nil
	}
	deeds, _, err := c.deeds(of, text)
	if err != nil || len(deeds) == 0 {
		return err
	}
	f.Done = c.sentence(deeds)
	back := c.R.URL.EscapedPath() + q.with()
	f.Undo = &layout.Undo{URL: c.at(of) + "undo/?next=" + escapedQuery(back), Name: "did", Value: text}
	return nil
}

// sentence says of how many patches what was decided.
func (c *call) sentence(deeds []deed) string {
	var parts []string
	for _, what := range []string{"state", "delegate", "archived"} {
		count, after := 0, ""
		for _, d := range deeds {
			if d.what == what {
				count, after = count+1, d.after
			}
		}
		patches := fmt.Sprintf("%d patches", count)
		if count == 1 {
			patches = "1 patch"
		}
		switch {
		case count == 0:
		case what == "state":
			parts = append(parts, patches+" set to "+stateWords(track.State(after)))
		case what == "delegate":
			parts = append(parts, patches+" delegated to "+cmp.Or(c.delegate(after), "nobody"))
		case after == "yes":
			parts = append(parts, patches+" archived")
		default:
			parts = append(parts, patches+" taken out of the archive")
		}
	}
	return strings.Join(parts, ", ") + "."
}

// undo takes back what a form did, where nobody has decided anything else since.
func (c *call) undo() (string, error) {
	of, err := c.Project()
	if err != nil {
		return "", err
	}
	if c.Viewer.User == nil {
		return "", errLogin
	}
	if c.Viewer.ReadOnly {
		return "", visit.ErrForbidden
	}
	back := c.ownPath(c.query().one("next"))
	deeds, rows, err := c.deeds(of, c.R.PostFormValue("did"))
	if err != nil {
		return "", err
	}
	by := map[deed][]int64{} // those that are taken back alike
	for _, d := range deeds {
		r := rows[d.patch]
		if !c.Viewer.Decides(of, r.Submitter.Email, r.Delegate) {
			return "", visit.ErrForbidden
		}
		alike := deed{what: d.what, before: d.before}
		by[alike] = append(by[alike], d.patch)
	}
	for alike, ids := range by {
		if err := c.Store.Decide(c.Ctx(), c.Viewer.Actor(), ids, alike.back()); err != nil {
			return "", err
		}
	}
	return back, nil
}

// back is the decision that takes one back.
func (d deed) back() (out track.Decided) {
	switch d.what {
	case "state":
		state := track.State(d.before)
		out.State = &state
	case "delegate":
		out.Delegate = &d.before
	case "archived":
		archived := d.before == "yes"
		out.Archived = &archived
	}
	return out
}

// ownPath is a path of this server that a form names; any other text is the first page.
func (c *call) ownPath(text string) string {
	if !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.ContainsAny(text, "\\\r\n\t") {
		return "/"
	}
	return text
}

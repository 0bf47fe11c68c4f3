package dbtest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// fill draws all of a mail but its number and its bytes.
func (r *rows) fill(m *engine.Mail) {
	t := r.t
	m.Project, m.MsgID = r.anyProject(), oneOf(t, "msgid", someIDs...)
	m.Chosen = rapid.IntRange(0, 4).Draw(t, "chosen") > 0
	for _, o := range r.mails {
		if o.ID != m.ID && o.Chosen && o.MsgID == m.MsgID && o.Project == m.Project {
			m.Chosen = false
		}
		if o.ID != m.ID && o.MsgID == m.MsgID && o.SHA256 == m.SHA256 {
			m.MsgID, m.Chosen = fmt.Sprintf("<%d@y>", len(r.mails)+int(m.ID)*1000), false
		}
	}
	m.First = oneOf[int64](t, "first", 0, 1, 2)
	m.ByList, m.Delivered = rapid.Bool().Draw(t, "by list"), r.anyTime("delivered").Add(7*time.Microsecond)
	m.Sent, m.Dated, m.Date = oneOf(t, "sent", time.Time{}, epoch), rapid.Bool().Draw(t, "dated"), r.anyTime("date")
	m.ImportedAs = oneOf(t, "imported as", "", listID)
	m.Kind = oneOf(t, "kind", track.Talk, track.Patch, track.Patch, track.Cover, track.Ignored)
	m.Sender, m.SenderName = oneOf(t, "sender", someSenders...), oneOf(t, "sender's name", someNames...)
	m.Name, m.Marked = oneOf(t, "name", someNames...), rapid.Bool().Draw(t, "marked")
	m.Number, m.Total, m.Version = rapid.IntRange(0, 2).Draw(t, "number"), rapid.IntRange(1, 2).Draw(t, "total"),
		rapid.IntRange(1, 3).Draw(t, "version")
	m.Refs = rapid.SliceOfN(rapid.SampledFrom(someIDs), 0, 3).Draw(t, "refs")
	m.ContentSHA, m.DiffSHA, m.Hash = []byte("content"), oneOf(t, "diff", nil, []byte("diff")),
		oneOf(t, "hash", nil, []byte{0, 255}, []byte{0, 255, 0})
	m.PullURL, m.State = oneOf(t, "pull", "", "git://x"), oneOf(t, "asked", "", "accepted")
	m.More = oneOf(t, "more", "", `{"Depends":["<a@x>"]}`,
		`{"Trailers":[{"Key":"Acked-by","Value":"x"}],"Notes":["n"],"ActionRequired":true}`)
	m.Title, m.Change = oneOf[int64](t, "title", 0, 5, -6), oneOf[int64](t, "change", 0, 5, -6)
	m.Earlier = oneOf(t, "earlier", "", "", oneOf(t, "id", someIDs...))
}

func (r *rows) insert() step {
	last := *r.reserved
	for _, m := range r.mails {
		last = max(last, m.ID)
	}
	var mails []engine.Mail
	var frames [][]byte
	for i := range rapid.IntRange(1, 3).Draw(r.t, "mails") {
		m := engine.Mail{ID: last + 1 + int64(i)} // to be drawn among the others; the engine gives it its own
		m.SHA256 = sha256.Sum256(fmt.Append(nil, rapid.IntRange(0, 9).Draw(r.t, "bytes")))
		r.fill(&m)
		mails, r.mails = append(mails, m), append(r.mails, m)
		frames = append(frames, slices.Repeat([]byte{byte(i)}, oneOf(r.t, "size", 1, 500, 5000)))
	}
	return step{"insert ", func(tx engine.Tx) (string, error) {
		var rows []*engine.Mail
		for _, m := range mails {
			m.ID = 0
			rows = append(rows, &m)
		}
		err := tx.Insert(rows, frames)
		answer := ""
		for _, m := range rows {
			answer += fmt.Sprint(m.ID, " ")
		}
		return answer, err
	}}
}

func (r *rows) update() step {
	if len(r.mails) == 0 {
		return r.insert()
	}
	m := &r.mails[rapid.IntRange(0, len(r.mails)-1).Draw(r.t, "which")]
	r.fill(m)
	c := *m
	return step{"update", func(tx engine.Tx) (string, error) { return "", tx.Update([]*engine.Mail{&c}) }}
}

func (r *rows) remove() step {
	id := r.anyMail()
	var refs []engine.RefKey
	for _, k := range r.refs {
		if k.Mail == id {
			refs = append(refs, k)
		}
	}
	r.mails = slices.DeleteFunc(r.mails, func(m engine.Mail) bool { return m.ID == id })
	return step{"remove", func(tx engine.Tx) (string, error) {
		return "", errors.Join(tx.DropRefs(refs), tx.Remove([]int64{id}))
	}}
}

func (r *rows) anyRefs() (out []engine.RefKey) {
	for range rapid.IntRange(1, 4).Draw(r.t, "references") {
		if id := r.anyMail(); id != 0 {
			k := engine.RefKey{Hash: engine.RefHash(r.anyProject(), oneOf(r.t, "to", someIDs...)),
				Member: rapid.Bool().Draw(r.t, "member"), Mail: id}
			out = append(out, k)
		}
	}
	return out
}

func (r *rows) putRefs() step {
	refs := r.anyRefs()
	r.refs = append(r.refs, refs...)
	return step{"put refs", func(tx engine.Tx) (string, error) { return "", tx.PutRefs(refs) }}
}

func (r *rows) dropRefs() step {
	refs := r.anyRefs()
	if len(r.refs) > 0 {
		refs = append(refs, oneOf(r.t, "that is there", r.refs...))
	}
	return step{"drop refs", func(tx engine.Tx) (string, error) { return "", tx.DropRefs(refs) }}
}

func (r *rows) put() step {
	t := r.t
	id, project := r.anyMail(), r.anyProject()
	if id == 0 || project == 0 {
		return r.insert()
	}
	var d engine.Derived
	series := rapid.Int64Range(0, 5).Draw(t, "series")
	date, who := r.anyTime("date"), oneOf(t, "who", someSenders...)
	switch oneOf(t, "what", "series", "patch", "patch", "cover", "reply", "person") {
	case "series":
		d.Series = append(d.Series, engine.SeriesRow{
			ID: series + 1, Project: project, Key: oneOf(t, "key", someIDs...), Name: oneOf(t, "name", someNames...),
			Given: oneOf(t, "given", "", "given"), Version: rapid.IntRange(1, 3).Draw(t, "version"), Total: 2,
			Received: rapid.IntRange(0, 2).Draw(t, "received"), Complete: rapid.Bool().Draw(t, "complete"),
			Date: date, Submitter: who,
			Cover: oneOf(t, "cover", 0, id), Hidden: rapid.Bool().Draw(t, "hidden"),
			Revises: rapid.Int64Range(0, 6).Draw(t, "revises"),
		})
	case "patch":
		d.Patches = append(d.Patches, engine.PatchRow{
			Mail: id, Project: project, Series: series, Number: rapid.IntRange(1, 3).Draw(t, "number"), Date: date,
			Submitter: who,
			State:     oneOf(t, "state", someStates...), Delegate: oneOf(t, "delegate", someSenders...),
			Archived: rapid.Bool().Draw(t, "archived"), ID: oneOf(t, "called", id, 1000-id),
			Hidden:     rapid.Bool().Draw(t, "hidden"),
			Checked:    oneOf(t, "checked", track.CheckPending, track.CheckFail),
			Superseded: oneOf[int64](t, "superseded", 0, 0, 4),
		})
		if series == 0 {
			d.Patches[0].Number = 0
		}
	case "cover":
		d.Covers = append(d.Covers, engine.CoverRow{Mail: id, Project: project, Series: series, ID: r.anyMail(), Date: date,
			Submitter: who, Hidden: rapid.Bool().Draw(t, "hidden")})
	case "reply":
		d.Replies = append(d.Replies, engine.ReplyRow{
			Mail: id, Project: project, Parent: oneOf(t, "parent", 0, r.anyMail()), Date: date,
			Ignored: rapid.IntRange(0, 3).Draw(t, "ignored") == 0, Clean: rapid.Bool().Draw(t, "clean"),
			ID: r.anyMail(), Hidden: rapid.Bool().Draw(t, "hidden"),
		})
	case "person":
		d.People = append(d.People, engine.PersonRow{Email: who, Name: oneOf(t, "name", someNames...), Date: date,
			Mail: id})
	}
	return step{"put derived", func(tx engine.Tx) (string, error) { return "", tx.Put(&d) }}
}

func (r *rows) drop() step {
	id, series, email := r.anyMail(), rapid.Int64Range(1, 6).Draw(r.t, "series"), oneOf(r.t, "who", someSenders...)
	switch what := oneOf(r.t, "drop", "mails", "series", "people", "strays"); what {
	case "mails":
		return step{what, func(tx engine.Tx) (string, error) { return "", tx.DropMails([]int64{id, id}) }}
	case "series":
		return step{what, func(tx engine.Tx) (string, error) { return "", tx.DropSeries([]int64{series, 99}) }}
	case "people":
		return step{what, func(tx engine.Tx) (string, error) { return "", tx.DropPeople([]string{email}) }}
	}
	return step{"strays", func(tx engine.Tx) (string, error) { return "", tx.DropStrays() }}
}

func (r *rows) decide() step {
	t, project := r.t, r.anyProject()
	if project == 0 {
		return r.project()
	}
	text := func(what string) *string { return oneOf(t, what, nil, new(string), ptr("decided")) }
	d := engine.Decision{
		Name: engine.Name{Project: project, MsgID: oneOf(t, "of", someIDs...)}, State: text("state"),
		Delegate: text("delegate"),
		Archived: oneOf(t, "archived", nil, ptr(true), ptr(false)), SeriesName: text("series name"),
		CommitRef: text("commit"), PullURL: text("pull url"), Hidden: oneOf(t, "hidden", nil, ptr(true), ptr(false)),
		Addressed: oneOf(t, "addressed", nil, ptr(true), ptr(false)), Relation: oneOf(t, "relation", nil, ptr[int64](7)),
		PutWith: oneOf(t, "put with", nil, ptr(someIDs[0]), ptr(someIDs[1])),
	}
	if d.State != nil {
		d.StateAt = oneOf(t, "decided at", time.Time{}, epoch.Add(5*time.Microsecond))
	}
	return step{"decide", func(tx engine.Tx) (string, error) { return "", tx.PutDecisions([]engine.Decision{d}) }}
}

// pair decides about two series, or takes that back.
func (r *rows) pair() step {
	project := r.anyProject()
	if project == 0 {
		return r.project()
	}
	p := engine.Pair{PairKey: engine.PairOf(project, oneOf(r.t, "of", someIDs[:3]...), oneOf(r.t, "and", someIDs[2:]...)),
		Linked: rapid.Bool().Draw(r.t, "linked")}
	if rapid.IntRange(0, 3).Draw(r.t, "drop") == 0 {
		return step{"drop pair", func(tx engine.Tx) (string, error) { return "", tx.DropPairs([]engine.PairKey{p.PairKey}) }}
	}
	return step{"pair", func(tx engine.Tx) (string, error) { return "", tx.PutPairs([]engine.Pair{p}) }}
}

func (r *rows) moveDecisions() step {
	from, to := r.anyProject(), r.anyProject()
	if from == 0 || to == 0 || from == to {
		return r.project()
	}
	return step{"move decisions", func(tx engine.Tx) (string, error) { return "", tx.MoveDecisions(from, to) }}
}

func (r *rows) tell() step {
	t := r.t
	entry := engine.LogEntry{
		Time: r.anyTime("time"), Actor: oneOf[track.Actor](t, "actor", "ann", "bob"), What: "state",
		Project: oneOf(t, "project", "frob", "widget"), MsgID: oneOf(t, "msgid", "", "<a@x>"), Before: "new",
		After: string(oneOf(t, "after", someStates...)),
	}
	event := engine.Event{
		Date: r.anyTime("date").Add(3 * time.Microsecond), Category: track.PatchCreated, Project: r.anyProject(),
		Mail:    r.anyMail(),
		Comment: oneOf(t, "comment", 0, r.anyMail()), Series: oneOf[int64](t, "series", 0, 4),
		Actor:  oneOf[track.Actor](t, "actor", "", "ann"),
		Before: oneOf(t, "before", "", "new"), After: oneOf(t, "after", "", "accepted"),
	}
	if event.Project == 0 {
		return r.project()
	}
	return step{"tell ", func(tx engine.Tx) (string, error) {
		log, events := []engine.LogEntry{entry, entry}, []engine.Event{event, event}
		_, last, err := tx.LastEvent()
		for i := range events {
			if events[i].Date.Before(last) {
				events[i].Date = last
			}
		}
		err = errors.Join(err, tx.AddLog(log), tx.AddEvents(events))
		return fmt.Sprint(log[0].ID, log[1].ID, events[0].ID, events[1].ID), err
	}}
}

func (r *rows) project() step {
	t := r.t
	p := engine.Project{Project: track.Project{
		LinkName: oneOf(t, "link name", "frob", "widget", "Frob"), ListID: listID,
		ListEmail: oneOf(t, "address", "", "frob@x"),
		Name:      oneOf(t, "name", someNames...), SubjectMatch: oneOf(t, "match", "", "x"),
		OnSight:    rapid.Bool().Draw(t, "on sight"),
		MailStates: rapid.Bool().Draw(t, "states"), MailDelegates: rapid.Bool().Draw(t, "delegates"),
		Supersede: rapid.Bool().Draw(t, "supersede"),
	}, Removed: rapid.Bool().Draw(t, "removed")}
	for i := range rapid.IntRange(0, 3).Draw(t, "rules") {
		rule := track.Rule{Pattern: fmt.Sprint((i*7)%5, "*"), Delegate: "d@x",
			Priority: rapid.IntRange(-1, 1).Draw(t, "priority")}
		p.Rules = append(p.Rules, rule)
	}
	at := slices.IndexFunc(r.projects, func(o engine.Project) bool { return o.LinkName == p.LinkName })
	if at >= 0 {
		p.ID = r.projects[at].ID
		r.projects[at] = p
	} else {
		c := p
		for _, o := range r.projects {
			c.ID = max(c.ID, o.ID)
		}
		c.ID++
		r.projects = append(r.projects, c)
	}
	return step{"project ", func(tx engine.Tx) (string, error) {
		c := p
		err := tx.PutProject(&c)
		return fmt.Sprint(c.ID), err
	}}
}

func (r *rows) notes() step {
	t := r.t
	switch what := oneOf(t, "note", "works", "reading", "dictionary", "maildirs", "repositories"); what {
	case "works":
		var works []engine.Work
		for i := range rapid.IntRange(0, 3).Draw(t, "works") {
			works = append(works, engine.Work{ID: int64((i*5)%7) + 1, Project: r.anyProject(), Done: 1,
				Last: rapid.Int64Range(2, 9).Draw(t, "last")})
		}
		return step{what, func(tx engine.Tx) (string, error) { return "", tx.PutWorks(works) }}
	case "dictionary":
		d := engine.Dictionary{ID: rapid.Int64Range(1, 1<<40).Draw(t, "id"),
			Mails: rapid.Int64Range(1, 9).Draw(t, "mails"), Frame: []byte("frame")}
		for r.learned[d.ID] { // each has a number of its own
			d.ID++
		}
		r.learned[d.ID] = true
		return step{what, func(tx engine.Tx) (string, error) { return "", tx.PutDictionary(d) }}
	case "maildirs":
		var dirs []engine.Maildir
		for i := range rapid.IntRange(0, 2).Draw(t, "maildirs") {
			dirs = append(dirs, engine.Maildir{
				Path: fmt.Sprint("/", 9-i), LastMail: oneOf(t, "mail", time.Time{}, epoch),
				LastEvent: oneOf(t, "event", time.Time{}, epoch),
				LastScan:  oneOf(t, "scan", time.Time{}, epoch), Paused: oneOf(t, "paused", "", "full"),
				Seen: oneOf(t, "seen", time.Time{}, epoch), Waiting: i, Failed: 2 * i,
				Oldest: oneOf(t, "oldest", time.Time{}, epoch),
			})
		}
		host := oneOf(t, "host", "", "mx1", "mx\xff")
		return step{what, func(tx engine.Tx) (string, error) { return "", tx.PutMaildirs(host, dirs) }}
	case "repositories":
		var all []engine.Repository
		for range rapid.IntRange(0, 3).Draw(t, "repositories") {
			all = append(all, engine.Repository{Path: oneOf(t, "path", "/b", "/a", "/a\xff"),
				ListID: oneOf(t, "list", "", "b.x", "a.x"), ReadTo: oneOf(t, "read to", "c0ffee", "beef")})
		}
		return step{what, func(tx engine.Tx) (string, error) { return "", tx.PutRepositories(all) }}
	}
	n := rapid.IntRange(0, 9).Draw(t, "reading")
	return step{"reading", func(tx engine.Tx) (string, error) { return "", tx.PutReading(n) }}
}

package db

import (
	"errors"
	"fmt"

	"patchwatch/track"
)

// adder stores mails in one transaction and notes which Message-IDs it changed.
type adder struct {
	*writing
	*routing
	changes  map[int64]*change
	inserted map[int64]*Mail // by number
	refs     []RefKey        // of these, not written yet
	became   map[int64]fate  // what mails have become, by number
	left     map[int64]bool  // mails that no longer stand for a name, or with other facts, by number
}

// change is what a transaction did to the mails of one project.
type change struct {
	fresh    map[string]bool // Message-IDs that were not stored before
	replaced map[string]bool // Message-IDs for which another mail stands now, or none, or the same with other facts
	gone     []*Row          // the mails that stood for them
	namings  []Naming        // of mails that may name their senders now
	rows     map[string]*Row // of fresh mails, as they were inserted: what is in hand is not read again
}

// fate is what a mail has become.
type fate struct {
	role   track.Role
	series int64
}

func newAdder(w *writing, r *routing) *adder {
	return &adder{
		writing: w, routing: r, changes: map[int64]*change{}, inserted: map[int64]*Mail{}, became: map[int64]fate{},
		left: map[int64]bool{},
	}
}

func (a *adder) change(project int64) *change {
	c := a.changes[project]
	if c == nil {
		c = &change{fresh: map[string]bool{}, replaced: map[string]bool{}, rows: map[string]*Row{}}
		a.changes[project] = c
	}
	return c
}

// arrival is a delivery on its way into the database.
type arrival struct {
	*Delivery
	out     *Added
	key     Bytes
	project *track.Project // nil: none
	row     *Mail          // nil: its bytes are known
	first   bool           // its name is new
}

// errForeignFrame is the environment's fault: the same mail, compressed again, will do.
var errForeignFrame = errors.New("the mail was compressed for a database that was here before")

// add stores a batch: each step is for all mails at once, so that it takes as many calls for one mail as for many.
func (a *adder) add(batch []Delivery, out []Added) error {
	keys := make([]Bytes, len(batch))
	for i := range batch {
		keys[i] = Bytes{batch[i].Mail.MsgID, batch[i].Mail.SHA256}
		if err := a.compress(&batch[i]); err != nil {
			return fmt.Errorf("store %s: %w", keys[i].MsgID, err)
		}
	}
	known, err := a.Known(keys)
	if err != nil {
		return err
	}
	var arrived, again []*arrival
	seen := map[Bytes]bool{}
	for i := range batch {
		r := &arrival{Delivery: &batch[i], out: &out[i], key: keys[i]}
		if _, there := known[r.key]; there || seen[r.key] {
			again = append(again, r)
			continue
		}
		seen[r.key] = true
		arrived = append(arrived, r)
	}
	ids, err := a.insert(arrived)
	if err != nil {
		return err
	}
	for _, r := range arrived {
		known[r.key] = Known{r.row.ID, r.row.Delivered, r.row.ImportedAs}
	}
	if err := a.deliveredAgain(again, known); err != nil {
		return err
	}
	chosen, err := a.choose(ids)
	if err != nil {
		return err
	}
	for _, r := range arrived {
		if best, asked := chosen[nameOf(r.row)]; asked {
			r.out.Variant = best != r.row.ID
		}
	}
	return nil
}

func (a *adder) compress(d *Delivery) error {
	if len(d.Raw) > maxRaw {
		return Unfit{fmt.Errorf("the mail has %d bytes, more than the %d that can be stored", len(d.Raw), maxRaw)}
	}
	if d.Frame == nil {
		d.Frame = a.store.frames.compress(d.Raw)
	}
	if !a.store.frames.knows(d.Frame) {
		return errForeignFrame
	}
	return nil
}

// insert stores the mails whose bytes are new, and gives the names of which there are several mails now.
func (a *adder) insert(arrived []*arrival) (shared []Name, err error) {
	if len(arrived) == 0 {
		return nil, nil
	}
	rows, frames, names := make([]*Mail, len(arrived)), make([][]byte, len(arrived)), make([]Name, len(arrived))
	for i, r := range arrived {
		p, byList, err := a.route(r.Mail)
		if err != nil {
			return nil, fmt.Errorf("store %s: %w", r.key.MsgID, err)
		}
		if r.row, err = rowOfFacts(r.Delivery, p, byList); err != nil {
			return nil, fmt.Errorf("store %s: %w", r.key.MsgID, err)
		}
		r.project = p
		if p != nil {
			r.out.Project = p.LinkName
		}
		rows[i], frames[i], names[i] = r.row, r.Frame, nameOf(r.row)
	}
	copies, err := a.Copies(names)
	if err != nil {
		return nil, err
	}
	taken := map[Name]bool{}
	for i, r := range arrived {
		r.first = len(copies[names[i]]) == 0 && !taken[names[i]]
		r.row.Chosen = r.first
		if !r.first {
			shared = append(shared, names[i])
		}
		taken[names[i]] = true
	}
	if err := a.Insert(rows, frames); err != nil {
		return nil, err
	}
	for _, r := range arrived {
		r.out.mail = r.row.ID
		a.inserted[r.row.ID] = r.row
		a.became[r.row.ID] = fate{role: RoleOf(r.row.Project, r.row.Kind, false)}
		if r.first && r.project != nil {
			a.noteFirst(r.row)
		}
	}
	return shared, a.putRefs()
}

func nameOf(m *Mail) Name { return Name{m.Project, m.MsgID} }

// noteFirst notes a mail whose Message-ID is new: almost every one.
func (a *adder) noteFirst(m *Mail) {
	r := rowOf(m)
	c := a.change(m.Project)
	c.fresh[r.ID] = true
	c.rows[r.ID] = r
	if r.Kind != track.Ignored {
		c.namings = append(c.namings, namingOf(m))
	}
	a.refs = appendRefs(a.refs, m.Project, r)
}

// putRefs writes who the chosen mails refer to.
func (a *adder) putRefs() error {
	refs := a.refs
	a.refs = nil
	return a.PutRefs(sortedRefs(refs))
}

// deliveredAgain takes in deliveries of bytes that are stored. Which was heard of first must mean nothing: the earliest
// delivery counts, and the list that sorts first of those whose archives had the mail.
func (a *adder) deliveredAgain(again []*arrival, known map[Bytes]Known) error {
	var imported []*stored
	earlier := map[int64]*track.Mail{}
	for _, r := range again {
		k := known[r.key]
		r.out.Known, r.out.mail = true, k.ID
		r.Mail.ImportedToo(k.ImportedAs)
		p, _, err := a.route(r.Mail)
		if err != nil {
			return err
		}
		if p != nil {
			r.out.Project = p.LinkName
		}
		if r.Mail.ImportedAs != k.ImportedAs {
			facts := *r.Mail
			imported = append(imported, &stored{id: k.ID, mail: &facts})
			k.ImportedAs = r.Mail.ImportedAs
		}
		if r.Mail.Delivered.UnixMicro() < k.Delivered.UnixMicro() {
			earlier[k.ID] = r.Mail
			k.Delivered = r.Mail.Delivered
		}
		known[r.key] = k
	}
	for _, s := range imported { // seldom: an archive that was imported twice, as another list
		if _, err := a.refresh([]*stored{s}); err != nil {
			return err
		}
	}
	return a.deliveredEarlier(earlier)
}

// deliveredEarlier keeps the earliest of several deliveries of the same bytes: of mails by number.
func (a *adder) deliveredEarlier(earlier map[int64]*track.Mail) error {
	if len(earlier) == 0 {
		return nil
	}
	ids := sortedKeys(earlier)
	mails, err := a.Mails(ids)
	if err != nil {
		return err
	}
	rows, err := a.Rows(ids)
	if err != nil {
		return err
	}
	var names []Name
	for _, r := range rows { // the chosen ones: their place in canonical order is another
		if m := mails[r.Mail]; m.Project != 0 {
			a.leaves(m.Project, r)
		}
	}
	changed := make([]*Mail, 0, len(ids))
	for _, id := range ids {
		m := mails[id]
		m.Delivered = micros(earlier[id].Delivered)
		m.Date = track.DateOf(m.Sent, m.Delivered)
		m.Dated = !m.Sent.IsZero() && m.Date.Equal(m.Sent)
		changed = append(changed, m)
		names = append(names, nameOf(m))
	}
	if err := a.Update(changed); err != nil {
		return err
	}
	_, err = a.choose(names)
	return err
}

// leaves notes that the mail of a row no longer stands for its name in a project, or with other facts. When that happens again
// in the same transaction, the row still tells what was derived before it, and not in this project perhaps.
func (a *adder) leaves(project int64, r *Row) {
	c := a.change(project)
	delete(c.rows, r.ID)
	c.replaced[r.ID] = true // by none, if no other is chosen
	if !a.left[r.Mail] {
		a.left[r.Mail] = true
		c.gone = append(c.gone, r)
	}
}

// describe says what mails have become, with all of their batch in place.
func (a *adder) describe(added []Added) error {
	var ask []int64
	for _, out := range added {
		if _, known := a.became[out.mail]; out.mail != 0 && !known {
			ask = append(ask, out.mail)
		}
	}
	if len(ask) > 0 {
		if err := a.lookUp(ask); err != nil {
			return err
		}
	}
	for i := range added {
		f := a.became[added[i].mail]
		added[i].Kind, added[i].Series = f.role, f.series
	}
	return nil
}

// lookUp finds what mails are that were stored before and that this transaction did not touch.
func (a *adder) lookUp(ids []int64) error {
	mails, err := a.Mails(ids)
	if err != nil {
		return err
	}
	rows, err := a.Rows(ids)
	if err != nil {
		return err
	}
	for id, m := range mails {
		a.became[id] = fate{role: RoleOf(m.Project, m.Kind, false)}
	}
	for _, r := range rows {
		m := mails[r.Mail]
		a.became[r.Mail] = fate{RoleOf(m.Project, m.Kind, r.Parent != 0), r.Series}
	}
	return nil
}

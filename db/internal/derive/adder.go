package derive

import (
	"errors"
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/db/internal/frame"
	"patchwatch/track"
)

// Adder stores mails in one transaction and notes which Message-IDs it changed.
type Adder struct {
	*Writing
	*Routing
	changes  map[int64]*change
	inserted map[int64]*engine.Mail // by number
	refs     []engine.RefKey        // of these, not written yet
	became   map[int64]fate         // what mails have become, by number
	left     map[int64]bool         // mails that no longer stand for a name, or with other facts, by number
	moved    bool                   // mails that are read anew are of another kind, or elsewhere, or others stand for them
}

// change is what a transaction did to the mails of one project.
type change struct {
	fresh    map[string]bool        // Message-IDs that were not stored before
	replaced map[string]bool        // Message-IDs for which another mail stands now, or none, or the same with other facts
	gone     []*engine.Row          // the mails that stood for them
	namings  []engine.Naming        // of mails that may name their senders now
	rows     map[string]*engine.Row // of fresh mails, as they were inserted: what is in hand is not read again
	put      map[string]bool        // Message-IDs that somebody put into other series, and what with: before, and now

	talked []string                   // talk that leads elsewhere than before, by Message-ID
	showed map[string]engine.PatchRow // what patches that are gone showed, by Message-ID
	above  []int64                    // what the series revised that mails which are gone were in
}

// fate is what a mail has become.
type fate struct {
	role   track.Role
	series int64
}

// NewAdder begins on storing mails, routed as r says.
func NewAdder(w *Writing, r *Routing) *Adder {
	return &Adder{
		Writing: w, Routing: r, changes: map[int64]*change{}, inserted: map[int64]*engine.Mail{}, became: map[int64]fate{},
		left: map[int64]bool{},
	}
}

func (a *Adder) change(project int64) *change {
	c := a.changes[project]
	if c == nil {
		c = &change{
			fresh: map[string]bool{}, replaced: map[string]bool{}, rows: map[string]*engine.Row{}, put: map[string]bool{},
		}
		a.changes[project] = c
	}
	return c
}

// arrival is a delivery on its way into the database.
type arrival struct {
	*Delivery
	out     *Added
	key     engine.Bytes
	project *track.Project // nil: none
	row     *engine.Mail   // nil: its bytes are known
	first   bool           // its name is new
}

// errForeignFrame is the environment's fault: the same mail, compressed again, will do.
var errForeignFrame = errors.New("the mail was compressed for a database that was here before")

// Add stores a batch: each step is for all mails at once, so that it takes as many calls for one mail as for many.
func (a *Adder) Add(batch []Delivery, out []Added) error {
	keys := make([]engine.Bytes, len(batch))
	for i := range batch {
		keys[i] = engine.Bytes{MsgID: batch[i].Mail.MsgID, SHA256: batch[i].Mail.SHA256}
		if err := a.compress(&batch[i]); err != nil {
			return fmt.Errorf("store %s: %w", keys[i].MsgID, err)
		}
	}
	if err := a.claimProjects(batch); err != nil {
		return err
	}
	known, err := a.Tx.Known(keys)
	if err != nil {
		return err
	}
	var arrived, again []*arrival
	seen := map[engine.Bytes]bool{}
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
		known[r.key] = engine.Known{ID: r.row.ID, Delivered: r.row.Delivered, ImportedAs: r.row.ImportedAs}
	}
	if err := a.deliveredAgain(again, known); err != nil {
		return err
	}
	chosen, err := a.choose(ids)
	if err != nil {
		return err
	}
	for _, r := range arrived {
		if best, asked := chosen[engine.NameOf(r.row)]; asked {
			r.out.Variant = best != r.row.ID
		}
	}
	return nil
}

func (a *Adder) compress(d *Delivery) error {
	if len(d.Raw) > frame.MaxRaw {
		return engine.Unfit{Err: fmt.Errorf("the mail has %d bytes, more than the %d that can be stored",
			len(d.Raw), frame.MaxRaw)}
	}
	if d.Frame == nil {
		d.Frame = a.Codec.Compress(d.Raw)
	}
	if !a.Codec.Knows(d.Frame) {
		return errForeignFrame
	}
	return nil
}

// insert stores the mails whose bytes are new, and gives the names of which there are several mails now.
func (a *Adder) insert(arrived []*arrival) (shared []engine.Name, err error) {
	if len(arrived) == 0 {
		return nil, nil
	}
	rows, frames, names := make([]*engine.Mail, len(arrived)), make([][]byte, len(arrived)),
		make([]engine.Name, len(arrived))
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
		rows[i], frames[i], names[i] = r.row, r.Frame, engine.NameOf(r.row)
	}
	copies, err := a.Tx.Copies(names)
	if err != nil {
		return nil, err
	}
	taken := map[engine.Name]bool{}
	for i, r := range arrived {
		r.first = len(copies[names[i]]) == 0 && !taken[names[i]]
		r.row.Chosen = r.first
		if !r.first {
			shared = append(shared, names[i])
		}
		taken[names[i]] = true
	}
	if err := a.Tx.Insert(rows, frames); err != nil {
		return nil, err
	}
	for _, r := range arrived {
		r.out.mail = r.row.ID
		a.inserted[r.row.ID] = r.row
		a.became[r.row.ID] = fate{role: engine.RoleOf(r.row.Project, r.row.Kind, false)}
		if r.first && r.project != nil {
			a.noteFirst(r.row)
		}
	}
	return shared, a.putRefs()
}

// noteFirst notes a mail whose Message-ID is new: almost every one.
func (a *Adder) noteFirst(m *engine.Mail) {
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
func (a *Adder) putRefs() error {
	refs := a.refs
	a.refs = nil
	return a.Tx.PutRefs(sortedRefs(refs))
}

// deliveredAgain takes in deliveries of bytes that are stored. The order of arrival must not matter: the earliest
// delivery counts, and of the lists whose archives had the mail the one that sorts first.
func (a *Adder) deliveredAgain(again []*arrival, known map[engine.Bytes]engine.Known) error {
	var imported []*Stored
	earlier := map[int64]*track.Mail{}
	for _, r := range again {
		k := known[r.key]
		r.out.Known, r.out.mail = true, k.ID
		// Where projects are made on sight, each archive makes one of its own list, whichever came first.
		if _, _, err := a.route(r.Mail); err != nil {
			return err
		}
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
			imported = append(imported, &Stored{Id: k.ID, mail: &facts})
			k.ImportedAs = r.Mail.ImportedAs
		}
		if r.Mail.Delivered.UnixMicro() < k.Delivered.UnixMicro() {
			earlier[k.ID] = r.Mail
			k.Delivered = r.Mail.Delivered
		}
		known[r.key] = k
	}
	for _, s := range imported { // seldom: an archive that was imported twice, as another list
		if a.claims != nil {
			return engine.ErrUnclaimed
		}
		if _, err := a.refresh([]*Stored{s}); err != nil {
			return err
		}
	}
	return a.deliveredEarlier(earlier)
}

// deliveredEarlier gives stored mails, by number, the date of an earlier delivery of their bytes.
func (a *Adder) deliveredEarlier(earlier map[int64]*track.Mail) error {
	if len(earlier) == 0 {
		return nil
	}
	ids := engine.SortedKeys(earlier)
	mails, err := a.Tx.Mails(ids)
	if err != nil {
		return err
	}
	rows, err := a.Tx.Rows(ids)
	if err != nil {
		return err
	}
	var names []engine.Name
	for _, r := range rows { // the chosen ones: their place in canonical order is another
		if m := mails[r.Mail]; m.Project != 0 {
			a.leaves(m.Project, r)
		}
	}
	changed := make([]*engine.Mail, 0, len(ids))
	var restated []int64
	for _, id := range ids {
		m := mails[id]
		if err := a.mayTouch(m.Project); err != nil {
			return err
		}
		was := m.Date
		m.Delivered = micros(earlier[id].Delivered)
		m.Date = track.DateOf(m.Sent, m.Delivered)
		if !m.Date.Equal(was) {
			restated = append(restated, id)
		}
		m.Dated = !m.Sent.IsZero() && m.Date.Equal(m.Sent)
		changed = append(changed, m)
		names = append(names, engine.NameOf(m))
	}
	if err := a.Tx.Update(changed); err != nil {
		return err
	}
	if err := a.restate(restated); err != nil {
		return err
	}
	_, err = a.choose(names)
	return err
}

// restate notes mails that an index of all mails has to look at again.
func (a *Adder) restate(mails []int64) error {
	if len(mails) == 0 {
		return nil
	}
	return a.Tx.AddRestated(mails)
}

// leaves notes that the mail of a row no longer stands for its name in a project, or stands for it with other facts.
// When a mail leaves twice in one transaction, the first row is kept: in that project was derived what is derived of
// the mail.
func (a *Adder) leaves(project int64, r *engine.Row) {
	c := a.change(project)
	delete(c.rows, r.ID)
	c.replaced[r.ID] = true // by none, if no other is chosen
	if !a.left[r.Mail] {
		a.left[r.Mail] = true
		c.gone = append(c.gone, r)
	}
}

// Describe says what mails have become, with all of their batch in place.
func (a *Adder) Describe(added []Added) error {
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
func (a *Adder) lookUp(ids []int64) error {
	mails, err := a.Tx.Mails(ids)
	if err != nil {
		return err
	}
	rows, err := a.Tx.Rows(ids)
	if err != nil {
		return err
	}
	for id, m := range mails {
		a.became[id] = fate{role: engine.RoleOf(m.Project, m.Kind, false)}
	}
	for _, r := range rows {
		m := mails[r.Mail]
		a.became[r.Mail] = fate{engine.RoleOf(m.Project, m.Kind, r.Parent != 0), r.Series}
	}
	return nil
}

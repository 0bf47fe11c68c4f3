package db

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/track"
)

// A person can mend what the rules of series got wrong: put mails into another series, or into one of their own. The
// decision says with which mail each was put (track.Item.PutWith), since series have no name that lasts.

// refusal is a sentence about a decision that can't be, of a kind such as engine.ErrConflict.
type refusal struct {
	sentence string
	kind     error
}

func refuse(kind error, format string, args ...any) error {
	return refusal{fmt.Sprintf(format, args...), kind}
}

func (r refusal) Error() string { return r.sentence }
func (r refusal) Unwrap() error { return r.kind }

// MoveToSeries records that a person put patches and covers, by the numbers of any copies, into a series by number.
// A mail that the rules put there under a number of one of these goes out of it. All or none is put.
func (s *Store) MoveToSeries(ctx context.Context, by track.Actor, mails []int64, series int64) error {
	return s.put(ctx, by, mails, func(p *putting) error {
		if err := p.fitTogether(); err != nil {
			return err
		}
		if err := p.areBeside(series); err != nil {
			return err
		}
		with, err := p.host(series)
		if err != nil {
			return err
		}
		return p.decide(with)
	})
}

// SplitSeries records that a person put patches and covers into a series of their own.
func (s *Store) SplitSeries(ctx context.Context, by track.Actor, mails []int64) error {
	return s.put(ctx, by, mails, func(p *putting) error {
		if err := p.fitTogether(); err != nil {
			return err
		}
		return p.decide(p.rows[0].ID)
	})
}

// ResetSeries takes back what a person decided about the series of patches and covers, also that series which are named
// by them are versions of others or not: the rules decide again.
func (s *Store) ResetSeries(ctx context.Context, by track.Actor, mails []int64) error {
	return s.put(ctx, by, mails, func(p *putting) error {
		if err := p.dropPairs(p.names()); err != nil {
			return err
		}
		return p.decide("")
	})
}

// put lets f decide about the series of mails, and derives what comes of it.
func (s *Store) put(ctx context.Context, by track.Actor, mails []int64, f func(p *putting) error) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		p, err := w.newPutting(mails)
		if err != nil {
			return err
		}
		if err := p.leaveOthers(); err != nil {
			return err
		}
		if err := f(p); err != nil {
			return err
		}
		return p.derive()
	})
}

// putting is a decision about the series of some mails of one project.
type putting struct {
	*writing
	adder   *derive.Adder
	project int64
	rows    []*engine.Row     // covers first
	about   map[string]bool   // their Message-IDs
	before  map[string]string // the mails that led their series
	changed []engine.Name     // of which something else was decided before
	parted  bool              // from mails that were put with them
}

func (w *writing) newPutting(mails []int64) (*putting, error) {
	names, err := w.namesOfAll(mails)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, refuse(engine.ErrNotFound, "there are no mails to put anywhere")
	}
	p := &putting{writing: w, project: names[0].Project, about: map[string]bool{}}
	var msgids []string
	for _, n := range names {
		if n.Project != p.project {
			return nil, refuse(engine.ErrConflict, "the mails are of several projects, and a series is of one")
		}
		p.about[n.MsgID] = true
		msgids = append(msgids, n.MsgID)
	}
	if p.rows, err = w.Tx.RowsNamed(p.project, msgids); err != nil {
		return nil, err
	}
	slices.SortFunc(p.rows, coversFirst)
	for _, r := range p.rows {
		if r.Kind != track.Patch && r.Kind != track.Cover {
			return nil, refuse(engine.ErrConflict, "%d is neither a patch nor a cover", r.Called())
		}
	}
	routing, err := w.TakeRouting()
	if err != nil {
		return nil, err
	}
	p.adder = derive.NewAdder(w.Writing, routing)
	p.before, err = p.leads()
	return p, err
}

// coversFirst sorts covers first, and otherwise in canonical order.
func coversFirst(a, b *engine.Row) int {
	cover := a.Kind == track.Cover
	if cover != (b.Kind == track.Cover) && cover || cover == (b.Kind == track.Cover) && a.Before(&b.Item) {
		return -1
	}
	return 1
}

// leads gives the mail that leads the series of each of the mails; empty: it is in none. It says more to people than
// the key does, which a mail may take along.
func (p *putting) leads() (map[string]string, error) {
	names := p.names()
	in, err := p.Tx.SeriesOf(names)
	if err != nil {
		return nil, err
	}
	members, err := p.Tx.Members(engine.Distinct(slices.Collect(maps.Values(in))))
	out := map[string]string{}
	for _, n := range names {
		if of := members[in[n]]; len(of) > 0 {
			out[n.MsgID] = of[0].MsgID
		}
	}
	return out, err
}

func (p *putting) names() []engine.Name {
	out := make([]engine.Name, len(p.rows))
	for i, r := range p.rows {
		out[i] = engine.Name{Project: p.project, MsgID: r.ID}
	}
	return out
}

// fitTogether refuses two mails of one number: they can't be in one series.
func (p *putting) fitTogether() error {
	seen := map[int]*engine.Row{}
	for _, r := range p.rows {
		if !r.Member() {
			continue
		}
		if o := seen[r.Number]; o != nil {
			return refuse(engine.ErrConflict, "%d and %d both have the number %d, and can't be in one series",
				o.Called(), r.Called(), r.Number)
		}
		seen[r.Number] = r
	}
	return nil
}

// areBeside refuses a series that is not there, or in which one of the mails is.
func (p *putting) areBeside(series int64) error {
	rows, err := p.Tx.Series([]int64{series})
	switch {
	case err != nil:
		return err
	case len(rows) == 0:
		return refuse(engine.ErrNotFound, "there is no series s%d", series)
	case rows[0].Project != p.project:
		return refuse(engine.ErrConflict, "s%d is a series of another project", series)
	}
	for _, r := range p.rows {
		if r.Series == series {
			return refuse(engine.ErrConflict, "%d is in s%d already", r.Called(), series)
		}
	}
	return nil
}

// host finds the mail of a series with which others are put to get into it: one that the rules put there, if there is
// any. If all that the rules put there were crowded out of another series, the series becomes one by decision.
func (p *putting) host(series int64) (string, error) {
	decided, err := p.decidedOf(series)
	if err != nil {
		return "", err
	}
	if len(decided) == 0 {
		return "", refuse(engine.ErrNotFound, "there are no mails in s%d", series)
	}
	with := decided[0].MsgID
	if i := slices.IndexFunc(decided, func(d engine.Decision) bool { return d.PutWith == nil }); i >= 0 {
		with = decided[i].MsgID
	}
	if takes, err := derive.Takes(p.Tx, p.project, with); err != nil || takes {
		return with, err
	}
	return with, p.putAll(decided, with)
}

// decidedOf gives what is decided about each mail of a series, the leading one first.
func (p *putting) decidedOf(series int64) ([]engine.Decision, error) {
	members, err := p.Tx.Members([]int64{series})
	if err != nil {
		return nil, err
	}
	var names []engine.Name
	for _, m := range members[series] {
		names = append(names, engine.Name{Project: p.project, MsgID: m.MsgID})
	}
	return p.decisionsOf(names)
}

// leaveOthers has those that were put with one of the mails stay where they are, with another mail of their series.
func (p *putting) leaveOthers() error {
	puts, err := p.Tx.Puts(p.project, slices.Sorted(maps.Keys(p.about)))
	if err != nil {
		return err
	}
	var others []string
	for _, put := range puts {
		if p.about[put.With] && !p.about[put.MsgID] {
			others = append(others, put.MsgID)
		}
	}
	if len(others) == 0 {
		return nil
	}
	p.parted = true
	rows, err := p.Tx.RowsNamed(p.project, others)
	if err != nil {
		return err
	}
	in := map[int64]map[string]bool{}
	for _, r := range rows {
		if r.Series != 0 {
			if in[r.Series] == nil {
				in[r.Series] = map[string]bool{}
			}
			in[r.Series][r.ID] = true
		}
	}
	for _, series := range engine.SortedKeys(in) {
		if err := p.hostAnew(series, in[series]); err != nil {
			return err
		}
	}
	return nil
}

// hostAnew puts some mails of a series with another that stays in it: one that the rules put there, otherwise the first
// of themselves.
func (p *putting) hostAnew(series int64, others map[string]bool) error {
	decided, err := p.decidedOf(series)
	if err != nil {
		return err
	}
	var put []engine.Decision
	with := ""
	for _, d := range decided {
		switch {
		case p.about[d.MsgID]:
		case others[d.MsgID]:
			put = append(put, d)
		case with == "" && d.PutWith == nil:
			with = d.MsgID
		}
	}
	if with == "" && len(put) > 0 {
		with = put[0].MsgID
	}
	return p.putAll(put, with)
}

// decide puts the mails with another; empty: with none.
func (p *putting) decide(with string) error {
	decided, err := p.decisionsOf(p.names())
	if err != nil {
		return err
	}
	for _, d := range decided {
		if value(d.PutWith, "") != with || p.parted && with != "" {
			p.changed = append(p.changed, d.Name)
		}
	}
	return p.putAll(decided, with)
}

// putAll writes that mails are put with another.
func (p *putting) putAll(decided []engine.Decision, with string) error {
	for i := range decided {
		d := &decided[i]
		p.adder.Put(p.project, d.MsgID, value(d.PutWith, d.MsgID), with)
		d.PutWith = orNone(with)
	}
	return p.putDecisions(slices.Clone(decided))
}

// derive derives what comes of it, and notes it in the log.
func (p *putting) derive() error {
	if err := p.adder.Derive(); err != nil {
		return err
	}
	p.KeepRouting(p.adder.Routing)
	after, err := p.leads()
	for _, n := range p.changed {
		p.LogAbout("series", n, p.before[n.MsgID], after[n.MsgID])
	}
	return err
}

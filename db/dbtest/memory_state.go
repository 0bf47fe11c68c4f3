package dbtest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// state is all rows of one moment. They are never changed, only replaced.
type state struct {
	mails     table[int64, *mail]
	refs      table[engine.RefKey, struct{}]
	series    table[int64, *engine.SeriesRow]
	patches   table[int64, *engine.PatchRow] // by mail, and so on
	covers    table[int64, *engine.CoverRow]
	replies   table[int64, *engine.ReplyRow]
	people    table[string, *engine.PersonRow]
	addresses table[string, int64] // numbers of all who were ever named
	decisions table[engine.Name, engine.Decision]
	pairs     table[engine.PairKey, engine.Pair]
	projects  table[int64, engine.Project]
	log       table[int64, engine.LogEntry]
	events    table[int64, engine.Event]

	programs

	works        []engine.Work
	dictionaries []engine.Dictionary
	maildirs     []engine.Maildir
	repositories []engine.Repository // by path and list
	reading      int
	restated     table[int64, int64] // mails, by the number of the note
	savedQueries []engine.SavedQuery // by name
	adoptions
	pushing

	// Indexes.
	byMsgID   table[textKey, *mail]
	bySender  table[textKey, *mail]
	byTitle   table[numberKey, *mail] // by title, version and mail
	patchesOf table[numberKey, *engine.PatchRow]
	repliesTo table[numberKey, *engine.ReplyRow]
}

// mail is a stored mail with its frame.
type mail struct {
	engine.Mail
	frame []byte
}

func newState() *state {
	ids := cmp.Compare[int64]
	return &state{
		mails:     newTable[int64, *mail](ids),
		refs:      newTable[engine.RefKey, struct{}](engine.RefKey.Compare),
		series:    newTable[int64, *engine.SeriesRow](ids),
		patches:   newTable[int64, *engine.PatchRow](ids),
		covers:    newTable[int64, *engine.CoverRow](ids),
		replies:   newTable[int64, *engine.ReplyRow](ids),
		people:    newTable[string, *engine.PersonRow](strings.Compare),
		addresses: newTable[string, int64](strings.Compare),
		decisions: newTable[engine.Name, engine.Decision](compareNames),
		pairs:     newTable[engine.PairKey, engine.Pair](engine.PairKey.Compare),
		projects:  newTable[int64, engine.Project](ids),
		log:       newTable[int64, engine.LogEntry](ids),
		events:    newTable[int64, engine.Event](ids),
		programs:  newPrograms(),
		restated:  newTable[int64, int64](ids),
		adoptions: newAdoptions(), pushing: newPushing(),
		byMsgID:   newTable[textKey, *mail](compareText),
		bySender:  newTable[textKey, *mail](compareText),
		byTitle:   newTable[numberKey, *mail](compareNumber),
		patchesOf: newTable[numberKey, *engine.PatchRow](compareNumber),
		repliesTo: newTable[numberKey, *engine.ReplyRow](compareNumber),
	}
}

func compareNames(a, b engine.Name) int {
	return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.MsgID, b.MsgID))
}

func (s *state) snapshot() *state {
	return &state{
		mails: s.mails.snapshot(), refs: s.refs.snapshot(), series: s.series.snapshot(), patches: s.patches.snapshot(),
		covers: s.covers.snapshot(), replies: s.replies.snapshot(), people: s.people.snapshot(),
		addresses: s.addresses.snapshot(),
		decisions: s.decisions.snapshot(), pairs: s.pairs.snapshot(), projects: s.projects.snapshot(), log: s.log.snapshot(),
		events: s.events.snapshot(), programs: s.programs.snapshot(),
		works: s.works, dictionaries: s.dictionaries, maildirs: s.maildirs, repositories: s.repositories,
		reading:  s.reading,
		restated: s.restated.snapshot(), savedQueries: s.savedQueries, adoptions: s.adoptions.snapshot(),
		pushing: s.pushing.snapshot(),
		byMsgID: s.byMsgID.snapshot(), bySender: s.bySender.snapshot(), byTitle: s.byTitle.snapshot(),
		patchesOf: s.patchesOf.snapshot(), repliesTo: s.repliesTo.snapshot(),
	}
}

func (s *state) putMail(m *mail) {
	if was := s.mails.get(m.ID); was != nil && (was.MsgID != m.MsgID || was.Sender != m.Sender ||
		was.titleKey() != m.titleKey()) {
		s.dropMail(m.ID)
	}
	s.mails.put(m.ID, m)
	s.byMsgID.put(textKey{m.MsgID, m.ID}, m)
	s.bySender.put(textKey{m.Sender, m.ID}, m)
	s.byTitle.put(m.titleKey(), m)
}

func (s *state) dropMail(id int64) {
	m := s.mails.get(id)
	if m == nil {
		return
	}
	s.mails.drop(id)
	s.byMsgID.drop(textKey{m.MsgID, id})
	s.bySender.drop(textKey{m.Sender, id})
	s.byTitle.drop(m.titleKey())
}

func (m *mail) titleKey() numberKey { return numberKey{m.Title, m.Version, m.ID} }

func (s *state) putPatch(p engine.PatchRow) {
	s.dropPatch(p.Mail)
	if p.Series == 0 {
		p.Number = 0
	}
	p.Date = seconds(p.Date)
	s.patches.put(p.Mail, &p)
	if p.Series != 0 {
		s.patchesOf.put(numberKey{p.Series, p.Number, p.Mail}, &p)
	}
}

func (s *state) dropPatch(id int64) {
	if p := s.patches.get(id); p != nil {
		s.patches.drop(id)
		s.patchesOf.drop(numberKey{p.Series, p.Number, id})
	}
}

func (s *state) putReply(r engine.ReplyRow) {
	s.dropReply(r.Mail)
	r.Date = seconds(r.Date)
	s.replies.put(r.Mail, &r)
	if r.Parent != 0 {
		s.repliesTo.put(numberKey{of: r.Parent, mail: r.Mail}, &r)
	}
}

func (s *state) dropReply(id int64) {
	if r := s.replies.get(id); r != nil {
		s.replies.drop(id)
		s.repliesTo.drop(numberKey{of: r.Parent, mail: id})
	}
}

// named gives the mails of a Message-ID, of whatever project, by number.
func (s *state) named(msgid string) (out []*mail) {
	for key, m := range s.byMsgID.from(textKey{text: msgid}) {
		if key.text != msgid {
			break
		}
		out = append(out, m)
	}
	return out
}

// sentBy gives the mails of a sender, by number.
func (s *state) sentBy(email string) (out []*mail) {
	for key, m := range s.bySender.from(textKey{text: email}) {
		if key.text != email {
			break
		}
		out = append(out, m)
	}
	return out
}

// inSeries gives the patches of a series, by number.
func (s *state) inSeries(id int64) (out []*engine.PatchRow) {
	for key, p := range s.patchesOf.from(numberKey{of: id}) {
		if key.of != id || id == 0 {
			break
		}
		out = append(out, p)
	}
	return out
}

// replying gives the replies whose parent is this mail, by number of their mails.
func (s *state) replying(parent int64) (out []*engine.ReplyRow) {
	for key, r := range s.repliesTo.from(numberKey{of: parent}) {
		if key.of != parent {
			break
		}
		out = append(out, r)
	}
	return out
}

// seriesOf is the series of a patch or cover; 0: none.
func (s *state) seriesOf(mail int64) int64 {
	if p := s.patches.get(mail); p != nil && p.Series != 0 {
		return p.Series
	}
	if c := s.covers.get(mail); c != nil {
		return c.Series
	}
	return 0
}

// msgID is the Message-ID of a mail; empty: it is not there.
func (s *state) msgID(id int64) string {
	if m := s.mails.get(id); m != nil {
		return m.MsgID
	}
	return ""
}

// names tells whether a mail may name its sender.
func (m *mail) names() bool { return m.Chosen && m.Project != 0 && m.Kind != track.Ignored }

// A copyOf a row shares nothing with it that could be changed in place.
func copyOf(m engine.Mail) engine.Mail {
	m.Refs = slices.Clone(m.Refs)
	m.ContentSHA, m.DiffSHA, m.Hash = slices.Clone(m.ContentSHA), slices.Clone(m.DiffSHA), slices.Clone(m.Hash)
	return m
}

// Times have seconds or microseconds, and no zone.
func seconds(t time.Time) time.Time { return time.Unix(t.Unix(), 0).UTC() }
func microsOrZero(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return micros(t)
}

func micros(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }

func secondsOrZero(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return seconds(t)
}

// once goes through a slice of keys, each once.
func once[K comparable](keys []K, f func(K)) {
	seen := make(map[K]bool, len(keys))
	for _, key := range keys {
		if !seen[key] {
			seen[key] = true
			f(key)
		}
	}
}

// first cuts a list to at most so many; 0: all.
func first[T any](list []T, most int) []T {
	if most > 0 && len(list) > most {
		return list[:most]
	}
	return list
}

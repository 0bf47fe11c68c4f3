package remarks

// Add adds a reply to a thread, and finds where its remarks belong. parent is the number of the mail that it answers,
// which was added before. The reply's own number is one more than that of the reply before.
func (t *Thread) Add(parent int, lines []Line) *Reply {
	if parent < Root || parent >= len(t.mails) {
		parent = Root
	}
	n := len(t.mails)
	m := t.matcher(parent, lines)
	r := &Reply{}
	of := own(parent, lines)
	for at := 0; at < len(lines); {
		if !isQuoted(&lines[at]) {
			end := m.ownEnd(at)
			t.remark(r, of, n, at, end, lines)
			at = end
			continue
		}
		at = m.quote(r, at)
	}
	of.numberRemarks(r.Remarks)
	t.replies = append(t.replies, r)
	t.add(of)
	return r
}

func isQuoted(l *Line) bool { return l.Depth > 0 && !l.Signature }

// ownEnd is where lines end that are not quoted.
func (m *matcher) ownEnd(at int) int {
	for at < len(m.lines) && !isQuoted(&m.lines[at]) {
		at++
	}
	return at
}

// quote adds the quotation that begins at a line, and returns where it ends. Empty lines in between do not end it, nor
// does what says that something was left out.
func (m *matcher) quote(r *Reply, from int) (end int) {
	to := from
	for at := from; at < len(m.lines) && (isQuoted(&m.lines[at]) || m.keys[at] == "" || isElision(m.lines[at].Text)) &&
		!m.lines[at].Signature; at++ {
		if isQuoted(&m.lines[at]) {
			to = at + 1
		}
	}
	end = m.quotation(from, to)
	q := Quote{From: from, To: end, Mail: -1, At: -1}
	for q.From < q.To && m.keys[q.From] == "" {
		q.From++
	}
	for q.To > q.From && m.keys[q.To-1] == "" {
		q.To--
	}
	for i := q.From; i < q.To; i++ {
		if m.keys[i] != "" {
			q.Lines++
		}
		if f := m.found[i]; f != nowhere {
			q.Found++
			q.Mail, q.At = int(f.mail), int(f.at)
		}
	}
	if q.Lines > 0 {
		r.Quotes = append(r.Quotes, q)
	}
	return end
}

// remark adds what a reply says between two quotations.
func (t *Thread) remark(r *Reply, of *mail, n, from, to int, lines []Line) {
	quoted := to < len(lines)
	for i := from; i < to; i++ {
		if lines[i].Signature {
			to = i
		}
	}
	from, to = trimmed(of, from, to)
	if quoted && len(r.Quotes) == 0 {
		from, to = trimmed(of, from, attributed(of, from, to))
	}
	if from == to || to-from == 1 && isElision(lines[from].Text) {
		return
	}
	m := Remark{From: from, To: to, Quote: len(r.Quotes) - 1, At: -1, Reply: n}
	if m.Quote >= 0 {
		t.place(&m, &r.Quotes[m.Quote])
	}
	r.Remarks = append(r.Remarks, m)
}

// numberRemarks notes which remark each line is of. Those between two, and a signature, go with the one before them.
func (m *mail) numberRemarks(all []Remark) {
	k := 0
	for i := range m.remarkAt {
		for k < len(all) && all[k].From <= i {
			k++
		}
		m.remarkAt[i] = int32(k)
	}
}

// place says where a remark belongs that follows a quotation.
func (t *Thread) place(m *Remark, q *Quote) {
	switch {
	case q.Mail == Root:
		m.At = q.At
	case q.Mail > Root:
		if k := t.mails[q.Mail].remarkAt[q.At]; k > 0 {
			m.Under = &t.replies[q.Mail].Remarks[k-1]
			m.At = m.Under.At
		}
	}
}

// trimmed leaves out empty lines at both ends.
func trimmed(of *mail, from, to int) (int, int) {
	for from < to && of.keys[from] == "" {
		from++
	}
	for to > from && of.keys[to-1] == "" {
		to--
	}
	return from, to
}

package derive

// RerouteStep is how many mails are routed before the clock is looked at.
const RerouteStep = 16

// RerouteSome routes mails by the projects of today: at least some, and more until it is enough.
func (w *Writing) RerouteSome(batch []*Stored, enough func() bool) (done, differ int, err error) {
	r, err := w.ReadRouting()
	if err != nil {
		return 0, 0, err
	}
	a := NewAdder(w, r)
	for done < len(batch) && (done == 0 || !enough()) {
		step := batch[done:min(done+RerouteStep, len(batch))]
		n, err := a.refresh(step)
		if err != nil {
			return done, differ, err
		}
		done += len(step)
		differ += n
	}
	return done, differ, a.Derive()
}

// DecideAnew decides again with which state and delegate those of the mails begin that are patches of a project, and
// notes which of them people put into series. Derive does the rest.
func (a *Adder) DecideAnew(project int64, mails []int64) error {
	d := newDeriver(a.Writing, a.settings(project), newNeighbourhood(a.Tx, project))
	names, err := d.decideAnew(mails)
	if err != nil {
		return err
	}
	return a.putAnew(project, names)
}

package db

// The points in Add at which a crash leaves a state of its own.
const (
	stepInserted  = "inserted"  // the facts of a batch, and not what is derived of them
	stepDerived   = "derived"   // all but the commit
	stepCommitted = "committed" // on disk, and nobody knows yet
)

// Steps lists what the function given to OnStep is called with by Add, in order.
func Steps() []string { return []string{stepInserted, stepDerived, stepCommitted} }

// OnStep has f called at each of Steps, so that a test can kill the process there. It is to be set before the first
// Add.
func (s *Store) OnStep(f func(step string)) { s.step = f }

func (s *Store) reached(step string) {
	if s.step != nil {
		s.step(step)
	}
}

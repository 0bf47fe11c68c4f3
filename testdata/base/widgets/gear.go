package widgets

// Gear is a wheel with teeth.
type Gear struct {
	Teeth int
}

// Ratio is how often b turns when a turns once.
func Ratio(a, b Gear) float64 {
	return float64(a.Teeth / b.Teeth)
}

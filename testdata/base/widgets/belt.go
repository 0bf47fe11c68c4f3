package widgets

// Belt runs over gears.
type Belt struct {
	gears []Gear
}

// Add puts a gear on the belt.
func (b *Belt) Add(g Gear) {
	b.gears = append(b.gears, g)
}

// Len is how many gears the belt runs over.
func (b *Belt) Len() int {
	return len(b.gears)
}

package layout

// Fold says of a mail of a thread that what is below it can be folded away.
type Fold struct {
	Below int    // mails that are folded with it; 0: none are
	Ends  int    // folds that end behind it
	Class string // of the line that folds them
}

// mostNested is how many folds are in each other. Browsers have a limit for elements.
const mostNested = 12

// Folds finds what can be folded of a thread, of whose mails, in the order of its tree, the depths are known. Each
// discussion has one: what is below a mail at the top, or below one beside which there are other answers to the same.
// So a conversation of two people, of answer below answer, is folded as a whole.
func Folds(depths []int) []Fold {
	t := make([]struct{ parent, last, answers int }, len(depths))
	var above []int
	for i, d := range depths {
		for len(above) > 0 && depths[above[len(above)-1]] >= d {
			above = above[:len(above)-1]
		}
		t[i].parent, t[i].last = -1, i
		if len(above) > 0 {
			t[i].parent = above[len(above)-1]
			t[t[i].parent].answers++
		}
		above = append(above, i)
	}
	for i := len(t) - 1; i >= 0; i-- {
		if p := t[i].parent; p >= 0 {
			t[p].last = max(t[p].last, t[i].last)
		}
	}
	folds, open := make([]Fold, len(depths)), []int(nil)
	for i := range t {
		if n := t[i].last - i; n > 1 && len(open) < mostNested && (t[i].parent < 0 ||
			t[t[i].parent].answers > 1 || t[i].answers > 1) {
			folds[i].Below = n
			open = append(open, t[i].last)
		}
		for len(open) > 0 && open[len(open)-1] == i {
			open = open[:len(open)-1]
			folds[i].Ends++
		}
	}
	return folds
}

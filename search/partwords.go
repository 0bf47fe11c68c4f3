package search

import (
	"slices"
	"strings"
)

// partWords are the words of one part of a mail, in an order in which they can be looked for.
type partWords struct {
	all    []string         // in their order; between two texts there is an empty one
	places map[string][]int // where in all each word is
	sorted []string         // each word once
	stems  map[string]bool  // those of the words; nil: nobody asked yet
}

// part makes the words of a part when they are asked for the first time.
func (d *Document) part(p Part) *partWords {
	if d.words[p] == nil {
		d.words[p] = newPartWords(d.Texts[p])
	}
	return d.words[p]
}

func newPartWords(texts []string) *partWords {
	w := &partWords{places: map[string][]int{}}
	for _, text := range texts {
		if len(w.all) > 0 {
			w.all = append(w.all, "")
		}
		w.all = AppendWords(w.all, text)
	}
	for i, word := range w.all {
		if word == "" {
			continue
		}
		if w.places[word] == nil {
			w.sorted = append(w.sorted, word)
		}
		w.places[word] = append(w.places[word], i)
	}
	slices.Sort(w.sorted)
	return w
}

func (w *partWords) has(n Word) bool {
	switch n.Form {
	case Prefix:
		return w.hasPrefix(n.Text)
	case Stem:
		return w.hasStem(n.Text)
	}
	return w.places[n.Text] != nil
}

func (w *partWords) hasPrefix(prefix string) bool {
	i, _ := slices.BinarySearch(w.sorted, prefix)
	return i < len(w.sorted) && strings.HasPrefix(w.sorted[i], prefix)
}

func (w *partWords) hasStem(word string) bool {
	if w.stems == nil {
		w.stems = make(map[string]bool, len(w.sorted))
		for _, word := range w.sorted {
			if stem, ok := StemOf(word); ok {
				w.stems[stem] = true
			}
		}
	}
	stem, ok := StemOf(word)
	return ok && w.stems[stem]
}

// hasPhrase looks at each place of the phrase's rarest word.
func (w *partWords) hasPhrase(n Phrase) bool {
	rarest := -1
	exact := len(n.Words)
	if n.Prefix {
		exact--
	}
	for i, word := range n.Words[:exact] {
		if rarest < 0 || len(w.places[word]) < len(w.places[n.Words[rarest]]) {
			rarest = i
		}
	}
	if rarest < 0 {
		return w.hasPrefix(n.Words[0])
	}
	return slices.ContainsFunc(w.places[n.Words[rarest]], func(place int) bool { return w.isPhraseAt(place-rarest, n) })
}

func (w *partWords) isPhraseAt(start int, n Phrase) bool {
	if start < 0 || start+len(n.Words) > len(w.all) {
		return false
	}
	for i, word := range n.Words {
		is := w.all[start+i]
		if is != word && !(n.Prefix && i == len(n.Words)-1 && strings.HasPrefix(is, word)) {
			return false
		}
	}
	return true
}

// hasNear looks at one text after the other.
func (w *partWords) hasNear(n Near) bool {
	for _, word := range n.Words {
		if w.places[word] == nil {
			return false
		}
	}
	for text := range splitSeq(w.all) {
		if n.Ordered && hasInOrder(text, n) || !n.Ordered && hasInWindow(text, n) {
			return true
		}
	}
	return false
}

// splitSeq gives the words of each text.
func splitSeq(all []string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for start := 0; start < len(all); {
			end := start
			for end < len(all) && all[end] != "" {
				end++
			}
			if !yield(all[start:end]) {
				return
			}
			start = end + 1
		}
	}
}

// window is how many words a text may have from the first to the last of those that are near each other.
func (n Near) window() int { return n.Within + len(n.Words) - 1 }

// hasInWindow lets a window of that many words go over a text, and counts which of the wanted words are in it.
func hasInWindow(text []string, n Near) bool {
	missing := map[string]int{} // how often each wanted word is not in the window yet; negative: more often than wanted
	for _, word := range n.Words {
		missing[word]++
	}
	left := len(n.Words)
	for i, word := range text {
		if m, wanted := missing[word]; wanted {
			missing[word]--
			left -= btoi(m > 0)
		}
		if out := i - n.window(); out >= 0 {
			if m, wanted := missing[text[out]]; wanted {
				missing[text[out]]++
				left += btoi(m >= 0)
			}
		}
		if left == 0 {
			return true
		}
	}
	return false
}

// hasInOrder goes over a text once. For each number of the wanted words it keeps the latest place where that many of
// them began, in their order, so that the distance is the least.
func hasInOrder(text []string, n Near) bool {
	began := make([]int, len(n.Words))
	for i := range began {
		began[i] = -1
	}
	for i, word := range text {
		for k := len(n.Words) - 1; k >= 0; k-- {
			if n.Words[k] != word {
				continue
			}
			if k == 0 {
				began[0] = i
			} else if began[k-1] >= 0 {
				began[k] = began[k-1]
			}
		}
		if last := began[len(began)-1]; last >= 0 && i-last < n.window() && word == n.Words[len(n.Words)-1] {
			return true
		}
	}
	return false
}

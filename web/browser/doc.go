// Package browser looks at the pages of patchwatch serve in a real browser, Debian's Chromium: whether everybody can
// use them, by keyboard and without scripts too, whether hostile mail stays text, and whether the walks through them
// that people take lead where they should. It is a module of its own, so that only its tests need what drives a browser.
//
// The tests run the real program over the sample mail. "make browser" builds it and runs them; "make pictures" has
// TestPictures write what the pages look like.
package browser

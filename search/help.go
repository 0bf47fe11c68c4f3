package search

import _ "embed"

//go:embed help.txt
var help string

// Help is the page that explains the language to people: plain text, lines of 80 columns at most.
func Help() string { return help }

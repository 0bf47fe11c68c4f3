//go:build race

package main

// raceEnabled makes tests smaller that the race detector makes ten times slower.
const raceEnabled = true

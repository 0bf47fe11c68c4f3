package main

import (
	"os"
	"strings"
	"testing"
)

// archiveCommands look at all that is stored.
var archiveCommands = []string{"check", "dump", "compare x.db x.db", "rebuild", "rebuild --reparse"}

// Commands that look at all that is stored need no more memory for four times as much, but for what caches take:
// SQLite's fill up to 70 MiB, however much is stored.
func TestMemoryDoesNotGrowWithTheArchive(t *testing.T) {
	t.Parallel() // it measures processes of its own
	if os.Getenv("PATCHWATCH_LONG") == "" || raceEnabled {
		t.Skip("a minute: make test-faults")
	}
	few, many := peaks(t, 5_000), peaks(t, 20_000)
	for _, c := range archiveCommands {
		grown := (many[c] - few[c]) >> 20
		t.Logf("%s: %d MiB, %d with four times the mails", c, few[c]>>20, many[c]>>20)
		if most := int64(70); few[c] == 0 || grown > most {
			t.Errorf("%s takes %d MiB more with four times the mails, want at most %d", c, grown, most)
		}
	}
}

func TestMemoryWithAHundredThousandStored(t *testing.T) {
	t.Parallel() // it measures processes of its own
	if os.Getenv("PATCHWATCH_LONG") == "" || raceEnabled {
		t.Skip("two minutes: make test-faults")
	}
	const most = 200 // MiB
	for c, peak := range peaks(t, 100_000) {
		t.Logf("%s: %d MiB", c, peak>>20)
		if peak == 0 || peak>>20 > most {
			t.Errorf("%s takes %d MiB, want at most %d", c, peak>>20, most)
		}
	}
}

// peaks gives the most memory that each command takes with so many mails stored.
func peaks(t *testing.T, mails int) map[string]int64 {
	t.Helper()
	w := newWorkplace(t)
	w.deliver("md", nil)
	(&bench{workplace: w, dir: w.path("md", "cur")}).makeMails(mails)
	w.run("--db", "x.db", "import", "--quiet", "md")
	out := map[string]int64{}
	for _, c := range archiveCommands {
		out[c] = peakMemory(t, w.command(append([]string{"--db", "x.db"}, strings.Fields(c)...)...))
	}
	return out
}

package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const inside = "patchwatch/cmd/patchwatch/internal/"

// rooms says which of our packages each may import. The arrows go one way: the database needs no parser, the watcher
// knows nothing of mail, and all meet in cmd.
var rooms = map[string][]string{
	"patchwatch/cmd/patchwatch": {
		"patchwatch/db", "patchwatch/ingest", "patchwatch/track", "patchwatch/watcher",
		inside + "intake", inside + "ops", inside + "stress", inside + "term", inside + "view",
	},
	inside + "term":   {},
	inside + "intake": {"patchwatch/db", "patchwatch/ingest", "patchwatch/track", "patchwatch/watcher", inside + "term"},
	inside + "ops":    {"patchwatch/db", "patchwatch/ingest", "patchwatch/track", "patchwatch/watcher", inside + "term"},
	inside + "stress": {"patchwatch/db", "patchwatch/watcher", inside + "intake", inside + "term"},
	inside + "view":   {"patchwatch/db", "patchwatch/ingest", "patchwatch/track", inside + "term"},

	// What tests of several rooms hold output against.
	inside + "term/termtest": {},
	inside + "ops/opstest":   {},

	"patchwatch/watcher": {},
	"patchwatch/ingest":  {"patchwatch/track"},
	"patchwatch/track":   {},
	"patchwatch/db":      {"patchwatch/track"},
}

func TestRoomsImportOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "patchwatch/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		room, imports, _ := strings.Cut(line, " ")
		may, known := rooms[room]
		if !known {
			t.Errorf("%s is a new room: say here what it may import, and in ARCHITECTURE.md why it is there", room)
		}
		for _, i := range strings.Fields(imports) {
			if strings.HasPrefix(i, "patchwatch/") && !slices.Contains(may, i) {
				t.Errorf("%s imports %s", room, i)
			}
			if room == "patchwatch/track" && strings.Contains(i, ".") {
				t.Errorf("track imports %s: it has the standard library only", i)
			}
		}
	}
}

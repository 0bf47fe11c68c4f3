package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const inside = "patchwatch/cmd/patchwatch/internal/"

// everywhere is a package that all may import, as they do the standard library.
const everywhere = "patchwatch/internal/order"

// rooms says which of our packages each may import. The arrows go one way: the database needs no parser, the watcher
// knows nothing of mail, and all meet in cmd.
var rooms = map[string][]string{
	"patchwatch/cmd/patchwatch": {
		"patchwatch/db", "patchwatch/db/sqlite", "patchwatch/ingest", "patchwatch/track", "patchwatch/watcher",
		"patchwatch/search", "patchwatch/web", "patchwatch/web/auth", "patchwatch/web/hook",
		inside + "adopt", inside + "engines", inside + "lookup", inside + "intake", inside + "ops",
		inside + "stress", inside + "term", inside + "view",
	},
	inside + "adopt": {"patchwatch/db", "patchwatch/db/engine", "patchwatch/track"},
	inside + "term":  {},
	inside + "engines": {
		"patchwatch/db", "patchwatch/db/engine", "patchwatch/db/postgres", "patchwatch/db/sqlite",
		"patchwatch/search/index",
	},
	inside + "intake": {
		"patchwatch/db", "patchwatch/db/engine", "patchwatch/ingest", "patchwatch/track", "patchwatch/watcher",
		inside + "pubinbox", inside + "term",
	},
	inside + "pubinbox":           {},
	inside + "pubinbox/inboxtest": {"patchwatch/internal/needs"},
	inside + "lookup": {
		"patchwatch/web/find",
		"patchwatch/db", "patchwatch/ingest", "patchwatch/search", "patchwatch/search/index", "patchwatch/track",
		inside + "engines",
	},
	inside + "ops": {
		"patchwatch/db", "patchwatch/ingest", "patchwatch/internal/listen", "patchwatch/track",
		"patchwatch/watcher", "patchwatch/web/admin", inside + "term",
	},
	inside + "stress": {
		"patchwatch/db", "patchwatch/db/sqlite", "patchwatch/track", "patchwatch/watcher", inside + "engines", inside + "intake", inside + "term",
	},
	inside + "view": {
		"patchwatch/db", "patchwatch/ingest", "patchwatch/track", "patchwatch/track/rangediff", inside + "term",
	},

	// What tests of several rooms hold output against.
	inside + "term/termtest":    {},
	inside + "ops/opstest":      {},
	"patchwatch/internal/needs": {},

	"patchwatch/internal/listen": {},

	everywhere: {},

	"patchwatch/watcher": {},
	"patchwatch/ingest":  {"patchwatch/track"},
	"patchwatch/track":   {},
	"patchwatch/search":  {"patchwatch/track"},

	"patchwatch/track/difftext":  {},
	"patchwatch/track/rangediff": {"patchwatch/track/difftext"},
	"patchwatch/search/index":    {"patchwatch/search"},

	"patchwatch/db": {
		"patchwatch/db/engine", "patchwatch/db/internal/carry", "patchwatch/db/internal/derive", "patchwatch/db/internal/frame",
		"patchwatch/db/internal/sorter", "patchwatch/db/internal/versions", "patchwatch/track",
	},
	"patchwatch/db/internal/derive": {
		"patchwatch/db/internal/versions",
		"patchwatch/db/engine", "patchwatch/db/internal/frame", "patchwatch/db/internal/sorter", "patchwatch/track",
	},
	"patchwatch/db/internal/both":     {"patchwatch/db/engine", "patchwatch/track"},
	"patchwatch/db/internal/carry":    {"patchwatch/db/engine", "patchwatch/track"},
	"patchwatch/db/internal/frame":    {"patchwatch/db/engine"},
	"patchwatch/db/internal/named":    {},
	"patchwatch/db/internal/sorter":   {},
	"patchwatch/db/internal/versions": {"patchwatch/db/engine", "patchwatch/track"},
	"patchwatch/db/engine":            {"patchwatch/track"},

	// The web knows what is true of any database, and no database.
	"patchwatch/web": {
		"patchwatch/db/engine", "patchwatch/ingest", "patchwatch/track", "patchwatch/web/admin", "patchwatch/web/api",
		"patchwatch/web/auth",
		"patchwatch/web/find", "patchwatch/web/hook", "patchwatch/web/inbox", "patchwatch/web/internal/layout",
		"patchwatch/web/internal/serve",
		"patchwatch/web/internal/site", "patchwatch/web/internal/visit", "patchwatch/web/pages", "patchwatch/web/push",
		"patchwatch/web/results",
	},
	"patchwatch/web/pages": {
		"patchwatch/db/engine", "patchwatch/search", "patchwatch/track", "patchwatch/web/find", "patchwatch/web/internal/layout", "patchwatch/web/internal/mailtext",
		"patchwatch/web/internal/site", "patchwatch/web/internal/visit",
		"patchwatch/ingest",
		"patchwatch/web/internal/diffview",
		"patchwatch/web/internal/remarks",
		"patchwatch/track/rangediff",
	},
	"patchwatch/web/internal/visit": {
		"patchwatch/db/engine", "patchwatch/track",
		"patchwatch/web/internal/layout", "patchwatch/web/internal/serve", "patchwatch/web/internal/site",
	},
	"patchwatch/web/inbox": {
		"patchwatch/db/engine", "patchwatch/track/rangediff",
		"patchwatch/ingest", "patchwatch/track", "patchwatch/web/internal/layout", "patchwatch/web/internal/mailtext",
		"patchwatch/web/internal/serve", "patchwatch/web/internal/site", "patchwatch/web/internal/visit",
		"patchwatch/web/find", "patchwatch/web/results",
	},
	"patchwatch/web/api": {
		"patchwatch/db/engine", "patchwatch/ingest", "patchwatch/track",
		"patchwatch/web/internal/serve", "patchwatch/web/internal/site",
	},
	"patchwatch/web/hook": {"patchwatch/db/engine", "patchwatch/track", "patchwatch/web/api"},
	"patchwatch/web/push": {
		"patchwatch/db/engine", "patchwatch/track", "patchwatch/web/api", "patchwatch/web/internal/serve",
	},
	"patchwatch/web/internal/site":    {"patchwatch/db/engine", "patchwatch/track", "patchwatch/web/internal/serve"},
	"patchwatch/web/internal/webtest": {"patchwatch/db/engine", "patchwatch/track"},
	"patchwatch/web/internal/webtest/town": {
		"patchwatch/db", "patchwatch/db/engine", "patchwatch/ingest", "patchwatch/search", "patchwatch/track",
		"patchwatch/web/auth", "patchwatch/web/find", "patchwatch/db/dbtest", "patchwatch/db/postgres", "patchwatch/db/postgres/pgtest",
	},
	"patchwatch/web/results": {
		"patchwatch/search", "patchwatch/track", "patchwatch/web/find", "patchwatch/web/internal/layout",
		"patchwatch/web/internal/mailtext", "patchwatch/web/internal/site", "patchwatch/web/internal/visit",
	},
	"patchwatch/web/admin": {
		"patchwatch/db/engine", "patchwatch/ingest", "patchwatch/track", "patchwatch/web/auth",
		"patchwatch/web/internal/layout", "patchwatch/web/internal/mailtext", "patchwatch/web/internal/site",
		"patchwatch/web/internal/visit",
	},
	"patchwatch/web/find": {"patchwatch/db/engine", "patchwatch/search", "patchwatch/track"},
	"patchwatch/web/auth": {"patchwatch/db/engine", "patchwatch/track", "patchwatch/web/internal/layout"},

	// An engine knows what is asked of it; the rules know no engine.
	"patchwatch/db/sqlite":          {"patchwatch/db", "patchwatch/db/engine", "patchwatch/db/internal/both", "patchwatch/db/internal/named", "patchwatch/track"},
	"patchwatch/db/postgres":        {"patchwatch/db", "patchwatch/db/engine", "patchwatch/db/internal/both", "patchwatch/db/internal/named", "patchwatch/track"},
	"patchwatch/db/postgres/pgtest": {"patchwatch/internal/needs"},
	"patchwatch/db/dbtest":          {"patchwatch/db", "patchwatch/db/engine", "patchwatch/track"},

	// HTTP without mail and without a database.
	"patchwatch/web/internal/serve":  {"patchwatch/internal/listen", "patchwatch/web/internal/layout"},
	"patchwatch/web/internal/layout": {},

	// The text of mails as pages show it: text in, lines and HTML out.
	"patchwatch/web/internal/mailtext": {},
	"patchwatch/web/internal/diffview": {"patchwatch/track/difftext"},
	"patchwatch/web/internal/remarks":  {},
}

// engineRooms are the packages that may know a database's driver and its SQL. The search index is a file of its own,
// whatever the database is.
var engineRooms = []string{
	"patchwatch/db/internal/both", "patchwatch/db/sqlite", "patchwatch/db/postgres", "patchwatch/db/postgres/pgtest",
	"patchwatch/search/index",
}

// TestOnlyEnginesKnowTheirDatabase: with the driver in one room and SQL text in no other,
// another engine can take its place.
func TestOnlyEnginesKnowTheirDatabase(t *testing.T) {
	out, err := exec.Command("go", "list", "-f",
		"{{$p := .ImportPath}}{{$d := .Dir}}{{range .GoFiles}}{{$p}} {{$d}}/{{.}}\n{{end}}", "patchwatch/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for line := range strings.Lines(string(out)) {
		room, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		if room == "" || slices.Contains(engineRooms, room) {
			continue
		}
		looked++
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range databaseIn(file, text) {
			t.Errorf("%s: %s", file, fault)
		}
	}
	if looked < 100 {
		t.Errorf("only %d files were looked at", looked)
	}
}

var statement = regexp.MustCompile(`(?is)\b(` +
	`select\s.+\sfrom|insert\s+(or\s+\w+\s+)?into|update\s+\w+\s+set|delete\s+from|` +
	`(create|drop|alter)\s+(table|index)|pragma)\b`)

// databaseIn finds imports of a driver and strings that look like SQL.
func databaseIn(file string, text []byte) (faults []string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
	if err != nil {
		return []string{err.Error()}
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			if strings.Contains(n.Path.Value, "database/sql") || strings.Contains(n.Path.Value, "sqlite3") {
				faults = append(faults, "imports "+n.Path.Value)
			}
			return false
		case *ast.BasicLit:
			if n.Kind == token.STRING && statement.MatchString(n.Value) {
				faults = append(faults, "holds SQL: "+n.Value)
			}
		}
		return true
	})
	return faults
}

func TestFindsSQL(t *testing.T) {
	const code = "package x\nimport _ \"database/sql\"\n" +
		"var a, b, c = `\n\tSELECT id\n\tFROM mail`, \"pragma user_version\", \"select one from these\"\n"
	if got := databaseIn("x.go", []byte(code)); len(got) != 4 {
		t.Errorf("found %q", got)
	}
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
			if strings.HasPrefix(i, "patchwatch/") && i != everywhere && !slices.Contains(may, i) {
				t.Errorf("%s imports %s", room, i)
			}
			if room == "patchwatch/track" && strings.Contains(i, ".") {
				t.Errorf("track imports %s: it has the standard library only", i)
			}
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dumpKeys are the keys of each type of record, in the order that programs may rely on.
var dumpKeys = map[string]string{
	"project": "type link_name list_id list_email name",
	"mail":    "type project msgid sha256 kind variants",
	"person":  "type email name",
	"cover":   "type project msgid name date submitter content_sha256",
	"patch": "type project msgid name date submitter state delegate pull_url hash diff_sha256 content_sha256 " +
		"series number",
	"comment":  "type project msgid parent date submitter content_sha256",
	"revision": "type project series revises",
	"series":   "type project key name version total date submitter cover patches received_all",
}

// dumpValues says how values look, by key. null is for what is absent.
var dumpValues = map[string]string{
	"sha256": `"[0-9a-f]{64}"`, "content_sha256": `"[0-9a-f]{64}"`,
	"diff_sha256": `null|"[0-9a-f]{64}"`, "hash": `null|"[0-9a-f]{40}"`,
	"date":  `"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"`,
	"msgid": `"<.+>"`, "parent": `"<.+>"`, "key": `"<.+>"`, "revises": `"<.+>"`,
	"cover": `null|"<.+>"`, "series": `null|"<.+>"`,
	"kind":      `"(patch|cover|comment|pending|ignored|unrouted)"`,
	"submitter": `null|"[^<>]+@[^<>]+"`, "email": `"[^<>]+@[^<>]+"`,
	"state": `"(new|accepted)"`, "delegate": `null`, "pull_url": `null|"[a-z].+"`,
	"variants": `\d+`, "version": `\d+`, "total": `\d+`, "number": `null|\d+`, "received_all": `true|false`,
	"patches": `\[(\[\d+,"<[^>]+>"\],?)*\]`,
}

func TestDumpIsAsTheContractSays(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	if err := writeFolder(w.path("mails"), samples(t)); err != nil {
		t.Fatal(err)
	}
	w.run("import", "--quiet", "mails")
	w.run("state", "20261006091210.25091-1-priya@example.com", "accepted")
	dump := w.run("dump")
	if !strings.HasSuffix(dump, "\n") {
		t.Fatal("the dump does not end with a line end")
	}
	lines := strings.Split(strings.TrimSuffix(dump, "\n"), "\n")
	if !slices.IsSorted(lines) {
		t.Error("the lines are not sorted")
	}
	seen := map[string]int{}
	for _, line := range lines {
		seen[checkRecord(t, line)]++
	}
	// As testdata/README.md counts them.
	want := map[string]int{"project": 3, "mail": 74, "cover": 6, "patch": 53, "comment": 9, "series": 35, "revision": 4,
		"person": seen["person"]}
	if fmt.Sprint(seen) != fmt.Sprint(want) || seen["person"] == 0 {
		t.Errorf("records: %v, want %v", seen, want)
	}
}

// checkRecord holds one line of a dump against the contract and gives its type.
func checkRecord(t *testing.T, line string) (kind string) {
	t.Helper()
	keys, values, err := fieldsInOrder(line)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	kind = strings.Trim(values[0], `"`)
	if got := strings.Join(keys, " "); got != dumpKeys[kind] {
		t.Errorf("a %s has the keys %q, want %q", kind, got, dumpKeys[kind])
	}
	for i, key := range keys {
		if p, ok := dumpValues[key]; ok && !regexp.MustCompile(`^(`+p+`)$`).MatchString(values[i]) {
			t.Errorf("%s of a %s is %s, want one like %s", key, kind, values[i], p)
		}
	}
	return kind
}

// fieldsInOrder takes a JSON object apart, as it stands in the line.
func fieldsInOrder(line string) (keys, values []string, err error) {
	d := json.NewDecoder(strings.NewReader(line))
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, nil, err
		}
		keys, values = append(keys, fmt.Sprint(key)), append(values, string(bytes.TrimSpace(value)))
	}
	return keys, values, nil
}

// TestDumpIsTheSameInAnyOrder imports the sample in orders of chance, in several pieces each.
func TestDumpIsTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	mails := samples(t, "[0-5]*", "6[0-7]*", "69*", "7[0-6]*") // the others no mbox can hold
	want := importInPieces(w, "in-order", mails)
	for n := range 4 {
		seed := rand.Uint64()
		shuffled := slices.Clone(mails)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(mails),
			func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := importInPieces(w, fmt.Sprint("shuffled-", n), shuffled); got != want {
			t.Errorf("seed %d gives another dump", seed)
		}
	}
}

func importInPieces(w *workplace, name string, mails []sampleMail) (dump string) {
	w.t.Helper()
	args := []string{"--db", name + ".db", "import"}
	for n, piece := range slices.Collect(slices.Chunk(mails, 20)) {
		file := fmt.Sprintf("%s-%d.mbox", name, n)
		if err := writeMboxFile(filepath.Join(w.dir, file), piece); err != nil {
			w.t.Fatal(err)
		}
		args = append(args, file)
	}
	w.run(args...)
	return w.run("--db", name+".db", "dump")
}

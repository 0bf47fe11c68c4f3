package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// generator makes the mail of a list on which patches are sent, answered, lost, sent again and revised, and knows the
// truth about each. It is for a plain clone, where no other corpus is; the same seed gives the same mail.
type generator struct {
	r     *rand.Rand
	now   time.Time
	bulk  int // how long the mails are: hunks in a file, and lines in a reply
	ids   int
	mails [][]byte
	truth []map[string]any // of mails, then of series
	sets  []map[string]any
}

const generatedList = "wheel.lists.example.org"

var (
	people = []string{"Ines Marrow", "Tomasz Übel", "Rafi Okonjo", "Hanne Lind", "Wei Zhao", "Carla Dust", "Piotr Hale",
		"Noor Baxter"}
	parts  = []string{"axle", "spoke", "hub", "brake", "chain", "gear", "pedal", "frame", "lamp", "bell"}
	deeds  = []string{"keep", "count", "free", "check", "lock", "name", "split", "sort", "test", "bound", "fold", "move"}
	things = []string{"the buffer", "each turn", "what was read", "its lock", "a late reply", "the last entry",
		"all counters",
		"an empty list", "the return value", "old callers", "this path", "the error", "its owner", "every flag", "the table"}
	why = []string{"Without it the next caller sees a state that was never written.", "It was found by reading.",
		"The old code did this twice, once with the lock held and once without.", "No change in what it does is meant.",
		"A machine with eight of them ran into it after some days of heavy use.", "The tests pass before and after.",
		"This has been so since the file was added, and nobody noticed because the value is most often zero.",
		"Measured on the small board it saves two percent; on the large one nothing can be seen.",
		"The name is taken from the manual, where it stands in a table of its own.", "The next patch needs it."}
)

// generateList writes a folder of mails with lists.json, truth.jsonl and truth-series.jsonl beside them.
func generateList(t *testing.T, dir string, seed uint64, series, bulk int) {
	t.Helper()
	g := &generator{bulk: bulk, r: rand.New(rand.NewPCG(seed, seed)), now: time.Date(2019, 3, 2, 8, 0, 0, 0, time.UTC)}
	for n := range series {
		g.patchset(n)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i, raw := range g.mails {
		write(fmt.Sprintf("%05d.eml", i), raw)
	}
	write("lists.json", []byte(`[{"Name": "wheel", "Address": "wheel@lists.example.org", "ListID": "`+generatedList+`"}]`))
	write("truth.jsonl", jsonLines(t, g.truth))
	write("truth-series.jsonl", jsonLines(t, g.sets))
}

func jsonLines(t *testing.T, all []map[string]any) (text []byte) {
	t.Helper()
	for _, one := range all {
		line, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text, line...), '\n')
	}
	return text
}

// patchset is a series in one to three versions, with what is said about it.
func (g *generator) patchset(n int) {
	sender := g.r.IntN(len(people))
	title := fmt.Sprintf("%s: %s %s (%d)", pickOneOf(g.r, parts), pickOneOf(g.r, deeds), pickOneOf(g.r, things), n)
	total, covered := 1+g.r.IntN(5), g.r.IntN(3) > 0
	revises, above := "", ""
	for version := 1; version == 1 || version < 4 && g.r.IntN(5) < 2; version++ {
		above = g.version(fmt.Sprintf("%d.%d", n, version), revises, above, title, sender, version, total,
			covered && total > 1)
		revises = fmt.Sprintf("%d.%d", n, version)
	}
}

// version sends one version of a series and gives the Message-ID that the next may answer.
func (g *generator) version(name, revises, above, title string, sender, version, total int, covered bool) string {
	g.now = g.now.Add(time.Hour + time.Duration(g.r.IntN(20*3600))*time.Second)
	set := map[string]any{"series": name, "revises": revises, "projects": []string{"wheel"}, "version": version,
		"total": total}
	tag := "PATCH"
	if version > 1 {
		tag = fmt.Sprintf("PATCH v%d", version)
	}
	var refs []string
	if above != "" && g.r.IntN(2) == 0 {
		refs = []string{above}
	}
	complete, first := true, ""
	if covered {
		id := g.send("cover", sender, fmt.Sprintf("[%s 0/%d] %s", tag, total, title), refs, g.prose(3)+"\n-- \n2.50.0\n", "")
		set["cover"], first = id, id
		refs = append(refs, id)
	}
	var patches []string
	for i := range total {
		subject := fmt.Sprintf("[%s] %s", tag, title)
		if total > 1 {
			subject = fmt.Sprintf("[%s %d/%d] %s, part %d", tag, i+1, total, title, i+1)
		}
		at := len(g.truth)
		id := g.send("patch", sender, subject, refs, g.patch(sender, name, i), "")
		complete = complete && len(g.truth) > at
		patches = append(patches, id)
		if first == "" {
			first = id
			refs = append(refs, id)
		}
	}
	set["patches"], set["complete"] = patches, complete
	g.sets = append(g.sets, set)
	for _, id := range append(patches, first) {
		g.talk(sender, "Re: ["+tag+"] "+title, []string{id})
	}
	return first
}

// talk is a few replies, some of them to each other.
func (g *generator) talk(sender int, subject string, refs []string) {
	for range g.r.IntN(3) {
		from := g.r.IntN(len(people))
		text := "> " + strings.ReplaceAll(g.prose(2*g.bulk), "\n", "\n> ") + "\n\n" + g.prose(g.bulk)
		if from != sender && g.r.IntN(3) == 0 {
			text += fmt.Sprintf("\nReviewed-by: %s <%s>\n", people[from], addressOf(from))
		}
		id := g.send("comment", from, subject, refs, text, refs[len(refs)-1])
		if g.r.IntN(3) == 0 {
			refs = append(refs[:len(refs):len(refs)], id)
		}
	}
}

// send writes a mail and notes the truth about it. A few are lost, a few come twice.
func (g *generator) send(kind string, from int, subject string, refs []string, text, parent string) string {
	g.now = g.now.Add(time.Duration(1+g.r.IntN(90)) * time.Second)
	g.ids++
	id := fmt.Sprintf("%x-%d@mail%d.example.org", g.ids*7919, g.ids, from)
	if g.r.IntN(40) == 0 {
		return id
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Received: from mail%d.example.org by lists.example.org; %s", from, g.now.Format(time.RFC1123Z))
	line("From: %s", encodedPerson(from))
	line("To: wheel@lists.example.org")
	line("Subject: %s", subject)
	line("Date: %s", g.now.Format(time.RFC1123Z))
	line("Message-ID: <%s>", id)
	if len(refs) > 0 {
		line("In-Reply-To: <%s>", refs[len(refs)-1])
		line("References: <%s>", strings.Join(refs, ">\n <"))
	}
	line("List-Id: All about wheels <%s>", generatedList)
	line("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s", text)
	copies := 1
	if g.r.IntN(40) == 0 {
		copies = 2
	}
	for range copies {
		g.mails = append(g.mails, []byte(b.String()))
		g.truth = append(g.truth, map[string]any{"msgid": id, "kind": kind, "project": "wheel", "parent": parent,
			"sender": map[string]string{"email": addressOf(from)}})
	}
	return id
}

func addressOf(who int) string {
	return fmt.Sprintf("%c.%d@mail%d.example.org", 'a'+who, who, who)
}

func encodedPerson(who int) string {
	return fmt.Sprintf("=?utf-8?q?%s?= <%s>", strings.NewReplacer(" ", "_", "Ü", "=C3=9C").Replace(people[who]),
		addressOf(who))
}

func pickOneOf(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func (g *generator) prose(lines int) string {
	var out []string
	for range lines {
		out = append(out, pickOneOf(g.r, why))
	}
	return strings.Join(out, "\n")
}

// patch is a message with a diff of a file or two, whose lines are nobody's.
func (g *generator) patch(sender int, series string, number int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nSigned-off-by: %s <%s>\n---\n", g.prose(3), people[sender], addressOf(sender))
	for range 1 + g.r.IntN(2) {
		file := pickOneOf(g.r, parts) + "/" + pickOneOf(g.r, deeds) + ".c"
		fmt.Fprintf(&b, "diff --git a/%s b/%s\nindex %07x..%07x 100644\n--- a/%s\n+++ b/%s\n", file, file,
			g.r.IntN(1<<28), g.r.IntN(1<<28), file, file)
		for range g.bulk {
			g.hunk(&b)
		}
	}
	fmt.Fprintf(&b, "-- \n2.50.0 (%s/%d)\n", series, number)
	return b.String()
}

func (g *generator) hunk(b *strings.Builder) {
	at := 1 + g.r.IntN(900)
	fmt.Fprintf(b, "@@ -%d,7 +%d,7 @@ static int %s_%s(struct %s *x)\n", at, at,
		pickOneOf(g.r, parts), pickOneOf(g.r, deeds), pickOneOf(g.r, parts))
	for _, sign := range []string{" ", " ", " ", "-", "+", " ", " ", " "} {
		fmt.Fprintf(b, "%s\t%s_%s(x, %d, %q);\n", sign, pickOneOf(g.r, parts), pickOneOf(g.r, deeds), g.r.IntN(1000),
			pickOneOf(g.r, things))
	}
}

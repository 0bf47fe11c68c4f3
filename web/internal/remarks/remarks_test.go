package remarks

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

// TestThreads shows where remarks go. With UPDATE=1 it writes that.
func TestThreads(t *testing.T) {
	t.Parallel()
	const name = "testdata/threads.txtar"
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	last := len(archive.Files) - 1
	root := strings.Split(string(archive.Files[0].Data), "\n")
	texts := [][]string{root}
	thread := NewThread(root)
	var got strings.Builder
	for i, f := range archive.Files[1:last] {
		var number, parent int
		if _, err := fmt.Sscan(f.Name, &number, &parent); err != nil || number != i+1 {
			t.Fatalf("%s: %v", f.Name, err)
		}
		lines := linesOf(string(f.Data))
		text := make([]string, len(lines))
		for i, l := range lines {
			text[i] = l.Text
		}
		texts = append(texts, text)
		r := thread.Add(parent, lines)
		checkWhole(t, lines, r)
		fmt.Fprintf(&got, "%s:\n", f.Name)
		for _, q := range r.Quotes {
			where := "nowhere"
			if q.Placed() {
				where = fmt.Sprintf("%d:%d %s", q.Mail, q.At, texts[q.Mail][q.At])
			}
			fmt.Fprintf(&got, "  quotes %d lines, %d found, the last at %s\n", q.Lines, q.Found, where)
		}
		for _, m := range r.Remarks {
			where := "the whole"
			if m.At >= 0 {
				where = fmt.Sprintf("%d %s", m.At, root[m.At])
			}
			if m.Under != nil {
				where += fmt.Sprintf(" (below one of %d)", m.Under.Reply)
			}
			fmt.Fprintf(&got, "  %q on %s\n", strings.Join(text[m.From:m.To], "|"), where)
		}
	}
	if os.Getenv("UPDATE") == "1" {
		archive.Files[last].Data = []byte(got.String())
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want := string(archive.Files[last].Data); got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

// TestQuotedLinesAreFound: whatever programs do to lines that are quoted, a remark is placed at the last of them.
func TestQuotedLinesAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		root := drawPatch(t)
		thread := NewThread(root)
		var text strings.Builder
		var want []int
		at := 0
		for n := 0; ; n++ {
			from := at + rapid.IntRange(0, 20).Draw(t, "from")
			to := from + rapid.IntRange(3, 12).Draw(t, "lines")
			if to > len(root) {
				break
			}
			quoteLines(t, &text, root[from:to])
			fmt.Fprintf(&text, "\nThis is remark number %d.\n\n", n)
			want = append(want, to-1)
			at = to
		}
		lines := linesOf(text.String())
		r := thread.Add(Root, lines)
		checkWhole(t, lines, r)
		var got []int
		for _, m := range r.Remarks {
			got = append(got, m.At)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("remarks are at %v, they are about %v\n%s", got, want, text.String())
		}
		answered(t, thread, lines, r)
	})
}

// drawPatch draws lines as programs have them: some are there again and again.
func drawPatch(t *rapid.T) (root []string) {
	for i := range rapid.IntRange(20, 120).Draw(t, "size") {
		mark := rapid.SampledFrom([]string{" ", "+", "-"}).Draw(t, "mark")
		body := rapid.SampledFrom([]string{"\t}", "\treturn 0;", "\t\tbreak;", "", "call", "call", "long", "call"}).Draw(t,
			"line")
		switch body {
		case "call":
			body = fmt.Sprintf("\tfrob_%d(x, y);", i)
		case "long":
			body = fmt.Sprintf("\tif (first_condition_%d(x) && second_condition(y) && third_condition(z)) {", i)
		}
		root = append(root, mark+body)
	}
	for i := 3; i < len(root); i += 3 { // so that each piece has a line of its own
		root[i] = fmt.Sprintf("+\tline_%d(x);", i)
	}
	for i := range root {
		if strings.TrimSpace(root[i]) == "" || root[i] == "+" || root[i] == "-" {
			root[i] += fmt.Sprintf(" /* %d */", i)
		}
	}
	return root
}

// quoteLines quotes lines as one program or another does.
func quoteLines(t *rapid.T, to *strings.Builder, lines []string) {
	mark := rapid.SampledFrom([]string{"> ", ">", ">> ", "> > ", " > "}).Draw(t, "mark")
	how := rapid.SampledFrom([]string{"as they are", "spaces", "trimmed", "broken"}).Draw(t, "how")
	for _, l := range lines {
		switch how {
		case "spaces":
			l = strings.ReplaceAll(l, "\t", "        ")
		case "trimmed":
			l = strings.TrimSpace(l)
		case "broken":
			if len(l) > 60 {
				cut := 40 + strings.Index(l[40:], " ")
				to.WriteString(mark + l[:cut] + "\n")
				l = l[cut+1:]
			}
		}
		to.WriteString(mark + l + "\n")
	}
}

// answered quotes each remark in a reply, and expects the answers below them.
func answered(t *rapid.T, thread *Thread, lines []Line, r *Reply) {
	var text strings.Builder
	for _, m := range r.Remarks {
		for _, l := range lines[m.From:m.To] {
			text.WriteString("> " + l.Text + "\n")
		}
		text.WriteString("Answered.\n")
	}
	again := linesOf(text.String())
	answer := thread.Add(1, again)
	checkWhole(t, again, answer)
	if len(answer.Remarks) != len(r.Remarks) {
		t.Fatalf("%d answers to %d remarks", len(answer.Remarks), len(r.Remarks))
	}
	for i, m := range answer.Remarks {
		if m.Under != &r.Remarks[i] || m.At != r.Remarks[i].At {
			t.Fatalf("answer %d is %+v, below %+v", i, m, r.Remarks[i])
		}
	}
}

func FuzzAdd(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/threads.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for i, file := range archive.Files[1:] {
		f.Add(string(archive.Files[0].Data), string(file.Data), string(archive.Files[1+i/2].Data))
	}
	f.Fuzz(func(t *testing.T, root, one, two string) {
		thread := NewThread(strings.Split(root, "\n"))
		for parent, text := range []string{one, two, one} {
			lines := linesOf(text)
			checkWhole(t, lines, thread.Add(parent, lines))
		}
	})
}

// TestHostile: what anybody may send takes time in proportion to its length.
func TestHostile(t *testing.T) {
	t.Parallel()
	const n = 30_000
	same := strings.Repeat("+\treturn 0; /* as always */\n", n)
	words := strings.Repeat("word ", 8)
	for _, c := range map[string]struct{ root, reply string }{
		"one line": {same, strings.Repeat("> +\treturn 0; /* as always */\n\nNo.\n\n", n/4)},
		"one word": {strings.Repeat(words+"\n", n), strings.Repeat("> "+words+"other\n", n)},
		"starts":   {strings.Repeat("+\tthe same beginning "+words+"\n", n), strings.Repeat("> +\tthe same beginning\n", n)},
		"marks":    {same, strings.Repeat(strings.Repeat(">", 200)+"\n", n/100)},
		"nothing":  {same, strings.Repeat("> x\n", n) + strings.Repeat("-- \n", n)},
	} {
		thread := NewThread(strings.Split(c.root, "\n"))
		lines := linesOf(c.reply)
		checkWhole(t, lines, thread.Add(Root, lines))
	}
}

// TestDeepThread: a thread may be as deep as it is long.
func TestDeepThread(t *testing.T) {
	t.Parallel()
	thread := NewThread([]string{"+one line of it"})
	for i := range 5000 {
		lines := linesOf(fmt.Sprintf("> I say %d so.\nI say %d so.\n", i, i+1))
		r := thread.Add(i, lines)
		if i > 0 && (len(r.Remarks) != 1 || i > 1 && r.Remarks[0].Under == nil) {
			t.Fatalf("%d: %+v", i, r)
		}
	}
}

package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// helps is what --help says, by the command's name: "", "watch", "series why".
type helps map[string]string

var (
	commandLine = regexp.MustCompile(`(?m)^  ([a-z-]+) +\S`)
	flagLine    = regexp.MustCompile(`(?m)^  (?:    |-(\w), )--([a-z-]+)`)
)

func readHelps(w *workplace) helps {
	all := helps{}
	var read func(name string)
	read = func(name string) {
		text := w.run(append(strings.Fields(name), "--help")...)
		all[name] = text
		listed, _, _ := strings.Cut(text, "\nFlags:")
		_, listed, _ = strings.Cut(listed, "\nExamples:")
		_, listed, _ = strings.Cut(listed, "\n\n") // commands are listed behind the examples
		for _, found := range commandLine.FindAllStringSubmatch(listed, -1) {
			if found[1] != "patchwatch" && found[1] != "help" {
				read(strings.TrimSpace(name + " " + found[1]))
			}
		}
	}
	read("")
	return all
}

// flags gives the flags that a command takes, as they are typed.
func (h helps) flags(name string) (all []string) {
	for _, found := range flagLine.FindAllStringSubmatch(h[name], -1) {
		all = append(all, "--"+found[2])
		if found[1] != "" {
			all = append(all, "-"+found[1])
		}
	}
	return all
}

// command finds the command in the words after patchwatch, and gives the others. There may be global flags before it.
func (h helps) command(words []string) (name string, rest []string) {
	for i := 0; i < len(words); i++ {
		longer := strings.TrimSpace(name + " " + words[i])
		_, known := h[longer]
		switch {
		case known:
			name = longer
		case words[i] == "--db" || words[i] == "--host":
			i++
		default:
			return name, words[i:]
		}
	}
	return name, nil
}

// onlyHolds tells of a command whose words are other commands' names, and nothing else.
func (h helps) onlyHolds(name string) bool {
	for other := range h {
		if before, _ := cutLast(other); other != "" && before == name {
			return true
		}
	}
	return false
}

var (
	codeBlock = regexp.MustCompile("(?ms)^```\n(.*?)^```")
	codeWord  = regexp.MustCompile("`([^`\n]+)`")
)

// readmeCommands are the commands that the README shows: in blocks by lines, and in the text.
func readmeCommands(t *testing.T) (all [][]string) {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, block := range codeBlock.FindAllStringSubmatch(string(text), -1) {
		lines = append(lines, strings.Split(block[1], "\n")...)
	}
	for _, word := range codeWord.FindAllStringSubmatch(codeBlock.ReplaceAllString(string(text), ""), -1) {
		lines = append(lines, word[1])
	}
	for _, line := range lines {
		line, _, _ = strings.Cut(line, " #")
		for _, part := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(`|&;"`, r) }) {
			words := strings.Fields(part)
			if len(words) > 3 && words[0] == "sudo" && words[1] == "-u" {
				words = words[3:]
			}
			if len(words) > 0 && (words[0] == "patchwatch" || strings.HasSuffix(words[0], "/bin/patchwatch")) {
				all = append(all, words[1:])
			}
		}
	}
	return all
}

// TestReadmeAndHelp: the help has every command and flag of the README, and the README every command of the help.
func TestReadmeAndHelp(t *testing.T) {
	t.Parallel()
	h := readHelps(newWorkplace(t))
	if len(h) < 25 {
		t.Fatalf("only %d commands were found in the help", len(h))
	}
	mentioned := map[string]bool{"": true}
	for _, words := range readmeCommands(t) {
		name, rest := h.command(words)
		for n := name; n != ""; n, _ = cutLast(n) {
			mentioned[n] = true
		}
		if h.onlyHolds(name) && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
			t.Errorf("the README has patchwatch %s, which is no command", strings.Join(words, " "))
		}
		for _, word := range rest {
			flag, _, _ := strings.Cut(word, "=")
			if strings.HasPrefix(flag, "-") && flag != "-" && !slices.Contains(h.flags(name), flag) {
				t.Errorf("the README has patchwatch %s, but there is no %s", strings.Join(words, " "), flag)
			}
		}
	}
	for name := range h {
		if !mentioned[name] {
			t.Errorf("the README does not mention patchwatch %s", name)
		}
	}
}

func cutLast(name string) (before, last string) {
	if i := strings.LastIndexByte(name, ' '); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

var flagWord = regexp.MustCompile(`(?:^|[\s,])(--?[a-z][a-z-]*)`)

// ofAll are the flags of all commands, which the man page has once.
var ofAll = []string{"--help", "-h", "--db", "--host"}

// TestManPageAndHelp: every command of the help is in the man page, with its flags and no others.
func TestManPageAndHelp(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	h := readHelps(w)
	sections := manPageSections(w.run("man"))
	for name := range h {
		want := slices.DeleteFunc(h.flags(name), func(f string) bool { return slices.Contains(ofAll, f) })
		got, there := sections[name]
		if !there {
			t.Errorf("the man page has no %s", name)
		}
		slices.Sort(want)
		slices.Sort(got)
		if name != "" && !slices.Equal(got, want) {
			t.Errorf("%s: the man page has the flags %q, the help %q", name, got, want)
		}
		delete(sections, name)
	}
	for name := range sections {
		t.Errorf("the man page has %s, which the help does not list", name)
	}
}

var (
	manHeading = regexp.MustCompile(`^patchwatch ?((?:[a-z-]+ ?)*)`)
	manTag     = regexp.MustCompile(`(?m)^\.TP\n(.*)$`)
	manFont    = regexp.MustCompile(`\\f.`)
)

// manPageSections gives the flags in the section of each command.
func manPageSections(page string) map[string][]string {
	page = strings.ReplaceAll(page, `\-`, "-")
	page, _, _ = strings.Cut(page, ".SH \"EXAMPLES\"")
	all := map[string][]string{"": nil}
	for _, section := range strings.Split(page, "\n.SS \"")[1:] {
		name := strings.TrimSpace(manHeading.FindStringSubmatch(section)[1])
		all[name] = []string{}
		for _, tag := range manTag.FindAllStringSubmatch(section, -1) {
			for _, flag := range flagWord.FindAllStringSubmatch(manFont.ReplaceAllString(tag[1], ""), -1) {
				all[name] = append(all[name], flag[1])
			}
		}
	}
	return all
}

// TestManPageIsClean: man and mandoc have nothing to say against it, and it is the same whenever it is made.
func TestManPageIsClean(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	page := manPage((&app{}).command(), time.Unix(1700000000, 0))
	if page != manPage((&app{}).command(), time.Unix(1700000000, 0)) || !strings.Contains(page, `"2023-11-14"`) {
		t.Error("it is not the same twice, or has not the date that it was given")
	}
	w.write("patchwatch.1", page)
	for _, checker := range [][]string{
		{"man", "--warnings", "-l", "patchwatch.1"}, {"mandoc", "-T", "lint", "-W", "warning", "patchwatch.1"},
	} {
		if _, err := exec.LookPath(checker[0]); err != nil {
			t.Logf("%s is not installed", checker[0])
			continue
		}
		c := exec.Command(checker[0], checker[1:]...)
		c.Dir = w.dir
		c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANWIDTH=80", "MANPAGER=cat")
		var said strings.Builder
		c.Stderr = &said
		out, err := c.Output()
		if checker[0] == "mandoc" {
			said.Write(out)
		}
		if err != nil || said.Len() > 0 {
			t.Errorf("%s: %v\n%s", strings.Join(checker, " "), err, said.String())
		}
	}
}

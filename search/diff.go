package search

import "strings"

// A diffReader sorts the lines of a text that has a diff: what people wrote around it, and the lines of the diff by
// what they do. What belongs to a diff is decided line by line, as public-inbox does, and not by counting the lines of
// hunks: people cut patches and write in them.
type diffReader struct {
	*Document
	prose  strings.Builder // what is no line of a diff, up to the next line that is one
	inDiff bool
	old    string          // the name in a "---" line that names no folder
	gone   bool            // the diff removes a file
	seen   map[string]bool // names of files
	binary bool            // encoded lines follow
}

func (d *Document) addDiff(text string) {
	r := diffReader{Document: d, seen: map[string]bool{}}
	for line := range strings.Lines(text) {
		r.line(strings.TrimSuffix(line, "\n"))
	}
	r.flush()
}

// flush adds the prose that has been read. A phrase is not looked for across lines of a diff.
func (r *diffReader) flush() {
	r.add(PartText, r.prose.String())
	r.prose.Reset()
}

func (r *diffReader) say(line string) {
	r.prose.WriteString(line)
	r.prose.WriteByte('\n')
}

func (r *diffReader) part(p Part, line string) {
	r.flush()
	r.add(p, line)
}

// line reads a line. An empty one says nothing: mail programs strip the space of an empty line of context.
func (r *diffReader) line(line string) {
	if r.binary && r.encoded(line) {
		return
	}
	r.binary = false
	switch {
	case line == "":
	case r.inDiff && strings.HasPrefix(line, "GIT binary patch"):
		r.say(line)
		r.binary = true
	case r.inDiff && line[0] == ' ':
		r.part(PartContext, line[1:])
	case line == "-- ":
		r.inDiff = false
	case r.header(line):
	case r.inDiff && line[0] == '+':
		r.part(PartAdded, line[1:])
	case r.inDiff && line[0] == '-' && r.gone:
		r.add(PartRemoved, line[1:])
		r.say(line)
	case r.inDiff && line[0] == '-':
		r.part(PartRemoved, line[1:])
	case r.index(line), r.hunk(line):
	default:
		r.say(line)
		r.inDiff = r.inDiff && isExtendedHeader(line)
	}
}

// header reads the lines that name files: "diff --git", "---" and "+++", and those of other programs.
func (r *diffReader) header(line string) bool {
	if names, ok := strings.CutPrefix(line, "diff --git "); ok {
		if old, new, ok := gitNames(names); ok {
			r.say(line)
			r.file(old)
			r.file(new)
			r.inDiff, r.gone = true, false
			return true
		}
	}
	if options, ok := strings.CutPrefix(line, "diff -"); ok {
		return r.plainDiff(line, options)
	}
	for _, mark := range []string{"--- ", "+++ "} {
		name, ok := strings.CutPrefix(line, mark)
		if !ok {
			continue
		}
		if path, after, ok := pathOf(name); ok {
			r.file(path)
			if after != "" {
				r.say(after)
			}
			r.inDiff, r.gone, r.old = true, false, ""
			return true
		}
		return r.plainName(line, mark, name)
	}
	return false
}

// plainDiff reads the line of a diff that git did not make: "diff -urN old/file new/file".
func (r *diffReader) plainDiff(line, options string) bool {
	words := strings.Fields(options)
	if len(words) < 3 {
		return false
	}
	r.say(line)
	if strings.ContainsAny(strings.Join(words[:len(words)-2], " "), "uU") {
		r.inDiff = r.commonFile(words[len(words)-2], words[len(words)-1])
	}
	return true
}

// plainName reads "---" and "+++" lines without a folder in the name. Where there is no file after the change,
// public-inbox takes the removed lines for prose; here they are both, so that dfa: finds them too.
func (r *diffReader) plainName(line, mark, rest string) bool {
	if rest == "" || isSpace(rune(rest[0])) {
		return false
	}
	name := strings.Fields(rest)[0]
	switch {
	case mark == "--- ":
		r.say(line)
		r.inDiff, r.old = true, name
		return true
	case r.inDiff && name == "/dev/null":
		r.gone = true
		return true
	case r.inDiff:
		r.inDiff = r.commonFile(r.old, name)
		return true
	}
	return false
}

// commonFile takes the longest end that the names of a file before and after the change have in common.
func (r *diffReader) commonFile(old, new string) bool {
	a, b := strings.Split(old, "/"), strings.Split(new, "/")
	for ; len(a) > 0 && len(b) > 0; a, b = a[1:], b[1:] {
		if name := strings.Join(a, "/"); name == strings.Join(b, "/") {
			r.file(name)
			return true
		}
	}
	return false
}

func (r *diffReader) file(name string) {
	if name != "" && !r.seen[name] {
		r.seen[name] = true
		r.part(PartPath, name)
	}
}

// index reads the line with the ids of the blobs before and after.
func (r *diffReader) index(line string) bool {
	rest, ok := strings.CutPrefix(line, "index ")
	if !ok {
		return false
	}
	old, rest, ok := strings.Cut(rest, "..")
	new := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789abcdef"))]
	if !ok || old == "" || new == "" || !isHex(old) {
		return false
	}
	r.PreBlobs = append(r.PreBlobs, old[:min(len(old), 64)])
	r.PostBlobs = append(r.PostBlobs, new[:min(len(new), 64)])
	r.inDiff = true
	return true
}

// hunk reads "@@ -1,2 +3,4 @@ function". Only the function has words.
func (r *diffReader) hunk(line string) bool {
	words := strings.SplitN(line, " ", 4)
	if len(words) != 4 || words[0] != "@@" || words[1] == "" || words[2] == "" {
		return false
	}
	function, ok := strings.CutPrefix(words[3], "@@")
	if !ok {
		return false
	}
	if function = strings.TrimSpace(function); function != "" {
		r.part(PartHunk, function)
	}
	return true
}

// isExtendedHeader names the lines between "diff --git" and the first hunk that are no prose.
func isExtendedHeader(line string) bool {
	for _, begin := range []string{
		"old mode", "new mode", "deleted file mode", "new file mode", "copy from ", "copy to ", "rename from ",
		"rename to ", "similarity index ", "dissimilarity index ", `\ No newline at end of file`, "Binary files ",
	} {
		if strings.HasPrefix(line, begin) {
			return true
		}
	}
	return false
}

// encoded tells that a line is part of a binary patch. Of those only the sizes are words.
func (r *diffReader) encoded(line string) bool {
	if strings.HasPrefix(line, "literal ") || strings.HasPrefix(line, "delta ") {
		r.say(line)
		return true
	}
	return isBase85(strings.TrimSpace(line)) || strings.TrimSpace(line) == ""
}

// isBase85 tells that a line may be one of a binary patch.
func isBase85(line string) bool {
	return line != "" && !strings.ContainsFunc(line, func(c rune) bool {
		return !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' ||
			strings.ContainsRune("!#$%&()*+-;<=>?@^_`{|}~", c))
	})
}

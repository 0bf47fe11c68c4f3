package ingest

import (
	"strings"
)

// A CommitText is what a commit says in words.
type CommitText struct {
	Author  string // "Name <address>"
	Title   string // the subject without "Re:" and without what is in brackets
	Message string // what follows the title, without empty lines at its ends; lines have no white space at theirs
}

// Text returns what "git am" makes of the header and the message: lines such as "From: A <a@x.org>" before the message
// count instead of the fields of the header (git-mailinfo(1)), and the message is tidied up as by "git stripspace".
func (c *Commit) Text() CommitText {
	from, subject := decodeHeader([]byte(c.From)), decodeHeader([]byte(c.Subject))
	fields, message := cutInBody(string(toUTF8(c.Message, c.Charset)))
	for _, f := range fields {
		switch value := decodeHeader([]byte(f.Value)); f.Name {
		case "from":
			from = value
		case "subject":
			subject = value
		}
	}
	return CommitText{Author: mailboxText(from), Title: commitTitle(subject), Message: stripSpace(message)}
}

// mailboxText is a mailbox in words, without quotes and encoded words.
func mailboxText(from string) string {
	p := readPerson(from)
	switch {
	case p.Email == "":
		return fold(from)
	case p.Name == "":
		return p.Email
	}
	return p.Name + " <" + p.Email + ">"
}

// cutInBody cuts the lines that git takes for header fields off the beginning of a message: each of From, Subject and
// Date once, with lines that continue them, until the first empty line behind them.
func cutInBody(text string) (fields []Field, rest string) {
	seen := map[string]bool{}
	for text != "" {
		line, after, _ := strings.Cut(text, "\n")
		line = strings.TrimRight(line, " \t\r")
		key, value, isField := strings.Cut(line, ":")
		key = strings.ToLower(key)
		switch {
		case line == "" && len(fields) > 0:
			return fields, after
		case line == "":
		case len(fields) > 0 && (line[0] == ' ' || line[0] == '\t'):
			fields[len(fields)-1].Value += " " + strings.TrimLeft(line, " \t")
		case isField && isInBody(key) && !seen[key]:
			seen[key] = true
			fields = append(fields, Field{Name: key, Value: value})
		case strings.HasPrefix(line, "[PATCH] "):
			fields = append(fields, Field{Name: "subject", Value: line})
		default:
			return fields, text
		}
		text = after
	}
	return fields, ""
}

// commitTitle is a subject as "git am" cuts it: any "Re:", any brackets with their contents, and any white space and
// colons are removed from its beginning.
func commitTitle(subject string) string {
	for subject != "" {
		if len(subject) >= 3 && strings.EqualFold(subject[:3], "re:") {
			subject = subject[3:]
			continue
		}
		if subject[0] == '[' {
			if end := strings.IndexByte(subject, ']'); end >= 0 {
				subject = subject[end+1:]
				continue
			}
		}
		if !strings.ContainsRune(" \t:", rune(subject[0])) {
			break
		}
		subject = subject[1:]
	}
	return fold(subject)
}

// stripSpace removes white space at the ends of lines, empty lines at both ends, and all but one of several in a row.
func stripSpace(text string) string {
	var b strings.Builder
	empty := false
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \t\r\n\v\f"); line == "" {
			empty = b.Len() > 0
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		if empty {
			b.WriteByte('\n')
			empty = false
		}
		b.WriteString(line)
	}
	return b.String()
}

package ingest

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"patchwatch/track"
)

// TestCommitTextIsGits asks git what it reads from mails in words.
func TestCommitTextIsGits(t *testing.T) {
	g := newGitReader(t)
	const head = "From: =?utf-8?q?J=C3=B6rg?= <joerg@x.org>\nSubject: [PATCH v2 1/2] a: title\n\n"
	for _, mail := range []string{
		head + "why\n---\nnot this\n",
		head + "\n\nwhy  \n\n\n\nSigned-off-by: A <a@x.org>\n\n\n---\n",
		head + "From: Ann <Ann@X.org>\n\nwhy\n---\n",
		head + "From: \"O'Hara, Ann\" <ann@x.org>\nSubject: [RFC] other\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n\nwhy\n---\n",
		head + "Subject: a title\n of two lines\n\nwhy\n---\n",
		head + "From: Ann <ann@x.org>\nwhy at once\n---\n",
		head + "why\n\nFrom: Ann <ann@x.org>\n---\n",
		head + "[PATCH] another title\n\nwhy\n---\n",
		head + "diff --git a/a b/a\n",
		head,
		"From: ann@x.org (Ann)\nSubject: Re: [PATCH] [v3] Re: a title [not a prefix]\n\n",
		"From: <ann@x.org>\nSubject: a   title\n with a fold\n\nwhy\n",
		"From: Ann <ann@x.org>\nSubject: [PATCH\n\nwhy\n",
		"From: Ann <ann@x.org>\nSubject: t\nContent-Type: text/plain; charset=iso-8859-1\n\nna\xefve\n",
	} {
		commits, err := Commits([]byte(mail), track.Person{})
		if err != nil || len(commits) != 1 {
			t.Fatalf("%d commits, %v", len(commits), err)
		}
		if got, want := commits[0].Text(), g.text(mail); got != want {
			t.Errorf("%q is read as\n%+v, by git as\n%+v", mail, got, want)
		}
	}
}

var mailinfoField = regexp.MustCompile(`(?m)^(Author|Email|Subject): (.*)$`)

func (g *gitReader) text(mail string) (text CommitText) {
	info, _, err := g.run([]byte(mail), "mailinfo", "message", "patch")
	if err != nil {
		g.t.Fatal(err)
	}
	field := map[string]string{}
	for _, m := range mailinfoField.FindAllStringSubmatch(info, -1) {
		field[m[1]] = m[2]
	}
	text.Title = field["Subject"]
	if text.Author = field["Email"]; field["Author"] != field["Email"] {
		text.Author = field["Author"] + " <" + field["Email"] + ">"
	}
	message, _, err := g.run([]byte(g.read(filepath.Join(g.dir, "message"))), "stripspace")
	if err != nil {
		g.t.Fatal(err)
	}
	text.Message = strings.TrimSuffix(message, "\n")
	return text
}

package ingest

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"patchwatch/track"
)

// listAddresses are of the public lists with patches.
var listAddresses = map[string]string{
	"batman": "b.a.t.m.a.n@lists.open-mesh.org", "kasan-dev": "kasan-dev@googlegroups.com",
	"linux-man": "linux-man@vger.kernel.org", "netfilter-devel": "netfilter-devel@vger.kernel.org",
}

// TestGitReadsPublicMailFromTheMbox compares what git mailinfo reads of the public lists' patches with what it reads
// from the mails: all is the same but for the classes in docs/differences.md, which are told from the mails' own bytes
// here. One patch in ten is looked at, or all with PATCHWATCH_LONG=1.
func TestGitReadsPublicMailFromTheMbox(t *testing.T) {
	t.Parallel()
	g := newGitReader(t)
	step := 10
	if os.Getenv("PATCHWATCH_LONG") != "" {
		step = 1
	}
	patches, classes := 0, map[string]int{}
	for list, address := range listAddresses {
		project := track.Project{ListEmail: address}
		for _, f := range readArchive(t, "real", list+".tar.gz") {
			m, err := Parse(f.raw)
			if err != nil || m.Kind() != track.Patch {
				continue
			}
			if patches++; patches%step != 0 {
				continue
			}
			class := g.compare(f.raw, m.From, project.Sender(m))
			if strings.HasPrefix(class, "other") {
				t.Errorf("%s/%s: %s", list, f.name, class)
			} else if class != "" {
				classes[class]++
			}
		}
	}
	t.Logf("%d patches, every %dth looked at; git reads otherwise: %v", patches, step, classes)
}

// compare gives the class of a difference; empty where there is none.
func (g *gitReader) compare(raw []byte, from, sender track.Person) string {
	want, readable := g.first(append([]byte("From x Thu Jan  1 00:00:00 1970\n"), raw...))
	got, ok := g.first(mboxOf(g.t, raw, sender))
	switch {
	case !ok && !readable:
		return "git reads neither" // a pull request that is all there is, say
	case !ok:
		return "other: git can't read the mbox"
	case !readable:
		return "git can't read the mail"
	}
	warned := want.warned
	if want.warned, got.warned = "", ""; want == got {
		return ""
	}
	if sender.Email != from.Email {
		want.info = withoutAuthor(want.info)
		if want == (reading{withoutAuthor(got.info), got.message, got.patch, got.id, ""}) {
			return "From rewritten by a list"
		}
	}
	switch {
	case wrappedMail.Match(raw):
		return "mail wrapped by a list"
	case separatorLine.Match(raw) || encodedSeparator.Match(raw):
		return "format-patch attached"
	case strings.Contains(warned, "quoted CRLF"):
		return "CRs of the mail: git can't apply it"
	case nestedMultipart.Match(raw):
		return "multipart in a multipart: git can't read it"
	}
	return fmt.Sprintf("other: from the mbox\n%.2000q\nand from the mail\n%.2000q", got, want)
}

var (
	wrappedMail      = regexp.MustCompile(`(?i)\ncontent-type: message/rfc822`)
	encodedSeparator = regexp.MustCompile(`\n\nRnJvbS[A-Za-z0-9+/]+`) // "From " in base64
	nestedMultipart  = regexp.MustCompile(`(?i)\n--\S+\n(?:[A-Z][\w-]+: .*\n(?:[ \t].*\n)*)*content-type: multipart/`)
	authorLines      = regexp.MustCompile(`(?m)^(Author|Email): .*\n`)
)

func withoutAuthor(info string) string { return authorLines.ReplaceAllString(info, "") }

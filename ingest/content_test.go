package ingest

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"patchwatch/track"
)

// mustParse parses a mail that has a header.
func mustParse(t *testing.T, mail string) *track.Mail {
	t.Helper()
	m, err := Parse([]byte(mail))
	if err != nil {
		t.Fatalf("%v: %.200q", err, mail)
	}
	checkStrings(t, m)
	return m
}

const (
	smallDiff = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n"
	gitDiff   = "diff --git a/meep.text b/meep.text\nindex 3d75d48..a57f4dd 100644\n--- a/meep.text\n+++ b/meep.text\n" +
		"@@ -1,1 +1,2 @@\n meep\n+meep\n"
	head = "From: a@x.org\nMessage-ID: <1@x>\nSubject: [PATCH] x\n"
)

// mixed is a multipart of the parts, each given with its header.
func mixed(kind string, parts ...string) string {
	return head + "Content-Type: multipart/" + kind + "; boundary=\"bo\"\n\npreamble\n--bo\n" +
		strings.Join(parts, "\n--bo\n") + "\n--bo--\nepilogue\n"
}

func TestContent(t *testing.T) {
	const git = "diff --git a/x b/x\n"
	underscores := strings.Repeat("_", 47) + "\nlist mailing list\n"
	for _, c := range []struct{ name, mail, content, diff string }{
		{"patch inline", head + "\ntext\n" + gitDiff, "text", gitDiff},
		{"UTF-8", head + "Content-Type: text/plain; charset=utf-8\n\nte\u00dft\n" + gitDiff, "te\u00dft", gitDiff},
		{"x-patch", mixed("mixed", "\ntext", "Content-Type: text/x-patch\n\n"+gitDiff), "text", gitDiff},
		{"x-diff", mixed("mixed", "\ntext", "Content-Type: text/x-diff\n\n"+gitDiff), "text", gitDiff},
		{"plain attachment", mixed("mixed", "\ntext", "Content-Type: text/plain\n\n"+gitDiff), "text", gitDiff},
		{"alternative", mixed("alternative", "Content-Type: text/plain\n\ntext\n"+gitDiff,
			"Content-Type: text/html\n\n<p>html"),
			"text", gitDiff},
		{"signature before the diff", head + "\ntext\n-- \nsig\n" + gitDiff, "text", gitDiff},
		{"signature behind the diff", head + "\ntext\n" + gitDiff + "-- \n2.20.1\n", "text", gitDiff},
		{"update block", head + "\ntext\n---\nUpdate:\n\n  more\n" + gitDiff, "text\n---\nUpdate:\n\n  more", gitDiff},
		{"update block, signature", head + "\ntext\n---\nUpdate:\n\n  more\n-- \nsig\n" + gitDiff,
			"text\n---\nUpdate:\n\n  more", gitDiff},
		{"list's footer", head + "\ntext\n" + underscores + gitDiff, "text", gitDiff},
		{"not the word diff", head + "\ndifficult\nDifferent\n" + gitDiff, "difficult\nDifferent", gitDiff},
		{"rename", head + "\ntext\n" + git + "similarity index 100%\nrename from x\nrename to y\n" +
			git + "similarity index 100%\nrename from v\nrename to w\n", "text",
			git + "similarity index 100%\nrename from x\nrename to y\n" + git +
				"similarity index 100%\nrename from v\nrename to w\n"},
		{"rename and change", head + "\ntext\n" + git + "similarity index 90%\nrename from x\n" +
			"rename to y\n" + smallDiff, "text",
			git + "similarity index 90%\nrename from x\nrename to y\n" + smallDiff},
		{"empty file", head + "\ntext\n" + git + "new file mode 100644\nindex 000..e69\n", "text",
			git + "new file mode 100644\nindex 000..e69\n"},
		{"mode", head + "\ntext\n" + git + "old mode 100644\nnew mode 100755\n", "text",
			git + "old mode 100644\nnew mode 100755\n"},
		{"CVS", head + "\ntext\nIndex: f\n=====\nRCS file: f,v\n" + smallDiff, "text",
			"Index: f\n=====\nRCS file: f,v\n" + smallDiff},
		{"no newline, twice", head + "\ntext\n" + smallDiff[:len(smallDiff)-3] + "\\ No newline at end of file\n+b\n" +
			"\\ No newline at end of file\n",
			"text", smallDiff[:len(smallDiff)-3] + "\\ No newline at end of file\n+b\n\\ No newline at end of file\n"},
		{"binary", head + "\ntext\n" + git + "new file mode 100644\nindex 000..111\nGIT binary patch\nliteral 3\nKcmZ\n\n" +
			"literal 0\nHcmV\n\n" + git + smallDiff,
			"text", git + "new file mode 100644\nindex 000..111\nGIT binary patch\nliteral 3\nKcmZ\n\nliteral 0\n" +
				"HcmV\n\n" + git + smallDiff},
		{"dashes in the text", head + "\n--- see\nmore\n" + gitDiff, "--- see\nmore", gitDiff},
		{"two files", head + "\n" + gitDiff + gitDiff, "", gitDiff + gitDiff},
		{"text between files", head + "\n" + smallDiff + "words\n" + gitDiff, "", smallDiff + "words\n" + gitDiff},
		{"hunk without context", head + "\n--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n\n", "", "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n"},
		{"plus line, no hunk", head + "\n--- a\n+++ b\nwords\n", "--- a\n+++ b\nwords", ""},
		{"no charset, windows-1252", head + "\ncaf\xe9 \x93x\x94\n", "café “x”", ""},
		{"unknown charset", head + "Content-Type: text/plain; charset=\"no-such\"\n\ncaf\xc3\xa9\n" + gitDiff,
			"café", gitDiff},
		{"quoted-printable", head + "Content-Transfer-Encoding: quoted-printable\n\na=\nb=3D=zz\n", "ab==zz", ""},
		{"base64", head + "Content-Transfer-Encoding: BASE64\n\n" + base64.StdEncoding.EncodeToString([]byte("text\r\nx\n")) +
			"\n--\nfooter\n",
			"text\nx", ""},
		{"uuencode", head + "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n$=&5X=`  \n`\nend\n", "text", ""},
		{"unknown encoding", head + "Content-Transfer-Encoding: no-such\n\ntext\n", "text", ""},
		{"pieces", mixed("mixed", "\n\n one \n", "\n two \n\n"), "one\ntwo", ""},
		{"forwarded mail", mixed("mixed", "\none", "Content-Type: message/rfc822\n\nSubject: y\n\ntwo"), "one\ntwo", ""},
		{"digest", mixed("digest", "\nSubject: y\n\none", "\nSubject: z\n\ntwo"), "one\ntwo", ""},
		{"no closing line", head + "Content-Type: multipart/mixed; boundary=bo\n\n--bo\n\none\n--bo\n\ntwo\n",
			"one\ntwo", ""},
		{"nested, the inner unclosed", mixed("mixed",
			"Content-Type: multipart/alternative; boundary=in\n\n--in\n\none\n", "\ntwo"), "one\ntwo", ""},
		{"CRLF", strings.ReplaceAll(head+"\ntext\n"+gitDiff, "\n", "\r\n"), "text", gitDiff},
	} {
		m := mustParse(t, c.mail)
		if m.Content != c.content || m.Diff != c.diff {
			t.Errorf("%s:\ncontent %q\n   want %q\n   diff %q\n   want %q", c.name, m.Content, c.content, m.Diff, c.diff)
		}
	}
}

func TestReplyKeepsItsDiff(t *testing.T) {
	m := mustParse(t, "Subject: Re: [PATCH] x\n\ntext\n"+gitDiff+"-- \nsig\n")
	if want := "text\n" + strings.TrimSpace(gitDiff); m.Content != want || m.Diff != "" || m.Kind() != track.Talk {
		t.Errorf("%q, %q", m.Content, m.Diff)
	}
}

func TestPatchWithoutSubject(t *testing.T) {
	for _, subject := range []string{"", "Subject:\n"} {
		m := mustParse(t, "From: a@x.org\n"+subject+"\ntext\n"+gitDiff)
		if m.Content != "text" || m.Diff != gitDiff || m.Kind() != track.Patch || m.Subject.Full != "" {
			t.Errorf("%q, %q", m.Content, m.Diff)
		}
	}
}

// TestCharsetThatDoesNotDecode is a difference from Patchwork, which drops such a part.
func TestCharsetThatDoesNotDecode(t *testing.T) {
	for _, c := range []struct{ charset, text, want string }{
		{"us-ascii", "caf\xc3\xa9", "café"},
		{"us-ascii", "caf\xe9", "café"},
		{"utf-8", "caf\xe9 \xc3\xa4", "café ä"},
		{"hex", "café", "café"},
		{"undefined", "caf\xe9", "café"},
		{"gb2312", "caf\xc3\xa9 \xc3\xa4 \xff", "caf茅 盲 \uFFFD"},
		{"iso-8859-15", "\xa4 \x92", "€ \u0092"},
		{"iso-8859-7", "caf\xc3\xa9 \xd2\xff", "cafΓ© \uFFFD\uFFFD"},
		{"", "a\x00b", "ab"},
		{"utf-7", "caf+AOk- 1+-1", "café 1+1"},
		{"ks_c_5601-1987", "\xc7\xd1", "한"},
		{"iso-2022-jp", "\x1b$B!A\x1b(B", "\u301c"},
		{"'utf-8'", "caf\xc3\xa9", "café"},
	} {
		m := mustParse(t, head+"Content-Type: text/plain; charset=\""+c.charset+"\"\n\n"+c.text+"\n")
		if m.Content != c.want {
			t.Errorf("%s %q: %q", c.charset, c.text, m.Content)
		}
	}
}

// TestAttachedPatch is a difference from Patchwork, which reads text/x-patch and text/x-diff only, and the last of
// them.
func TestAttachedPatch(t *testing.T) {
	const other = "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-a\n+c\n"
	attached := func(kind, name, body string) string {
		return "Content-Type: " + kind + "; name=\"" + name + "\"\nContent-Transfer-Encoding: base64\n\n" +
			base64.StdEncoding.EncodeToString([]byte(body))
	}
	damaged := strings.Replace(smallDiff, "-a", "-a ", 1) // as mail programs do it
	for _, c := range []struct {
		name  string
		parts []string
		diff  string
	}{
		{"octets by name", []string{"\ntext", attached("application/octet-stream", "x.patch", smallDiff)}, smallDiff},
		{"octets by content", []string{"\ntext", attached("application/octet-stream", "x", smallDiff)}, smallDiff},
		{"octets with a disposition", []string{"\ntext",
			"Content-Type: application/octet-stream\nContent-Disposition: attachment; filename*=utf-8''x%2Ediff\n\n" +
				smallDiff}, smallDiff},
		{"x-patch of an application", []string{"\ntext", attached("application/x-patch", "", smallDiff)}, smallDiff},
		{"any type by name", []string{"\ntext", attached("application/vnd.x", "x.diff", smallDiff)}, smallDiff},
		{"no patch", []string{"\ntext", attached("application/octet-stream", "x.patch", "words\n")}, ""},
		{"binary", []string{"\ntext", attached("application/octet-stream", "x.patch", "\x00"+smallDiff)}, ""},
		{"image", []string{"\ntext", attached("image/png", "x.png", smallDiff)}, ""},
		{"two", []string{"\ntext", attached("text/x-patch", "1", smallDiff), attached("text/x-patch", "2", other)},
			smallDiff + other},
		{"two of octets", []string{"\ntext", attached("application/octet-stream", "1", smallDiff),
			attached("application/octet-stream", "2", other)}, smallDiff + other},
		{"two of plain text", []string{"\ntext", attached("text/plain", "1.patch", smallDiff),
			attached("text/plain", "2.patch", other)},
			smallDiff + other},
		{"the same twice", []string{"\ntext", attached("text/x-patch", "1", smallDiff),
			attached("text/x-patch", "2", smallDiff)}, smallDiff},
		{"inline and attached", []string{"\n" + smallDiff, attached("text/x-patch", "1", other)}, smallDiff + other},
		{"inline damaged, attached", []string{"\n" + damaged, attached("text/x-patch", "1", smallDiff)}, smallDiff},
		{"inline, attached as octets", []string{"\n" + damaged, attached("application/octet-stream", "1", smallDiff)},
			damaged},
	} {
		m := mustParse(t, mixed("mixed", c.parts...))
		if m.Diff != c.diff {
			t.Errorf("%s: %q", c.name, m.Diff)
		}
	}
}

// TestHTMLOnly is a difference from Patchwork, which drops such mail.
func TestHTMLOnly(t *testing.T) {
	const page = "<html><head><title>t</title><style>x</style></head><body><!-- no --><p>Caf&eacute; &lt;1\n2<br>next" +
		"<script>x</script> end</body>"
	for _, mail := range []string{
		head + "Content-Type: text/html; charset=utf-8\n\n" + page,
		mixed("alternative", "Content-Type: text/plain\n\n\n", "Content-Type: text/html\n\n"+page),
		mixed("mixed", "Content-Type: text/html\n\n"+page, "Content-Type: text/x-patch\n\n"+gitDiff),
	} {
		if m := mustParse(t, mail); m.Content != "Café <1\n2\nnext end" {
			t.Errorf("%q of %q", m.Content, mail)
		}
	}
	if m := mustParse(t, mixed("alternative", "\ntext", "Content-Type: text/html\n\n"+page)); m.Content != "text" {
		t.Errorf("%q", m.Content)
	}
	if m := mustParse(t, mixed("alternative", "\n"+gitDiff, "Content-Type: text/html\n\n"+page)); m.Content != "" {
		t.Errorf("HTML beside a patch without text: %q", m.Content)
	}
}

// TestMultipartWithoutParts is a difference from Patchwork, which drops such mail.
func TestMultipartWithoutParts(t *testing.T) {
	for _, boundary := range []string{"", "; boundary=\"\"", "; boundary=never"} {
		if m := mustParse(t, head+"Content-Type: multipart/mixed"+boundary+"\n\ntext\n"); m.Content != "text" {
			t.Errorf("%s: %q", boundary, m.Content)
		}
	}
}

// TestInterdiffInCover is a difference from Patchwork, which makes a patch without series of it.
func TestInterdiffInCover(t *testing.T) {
	m := mustParse(t, "Subject: [PATCH v2 0/3] x\n\ntext\n"+gitDiff)
	if want := "text\n" + strings.TrimSpace(gitDiff); m.Kind() != track.Cover || m.Diff != "" ||
		m.Hash != "" || m.Content != want {
		t.Errorf("%v, %q, %q", m.Kind(), m.Diff, m.Content)
	}
	m = mustParse(t, "Subject: [PATCH 0/3] x\n\n"+pullText("git://x.org/y.git z")+gitDiff)
	if m.Kind() != track.Patch || m.Diff != gitDiff || m.PullURL != "git://x.org/y.git z" {
		t.Errorf("pull request: %v, %q, %q", m.Kind(), m.Diff, m.PullURL)
	}
}

// TestMergeDiff is a difference from Patchwork, which leaves the hunks in the text (getpatchwork/patchwork#284).
func TestMergeDiff(t *testing.T) {
	const merge = "diff --cc f\nindex 11,22..33\n--- a/f\n+++ b/f\n@@@ -1,3 -1,2 +1,3 @@@ func\n  a\n- b\n -c\n++d\n +e\n"
	m := mustParse(t, head+"\ntext\n"+merge+"more\n")
	if m.Diff != merge || m.Content != "text\nmore" {
		t.Errorf("%q, %q", m.Diff, m.Content)
	}
	if want := []string{"f"}; !slices.Equal(m.Files, want) {
		t.Errorf("%q", m.Files)
	}
}

// TestBinaryFilesDiffer is a difference from Patchwork, for which such a mail is no patch.
func TestBinaryFilesDiffer(t *testing.T) {
	const one = "diff --git a/x.png b/x.png\nindex 11..22 100644\nBinary files a/x.png and b/x.png differ\n"
	for _, diff := range []string{one, one + one, one + gitDiff, "diff -r a b\nBinary files a/x and b/x differ\n"} {
		if m := mustParse(t, head+"\ntext\n"+diff+"-- \n2.1\n"); m.Diff != diff || m.Content != "text" {
			t.Errorf("%q, %q", m.Diff, m.Content)
		}
	}
	const text = "\nBinary files a and b differ\ndiff is what I say\nBinary files, they differ\n"
	if m := mustParse(t, head+text); m.Diff != "" {
		t.Errorf("text is a patch: %q", m.Diff)
	}
}

func pullText(url string) string {
	return "The following changes since commit 1234:\n\n  x (2020)\n\n" +
		"are available in the git repository at:\n\n  " + url +
		"\n\nfor you to fetch\n"
}

func TestPullRequest(t *testing.T) {
	for url, want := range map[string]string{
		"git://git.kernel.org/pub/scm/x.git":                 "git://git.kernel.org/pub/scm/x.git",
		"git://x.org/y.git for-linus":                        "git://x.org/y.git for-linus",
		"git+ssh://git@x.org/y.git":                          "git+ssh://git@x.org/y.git",
		"ssh://x.org:22/~me/y.git":                           "ssh://x.org:22/~me/y.git",
		"http://x.org/y.git master":                          "http://x.org/y.git master",
		"git@x.org:y.git":                                    "git@x.org:y.git",
		"git://x.org/linux.git/\n tags/v5.4-next-soc":        "git://x.org/linux.git/ tags/v5.4-next-soc",
		"git://x.org/davinci.git tags/davinci-for-v5.6/soc ": "git://x.org/davinci.git tags/davinci-for-v5.6/soc",
		"https://x.org/y.git \\\n  for-next":                 `https://x.org/y.git \ for-next`,
		"../local":                                           "",
		"git://x.org/y.git a b":                              "",
	} {
		if got := findPull(pullText(url)); got != want {
			t.Errorf("%q: %q, want %q", url, got, want)
		}
	}
	if got := findPull("> " + strings.ReplaceAll(pullText("git://x.org/y.git"), "\n", "\n> ")); got != "" {
		t.Errorf("quoted: %q", got)
	}
	if got := findPull(strings.ToUpper(pullText("git://x.org/y.git"))); got != "GIT://X.ORG/Y.GIT" {
		t.Errorf("upper case: %q", got)
	}
	m := mustParse(t, "Subject: [GIT PULL] x\n\n"+pullText("git://x.org/tip.git x86-fixes-for-linus")+gitDiff)
	if m.PullURL != "git://x.org/tip.git x86-fixes-for-linus" || m.Diff != gitDiff || m.Kind() != track.Patch {
		t.Errorf("with diff: %q, %q", m.PullURL, m.Diff)
	}
}

func TestFileNames(t *testing.T) {
	var notes notes
	diff := "--- a/z/b.c\t2020-01-01\n+++ b/z/b.c\n--- /dev/null\n+++ b/new\n--- f.orig\n+++ f\n--- a/z/b.c\n---x\n--- \n"
	if got, want := fileNames([]byte(diff), &notes), []string{"", "new", "z/b.c"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestFileNamesAreBounded(t *testing.T) {
	var diff strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&diff, "--- a/f\n+++ b/%d%s\n@@ -1 +1 @@\n-a\n+b\n", i, strings.Repeat("x", 1000))
	}
	var notes notes
	size := 0
	for _, name := range fileNames([]byte(diff.String()), &notes) {
		size += len(name)
	}
	if size > maxFileBytes || size < maxFileBytes/2 || len(notes) != 1 {
		t.Errorf("%d bytes of file names were kept, with the notes %q", size, notes)
	}
}

func TestHash(t *testing.T) {
	same := hashDiff([]byte(gitDiff))
	lines := sha1.Sum([]byte("--- a/meep.text\n+++ b/meep.text\n@@ -1 +2 @@\n meep\n+meep\n"))
	if want := hex.EncodeToString(lines[:]); same != want {
		t.Errorf("%s, want %s", same, want)
	}
	for _, diff := range []string{
		strings.ReplaceAll(gitDiff, "\n", "\r\n"),
		strings.TrimSpace(gitDiff),
		strings.ReplaceAll(strings.ReplaceAll(gitDiff, "a/meep", "old/meep"), "b/meep", "new/meep"),
		strings.Replace(gitDiff, "@@ -1,1 +1,2 @@", "@@ -100 +200,2 @@ func()", 1),
		strings.Replace(gitDiff, "index 3d75d48..a57f4dd", "index 111..222", 1),
		"words that don't count\n" + gitDiff,
	} {
		if got := hashDiff([]byte(diff)); got != same {
			t.Errorf("%q has another hash", diff)
		}
	}
	if other := hashDiff([]byte(strings.Replace(gitDiff, "+meep", "+moop", 1))); other == same {
		t.Error("another change has the same hash")
	}
}

func TestTrailers(t *testing.T) {
	text := "text\n\nAcked-by: A <a@x.org>\nreviewed-BY:B <b@x.org>\nTested-by: A <a@x.org>\nTested-by: A <a@x.org>\n" +
		"> Acked-by: C <c@x.org>\n Acked-by: D <d@x.org>\nCo-developed-by: e@x.org\nNearby: F\n" +
		"Fixes: 12 (\"x\")\n-by: G\nA b-by: H\n"
	want := []track.Trailer{
		{Key: "Acked-by", Value: "A <a@x.org>"}, {Key: "reviewed-BY", Value: "B <b@x.org>"},
		{Key: "Tested-by", Value: "A <a@x.org>"},
		{Key: "Tested-by", Value: "A <a@x.org>"}, {Key: "Co-developed-by", Value: "e@x.org"},
	}
	for _, subject := range []string{"[PATCH] x", "Re: [PATCH] x"} {
		if m := mustParse(t, "Subject: "+subject+"\n\n"+text); !slices.Equal(m.Trailers, want) {
			t.Errorf("%s: %q", subject, m.Trailers)
		}
	}
}

// TestTrailersThatPatchworkLoses is a difference from Patchwork (getpatchwork/patchwork#462).
func TestTrailersThatPatchworkLoses(t *testing.T) {
	const trailer = "Acked-by: A <a@x.org>\n"
	for name, body := range map[string]string{
		"below underscores":   "text\n______\nmore\n" + trailer + "\n" + gitDiff,
		"below a diff word":   "text\ndiff is what this is about\n" + trailer + "\n" + gitDiff,
		"below an index word": "text\nIndex: see there\n" + trailer + "---\n x | 1 +\n" + gitDiff,
		"below both":          "diff of it\n____\n" + trailer + gitDiff,
	} {
		m := mustParse(t, head+"\n"+body)
		if len(m.Trailers) != 1 || m.Trailers[0].Value != "A <a@x.org>" || !strings.HasSuffix(m.Diff, gitDiff) {
			t.Errorf("%s: %q, %q", name, m.Trailers, m.Diff)
		}
	}
	for name, mail := range map[string]string{
		"below a signature":                 head + "\ntext\n-- \n" + trailer,
		"below underscores and a signature": head + "\ntext\n___\n-- \n" + trailer,
		"below underscores in a reply":      "Subject: Re: x\n\ntext\n______\nFrom: Outlook\n" + trailer,
	} {
		if m := mustParse(t, mail); len(m.Trailers) != 0 {
			t.Errorf("%s: %q", name, m.Trailers)
		}
	}
}

func TestDepends(t *testing.T) {
	text := "Depends-on: https://x.org/project/p/list/?series=1\ndepends-ON:  <id@x> \nDepends-on: not-an-id-or-url\n" +
		"Depends-on: <id@x> (why)\n> Depends-on: <q@x>\n Depends-on: <i@x>\nDepends-on: http://x.org/patch/2/\n"
	want := []string{"https://x.org/project/p/list/?series=1", "<id@x>", "http://x.org/patch/2/"}
	if m := mustParse(t, head+"\n"+text); !slices.Equal(m.Depends, want) {
		t.Errorf("%q", m.Depends)
	}
	if m := mustParse(t, "Subject: Re: x\n\n"+text); len(m.Depends) != 0 {
		t.Errorf("a reply depends on %q", m.Depends)
	}
}

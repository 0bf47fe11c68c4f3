package search

import (
	"strings"
	"testing"
)

// partNames are how tests write parts.
func partNames() map[string]Part {
	return map[string]Part{
		"text": PartText, "quoted": PartQuoted, "path": PartPath, "removed": PartRemoved, "added": PartAdded,
		"hunk": PartHunk, "context": PartContext,
	}
}

// TestBody has bodies and, after "=>", what is in each part; texts are separated by " | ".
func TestBody(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want map[string]string
	}{
		"prose": {"hello\nworld", map[string]string{"text": "hello world"}},
		"quotes": {"he wrote:\n> a\n> > b\nme\n>c\nlast", map[string]string{
			"text": "he wrote: | me | last", "quoted": "> a > > b | >c"}},
		"git": {"why\n---\n x.c | 2 +-\n\ndiff --git a/d/x.c b/d/x.c\nindex abc1234..def5678 100644\n" +
			"--- a/d/x.c\n+++ b/d/x.c\n@@ -1,3 +1,3 @@ int f(void)\n same\n\n-old\n+new\n" +
			"\\ No newline at end of file\n@@ -9 +9 @@\n-o\n-- \n2.1\n", map[string]string{
			"text": "why --- x.c | 2 +- diff --git a/d/x.c b/d/x.c | \\ No newline at end of file | 2.1",
			"path": "d/x.c", "hunk": "int f(void)", "context": "same", "removed": "old | o", "added": "new"}},
		"rename": {"diff --git a/old name b/new name\nsimilarity index 90%\n" +
			"rename from old name\nrename to new name\n--- a/old name\n+++ b/new name\n+x\n", map[string]string{
			"text": "diff --git a/old name b/new name | similarity index 90% rename from old name rename to new name",
			"path": "old name | new name", "added": "x"}},
		"quoted name": {"diff --git \"a/n\\303\\244h.c\" \"b/n\\303\\244h.c\"\n+y", map[string]string{
			"text": "diff --git \"a/n\\303\\244h.c\" \"b/n\\303\\244h.c\"", "path": "näh.c", "added": "y"}},
		"new file": {"diff --git a/n b/n\nnew file mode 100644\nindex 0000000..1234567\n" +
			"--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n", map[string]string{
			"text": "diff --git a/n b/n | new file mode 100644 --- /dev/null", "path": "n", "added": "x"}},
		"deleted file": {"diff --git a/n b/n\n--- a/n\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n",
			map[string]string{"text": "diff --git a/n b/n | -x -y", "path": "n", "removed": "x | y"}},
		"other programs": {"--- orig/src/a.c\t2008-01-01\n+++ new/src/a.c\t2008-01-02\n+z\n", map[string]string{
			"text": "2008-01-01 2008-01-02", "path": "src/a.c", "added": "z"}},
		"diff -u": {"diff -urN one/src/a.c two/src/a.c\n+z\n", map[string]string{
			"text": "diff -urN one/src/a.c two/src/a.c", "path": "src/a.c", "added": "z"}},
		"no folders": {"--- a.c\n+++ a.c\n@@ -1 +1 @@\n+z\n-q\n", map[string]string{
			"text": "--- a.c", "path": "a.c", "added": "z", "removed": "q"}},
		"ends": {"diff --git a/x b/x\n+a\nBut I wonder\n+b\n", map[string]string{
			"text": "diff --git a/x b/x | But I wonder +b", "path": "x", "added": "a"}},
		"binary": {"diff --git a/x b/x\nGIT binary patch\nliteral 12\nzcmZQzfB*mh\n\nliteral 0\nHcmV?d00001\n\n" +
			"-- \n2.1\n", map[string]string{
			"text": "diff --git a/x b/x | GIT binary patch literal 12 literal 0 2.1", "path": "x"}},
		"dashes in prose": {"a list:\n- one\n+ two\n c\n", map[string]string{"text": "a list: - one + two c"}},
	} {
		var d Document
		d.addBody(test.body)
		for part, p := range partNames() {
			got := strings.Join(trimmed(d.Texts[p]), " | ")
			if got != test.want[part] {
				t.Errorf("%s: %s\n got %s\nwant %s", name, part, got, test.want[part])
			}
		}
	}
}

// trimmed has spaces instead of line ends.
func trimmed(texts []string) []string {
	var out []string
	for _, text := range texts {
		out = append(out, strings.Join(strings.Fields(text), " "))
	}
	return out
}

func TestBlobs(t *testing.T) {
	var d Document
	d.addBody("diff --git a/x b/x\nindex abc1234..def5678 100644\n--- a/x\n+++ b/x\n+a\nindex 12..xyz\nindex zz..12\n")
	if got := strings.Join(d.PreBlobs, " ") + "/" + strings.Join(d.PostBlobs, " "); got != "abc1234/def5678" {
		t.Error(got)
	}
}

// FuzzBody: whatever a body is, each of its lines is somewhere, and nothing is there twice but removed files.
func FuzzBody(f *testing.F) {
	f.Add("a\n> b\ndiff --git a/x b/x\nindex 1234567..89abcde\n--- a/x\n+++ b/x\n@@ -1 +1 @@ f\n a\n-b\n+c\n-- \n2\n")
	f.Add("--- x\n+++ /dev/null\n-a\nGIT binary patch\nliteral 1\nabc\n")
	f.Add("diff -u a b\ndiff --git \"a/\\1\" \"b/\\1\"\n+++ \n--- \n")
	f.Fuzz(func(t *testing.T, body string) {
		var d Document
		d.addBody(body)
		size := 0
		for _, texts := range d.Texts {
			for _, text := range texts {
				size += len(text)
			}
		}
		if size > 4*len(body)+100 {
			t.Errorf("%d bytes of %d", size, len(body))
		}
	})
}

package search

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"patchwatch/internal/needs"
)

// patches are texts of which git makes ids: with notes, without newlines at ends, of several commits, binary, broken.
func patches() []string {
	simple := "diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n" +
		"@@ -1,2 +1,3 @@ f\n a\n-b  c\n+d\te\n+f\n"
	other := strings.ReplaceAll(simple, "/x", "/y")
	return []string{
		simple, "Why.\n---\n x | 2 +-\n\n" + simple + "-- \n2.47\n",
		simple + other, other + simple,
		strings.TrimSuffix(simple, "\n") + "\n\\ No newline at end of file\n",
		"From 0123456789012345678901234567890123456789 Mon\n\n" + simple + "-- \n2\n\n" +
			"From abcdefabcdefabcdefabcdefabcdefabcdefabcd Mon\n\n" + other,
		"commit 0123456789012345678901234567890123456789\n    diff it\n\n" + simple,
		"diff --git a/x b/x\nnew file mode 100644\nindex 0000000..1234567\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+x\n",
		"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n" + other,
		"diff --git a/x b/x\nsimilarity index 100%\nrename from x\nrename to y\n",
		"diff --git a/x b/x\nindex 1234567..89abcde 100644\n" +
			"GIT binary patch\nliteral 1\nIcmZ\n\nliteral 0\nHc\n\n" + simple,
		"diff --git a/x b/x\nindex 1234567..89abcde\nBinary files a/x and b/x differ\n",
		"diff between us\nis small\n\n" + simple,
		"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
		"diff -u a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n@@ -7,1 +8 @@\n-c\n+d\n",
		"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ nonsense @@\n-a\n",
		"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,x +2 @@\n-a\n+b\n more\n",
		"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n a\nmangled\n-b\n" + simple, "no patch", "",
		simple + "\n" + other, strings.ReplaceAll(simple, "\n", "\r\n"),
	}
}

func TestPatchIDs(t *testing.T) {
	needs.Git(t)
	found := 0
	for _, patch := range patches() {
		want := gitPatchIDs(t, patch)
		got := appendPatchIDs(nil, patch)
		if !slices.Equal(got, want) {
			t.Errorf("ids of\n%s\n got %v\nwant %v", patch, got, want)
		}
		found += len(want)
	}
	if found < 15 {
		t.Errorf("only %d ids", found)
	}
}

func gitPatchIDs(t *testing.T, patch string) []string {
	t.Helper()
	cmd := exec.Command("git", "patch-id", "--stable")
	cmd.Dir = t.TempDir()
	cmd.Stdin = strings.NewReader(patch)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for line := range strings.Lines(string(out)) {
		id, _, _ := strings.Cut(line, " ")
		ids = append(ids, id)
	}
	return ids
}

func FuzzPatchIDs(f *testing.F) {
	for _, patch := range patches() {
		f.Add(patch)
	}
	f.Fuzz(func(t *testing.T, patch string) {
		for _, id := range appendPatchIDs(nil, patch) {
			if len(id) != 40 || !isHex(id) {
				t.Errorf("id %q", id)
			}
		}
	})
}

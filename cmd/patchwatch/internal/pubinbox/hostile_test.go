package pubinbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/pubinbox/inboxtest"
)

// TestRunsNothingOfARepository has a repository whose configuration has git run a program wherever that is possible,
// and that lacks a mail, which git would fetch from where the repository says.
func TestRunsNothingOfARepository(t *testing.T) {
	tmp := t.TempDir()
	dir, ran := filepath.Join(tmp, "0.git"), filepath.Join(tmp, "ran")
	program := filepath.Join(tmp, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$0 $@\" >>"+ran+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	inboxtest.Second(t, dir, history("a b c")...)
	blob := inboxtest.Git(t, "", "--git-dir="+dir, "rev-parse", "master~1:m")
	for _, name := range []string{"core.fsmonitor", "core.pager", "pager.rev-list", "core.sshCommand", "core.gitProxy",
		"core.editor", "diff.external", "diff.x.textconv", "diff.x.command", "filter.x.clean", "filter.x.smudge",
		"gpg.program", "core.askPass", "credential.helper", "alias.rev-list", "alias.cat-file", "uploadpack.packObjectsHook",
		"core.alternateRefsCommand", "trailer.x.command", "interactive.diffFilter", "log.showSignature"} {
		value := program
		if name == "log.showSignature" {
			value = "true"
		}
		inboxtest.Git(t, "", "--git-dir="+dir, "config", name, value)
	}
	for name, value := range map[string]string{"core.repositoryFormatVersion": "1", "extensions.partialClone": "origin",
		"remote.origin.url": "ext::" + program, "remote.origin.promisor": "true", "protocol.ext.allow": "always",
		"protocol.allow": "always", "core.hooksPath": tmp, "core.attributesFile": filepath.Join(dir, "attributes")} {
		inboxtest.Git(t, "", "--git-dir="+dir, "config", name, value)
	}
	os.WriteFile(filepath.Join(dir, "attributes"), []byte("* diff=x filter=x\n"), 0o600)
	os.MkdirAll(filepath.Join(dir, "hooks"), 0o700)
	for _, hook := range []string{"post-index-change", "reference-transaction", "fsmonitor-watchman"} {
		os.Link(program, filepath.Join(dir, "hooks", hook))
		os.Link(program, filepath.Join(tmp, hook))
	}
	if err := readAll(context.Background(), dir); err != nil {
		t.Errorf("with all mails: %v", err)
	}
	if objects := unpacked(t, dir); os.Remove(filepath.Join(objects, blob[:2], blob[2:])) != nil {
		t.Fatal("there is no loose object to remove")
	}
	if err := readAll(context.Background(), dir); err == nil || !strings.Contains(err.Error(), "partial clone or broken") {
		t.Errorf("a mail is missing, and the error is %v", err)
	}
	if said, err := os.ReadFile(ran); err == nil {
		t.Errorf("git ran the repository's program:\n%s", said)
	}
	c := exec.Command("git", "--git-dir="+dir, "cat-file", "-e", blob) // what is not so without our settings
	c.Run()
	if _, err := os.Stat(ran); err != nil {
		t.Error("git does not run the program in any case, so this test proves nothing")
	}
}

// unpacked has all objects of a repository be loose.
func unpacked(t *testing.T, dir string) (objects string) {
	t.Helper()
	objects = filepath.Join(dir, "objects")
	packs, _ := filepath.Glob(filepath.Join(objects, "pack", "*.pack"))
	for _, pack := range packs {
		moved := filepath.Join(t.TempDir(), "pack")
		if err := os.Rename(pack, moved); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(moved)
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(strings.TrimSuffix(pack, "pack") + "idx")
		inboxtest.Git(t, string(text), "--git-dir="+dir, "-c", "core.fsmonitor=false", "unpack-objects", "-q")
	}
	return objects
}

func readAll(ctx context.Context, dir string) error {
	in, err := Open(ctx, dir, 1000)
	if err != nil {
		return err
	}
	if in == nil {
		return errors.New("no repository")
	}
	defer in.Close()
	if _, err := in.Begin(nil); err != nil {
		return err
	}
	for {
		if _, err := in.Next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// TestRefuses has folders in which no mail can be read, and what is said of them.
func TestRefuses(t *testing.T) {
	made := func(name string, f func(dir string)) string {
		dir := filepath.Join(t.TempDir(), name)
		f(dir)
		return dir
	}
	source := func(dir string) {
		inboxtest.Git(t, "", "init", "-q", dir)
		os.WriteFile(filepath.Join(dir, "main.c"), nil, 0o600)
		inboxtest.Git(t, "", "-C", dir, "add", "main.c")
		inboxtest.Git(t, "", "-C", dir, "commit", "-q", "-m", "code")
	}
	whole := made("whole.git", func(dir string) { inboxtest.Second(t, dir, history("a b")...) })
	for _, test := range []struct{ dir, want string }{
		{made("src", source), "not one in which public-inbox keeps mail"},
		{made("shallow.git", func(dir string) {
			inboxtest.Git(t, "", "clone", "-q", "--bare", "--depth=1", "file://"+whole, dir)
		}), "shallow clone"},
		{made("linked", func(dir string) {
			main := dir + "-main"
			source(main)
			inboxtest.Git(t, "", "-C", main, "worktree", "add", "-q", dir)
		}), "elsewhere"},
		{made("branches.git", func(dir string) {
			inboxtest.Second(t, dir, history("a")...)
			inboxtest.Git(t, "", "--git-dir="+dir, "branch", "other")
			inboxtest.Git(t, "", "--git-dir="+dir, "symbolic-ref", "HEAD", "refs/heads/none")
		}), "several"},
		{made("torn.git", func(dir string) {
			inboxtest.Second(t, dir, history("a b c")...)
			objects := unpacked(t, dir)
			name := inboxtest.Git(t, "", "--git-dir="+dir, "rev-parse", "master~1")
			os.Remove(filepath.Join(objects, name[:2], name[2:]))
		}), "git says"},
		{made("noconfig.git", func(dir string) {
			inboxtest.Second(t, dir, history("a")...)
			os.WriteFile(filepath.Join(dir, "config"), []byte("[core\n"), 0o600)
		}), "git says: bad config"},
		{made("newer.git", func(dir string) {
			inboxtest.Second(t, dir, history("a")...)
			inboxtest.Git(t, "", "--git-dir="+dir, "config", "core.repositoryFormatVersion", "99")
		}), "git says"},
		{made("none", func(dir string) { os.Mkdir(dir, 0o700) }), "no repository"},
	} {
		if err := readAll(context.Background(), test.dir); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", filepath.Base(test.dir), err, test.want)
		}
	}
	empty := made("empty.git", func(dir string) { inboxtest.Git(t, "", "init", "-q", "--bare", dir) })
	other := made("other.git", func(dir string) { // as of a mirror whose HEAD was not copied
		inboxtest.Second(t, dir, history("a")...)
		inboxtest.Git(t, "", "--git-dir="+dir, "symbolic-ref", "HEAD", "refs/heads/none")
	})
	for _, dir := range []string{empty, other, whole} {
		if err := readAll(context.Background(), dir); err != nil {
			t.Errorf("%s: %v", filepath.Base(dir), err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if err := readAll(context.Background(), whole); err == nil || !strings.Contains(err.Error(), "git is not installed") {
		t.Errorf("without git: %v", err)
	}
}

// TestOddFiles: only files count, and only those of these names. A date may be any number.
func TestOddFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "0.git")
	inboxtest.Git(t, "", "init", "-q", "--bare", "--initial-branch=master", dir)
	long := strings.Repeat("a/", 2000) + strings.Repeat("m", 3000)
	in := fmt.Sprintf("commit refs/heads/master\ncommitter a <a@x> 1 +0000\ndata 0\n"+
		"M 120000 inline m\ndata 1\na\nM 160000 %040d d\nM 100644 inline %q\ndata 1\nb\nM 100644 inline %q\ndata 1\nc\n\n"+
		"commit refs/heads/master\ncommitter a <a@x> 18446744073709551614 +0000\ndata 0\nM 100644 inline m\ndata 2\nd\n\n", 1,
		long, "A/\"m\tm")
	inboxtest.Git(t, in, "--git-dir="+dir, "fast-import", "--quiet")
	if got := read(t, dir, map[string]string{}); got != "d" {
		t.Errorf("read %q", got)
	}
}

// TestCancelled: git ends with the context, wherever reading is.
func TestCancelled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "0.git")
	var steps []inboxtest.Step
	for i := range 3000 {
		steps = append(steps, inboxtest.Step{Came: fmt.Sprint(i, strings.Repeat("x", 900)), At: time.Unix(int64(i), 0)})
	}
	inboxtest.Second(t, dir, steps...)
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(context.Background())
	in, err := Open(ctx, dir, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Begin(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Next(); err != nil {
		t.Fatal(err)
	}
	git := in.reading.blobs.git.Process
	cancel(stopped)
	for err == nil {
		_, err = in.Next()
	}
	if !errors.Is(err, stopped) {
		t.Errorf("ended with %v", err)
	}
	in.Close()
	if err := git.Signal(os.Interrupt); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("git goes on: %v", err)
	}
	if _, err := Open(ctx, dir, 1000); !errors.Is(err, stopped) {
		t.Errorf("opened when stopped: %v", err)
	}
}

// FuzzParseChanges: whatever git says is understood or refused.
func FuzzParseChanges(f *testing.F) {
	sha := strings.Repeat("a", 40)
	f.Add([]byte(sha + " 1\n:000000 100644 " + strings.Repeat("0", 40) + " " + sha + " A\x00m\x00\x00" + sha + " 2\n"))
	f.Add([]byte(":100644 000000 " + sha + " " + sha + " D\x00" + sha[:2] + "/" + sha[2:] + "\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		parseChanges(bufio.NewReaderSize(strings.NewReader(string(text)), 16), func(c change) error {
			if !commitName.MatchString(c.commit) || c.came != "" && !commitName.MatchString(c.came) ||
				c.deleted != "" && !commitName.MatchString(c.deleted) || c.came+c.deleted == "" {
				t.Errorf("%+v", c)
			}
			return nil
		})
	})
}

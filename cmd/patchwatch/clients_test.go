package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestClientsOfPatchwork: git-pw and b4, as Debian has them, do with patchwatch serve what people do with Patchwork.
// Where PATCHWATCH_CLIENTS is set, as .ci/run does where they are installed, it fails instead of being skipped.
func TestClientsOfPatchwork(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"git", "git-pw", "b4"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("PATCHWATCH_CLIENTS") != "" {
				t.Fatalf("%s must be installed, as PATCHWATCH_CLIENTS is set: %v", program, err)
			}
			t.Skipf("%s is not installed, and this test runs it: on Debian, apt-get install git git-pw b4", program)
		}
	}
	c := newClient(t)
	t.Run("git-pw", c.gitPw)
	t.Run("b4", c.b4)
}

// client is a repository of somebody who works with a server.
type client struct {
	url, dir string
	series   int64
	patches  []int64
	first    string // Message-ID of the first patch
}

// newClient starts a server with the sample mail, of which the client has a series of three.
func newClient(t *testing.T) *client {
	t.Helper()
	w := newWorkplace(t)
	if err := writeMaildir(w.path("md"), samples(t)); err != nil {
		t.Fatal(err)
	}
	w.run("project", "add", "frob", "--list-id", "frob-devel.lists.example.org")
	w.run("import", "--quiet", "md")
	w.runWith(strings.NewReader("a password of some length\n"),
		"user", "add", "ann", "--maintainer", "frob", "--password-stdin")
	token := strings.TrimSpace(w.run("user", "token", "ann"))
	_, url := w.serve("--quiet")

	c := &client{url: url, dir: newRepository(t, "frob"), first: strings.Trim(idOf(samples(t, "06-*")[0]), "<>")}
	for name, value := range map[string]string{
		"user.name": "A", "user.email": "a@example.org", // without them b4 says nothing and fails
		"pw.server": url + "/api/1.3", "pw.project": "frob", "pw.token": token,
		"b4.pw-url": url + "/", "b4.pw-project": "frob", "b4.pw-key": token, "b4.pw-review-state": "under-review",
	} {
		git(t, c.dir, "", "config", name, value)
	}
	git(t, c.dir, "", "tag", "base")
	var found []struct {
		ID     int64
		Series []struct{ ID int64 }
	}
	for _, number := range []string{"06-*", "07-*", "08-*"} {
		c.get(t, "patches/?msgid="+strings.Trim(idOf(samples(t, number)[0]), "<>"), &found)
		if len(found) != 1 || len(found[0].Series) != 1 {
			t.Fatalf("mail %s: %v", number, found)
		}
		c.series, c.patches = found[0].Series[0].ID, append(c.patches, found[0].ID)
	}
	return c
}

// gitPw lists, shows, applies and decides.
func (c *client) gitPw(t *testing.T) {
	series, first, second := fmt.Sprint(c.series), fmt.Sprint(c.patches[0]), fmt.Sprint(c.patches[1])
	c.says(t, `"`+series+`"`, "git-pw", "series", "list", "-f", "csv")
	c.says(t, "3 of 3", "git-pw", "series", "show", series, "-f", "simple")
	c.applies(t, 3, "git-pw", "series", "apply", series)
	c.applies(t, 3, "git-pw", "patch", "apply", fmt.Sprint(c.patches[2])) // with those that it rests on
	c.says(t, "accepted", "git-pw", "patch", "update", "--state", "accepted", "--delegate", "ann", first, "-f", "simple")
	c.says(t, `"`+first+`"`, "git-pw", "patch", "list", "--state", "accepted", "--delegate", "ann", "-f", "csv")
	c.says(t, "shared", "git-pw", "bundle", "create", "--public", "shared", first, "-f", "simple")
	var bundles []struct{ ID int64 }
	if c.get(t, "bundles/?q=shared", &bundles); len(bundles) != 1 {
		t.Fatalf("%d bundles", len(bundles))
	}
	c.says(t, second+" ", "git-pw", "bundle", "add", fmt.Sprint(bundles[0].ID), second, "-f", "simple")
	c.says(t, "Downloaded bundle", "git-pw", "bundle", "download", "shared", "bundle.mbox")
	c.says(t, "2\n", "git", "mailsplit", "-o.", "bundle.mbox")
	if out, err := c.run(t, "git-pw", "--token", "wrong", "patch", "update", "--state", "rejected", first); err == nil {
		t.Errorf("it takes a wrong token:\n%s", out)
	}
	c.wantStates(t, "accepted", "new", "new")
}

// b4 makes of the series what git am takes, and says that it is looked at.
func (c *client) b4(t *testing.T) {
	c.says(t, "Downloaded series", "git-pw", "series", "download", fmt.Sprint(c.series), "series.mbox")
	if err := os.Mkdir(filepath.Join(c.dir, "am"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.says(t, "Total patches: 3", "b4", "--offline-mode", "am", "-o", "am", "-m", "series.mbox", c.first)
	made, _ := filepath.Glob(filepath.Join(c.dir, "am", "*.mbx"))
	if len(made) != 1 {
		t.Fatalf("b4 am makes %q", made)
	}
	c.applies(t, 3, "git", "am", "-q", made[0])
	c.wantStates(t, "under-review", "under-review", "under-review")
}

// run starts a client in the repository. It reads no configuration but the repository's.
func (c *client) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(),
		"HOME="+t.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "GIT_PAGER=cat", "PAGER=cat", "LC_ALL=C.UTF-8",
		"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (c *client) says(t *testing.T, want string, args ...string) {
	t.Helper()
	if out, err := c.run(t, args...); err != nil || !strings.Contains(out, want) {
		t.Errorf("%s: %v, want %q in\n%s", strings.Join(args, " "), err, want, out)
	}
}

// applies wants so many commits on the base, by a command.
func (c *client) applies(t *testing.T, want int, args ...string) {
	t.Helper()
	git(t, c.dir, "", "reset", "-q", "--hard", "base")
	out, err := c.run(t, args...)
	n := strings.TrimSpace(git(t, c.dir, "", "rev-list", "--count", "base..HEAD"))
	if err != nil || n != fmt.Sprint(want) {
		t.Errorf("%s: %v, %s commits, want %d\n%s", strings.Join(args, " "), err, n, want, out)
	}
}

// get asks the server, as anybody.
func (c *client) get(t *testing.T, what string, into any) {
	t.Helper()
	status, text := get(t, c.url+"/api/1.3/"+what)
	if err := json.NewDecoder(bytes.NewBufferString(text)).Decode(into); err != nil || status != 200 {
		t.Fatalf("%s: %d %v\n%s", what, status, err, text)
	}
}

func (c *client) wantStates(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, id := range c.patches {
		var patch struct{ State string }
		c.get(t, fmt.Sprintf("patches/%d/", id), &patch)
		got = append(got, patch.State)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the patches are %q, want %q", got, want)
	}
}

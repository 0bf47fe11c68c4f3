package pubinbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// repository is a git repository of mail.
type repository struct {
	path  string // absolute, without symlinks
	tip   string // the newest commit when it was opened; empty: there is none
	since string // a commit: it and what comes before it has been read; empty: nothing has
}

// openRepository finds out whether mail can be read of a repository, and up to which commit.
func openRepository(ctx context.Context, path string) (*repository, error) {
	path, err := filepath.Abs(path)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return nil, err
	}
	r := &repository{path: path}
	if r.tip, err = r.newest(ctx); err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", path, err)
	}
	if info, err := os.Stat(filepath.Join(path, "shallow")); err == nil && info.Size() > 0 {
		return nil, fmt.Errorf("%s is a shallow clone, in which older mail is missing: git --git-dir=%s fetch --unshallow "+
			"fetches it", path, quoted(path))
	}
	return r, r.holdsMail(ctx)
}

var commitName = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// newest is the commit of HEAD; in a repository whose HEAD names no branch that is there, that of its only branch.
func (r *repository) newest(ctx context.Context) (string, error) {
	said, err := r.output(ctx, 100, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 { // there is no such commit
		said, err = r.onlyBranch(ctx)
	}
	said = strings.TrimSpace(said)
	if err == nil && said != "" && !commitName.MatchString(said) {
		err = fmt.Errorf("git names a commit %q", said)
	}
	return said, err
}

func (r *repository) onlyBranch(ctx context.Context) (string, error) {
	said, err := r.output(ctx, 1000, "for-each-ref", "--count=2", "--format=%(objectname)", "refs/heads")
	if branches := strings.Fields(said); err == nil && len(branches) > 1 {
		return "", errors.New("its HEAD names no branch that is there, and it has several others")
	}
	return said, err
}

var mailFile = regexp.MustCompile(`^([md]|[0-9a-f]{2})$`)

// holdsMail refuses a repository of something else. Where all mail was deleted there are no files.
func (r *repository) holdsMail(ctx context.Context) error {
	if r.tip == "" {
		return nil
	}
	said, err := r.output(ctx, 1<<16, "ls-tree", "-z", "--name-only", r.tip)
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", r.path, err)
	}
	if said == "" {
		return nil
	}
	for _, name := range strings.Split(said, "\x00") {
		if mailFile.MatchString(name) {
			return nil
		}
	}
	return fmt.Errorf("%s is a git repository, but not one in which public-inbox keeps mail: its newest commit has neither "+
		"a file m nor folders of mails", r.path)
}

// goOn has reading begin behind a commit up to which it came before. If the commit is no longer part of the history,
// what has come in its place is read; rewritten is true then, and gone whether the commit is gone altogether, so that
// all is read.
func (r *repository) goOn(ctx context.Context, since string) (rewritten, gone bool, err error) {
	if since == "" || r.tip == "" || !commitName.MatchString(since) {
		return false, false, nil
	}
	if r.since = since; since == r.tip {
		return false, false, nil
	}
	is, err := r.holds(ctx, "cat-file", "-e", since+"^{commit}")
	if err != nil || !is {
		r.since = ""
		return true, true, err
	}
	is, err = r.holds(ctx, "merge-base", "--is-ancestor", since, r.tip)
	return !is, false, err
}

// holds runs a command that answers by its exit code.
func (r *repository) holds(ctx context.Context, args ...string) (bool, error) {
	_, err := r.output(ctx, 100, args...)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

// quoted is a path so that a shell takes it as one word.
func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }

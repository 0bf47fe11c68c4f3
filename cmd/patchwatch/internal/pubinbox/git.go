package pubinbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// settings overrule what a repository's own configuration could have git run or fetch.
var settings = []string{
	"--no-pager", "--no-replace-objects",
	"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.attributesFile=/dev/null",
	"-c", "protocol.allow=never", // of a partial clone, git would fetch what is missing
}

// environment is that of git: without variables that lead it elsewhere, and without the configuration of whoever runs
// this, so that the answers are the same for everyone.
func environment() []string {
	var out []string
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !strings.HasPrefix(name, "GIT_") && name != "LANGUAGE" {
			out = append(out, v)
		}
	}
	return append(out, "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
		"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0")
}

// command is a git command on the repository. Since the repository is named, git does not ask who owns it.
func (r *repository) command(ctx context.Context, args ...string) *process {
	all := append([]string{"--git-dir=" + r.path}, settings...)
	p := &process{Cmd: exec.CommandContext(ctx, "git", append(all, args...)...), ctx: ctx}
	p.Env = environment()
	p.Stderr = &p.said
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us: what is in hand is finished
	p.WaitDelay = 10 * time.Second
	return p
}

// output runs a command whose answer is small, and returns at most so many bytes of it.
func (r *repository) output(ctx context.Context, most int, args ...string) (string, error) {
	p := r.command(ctx, args...)
	out := &beginning{most: most}
	p.Stdout = out
	err := p.Run()
	return out.String(), p.explain(err)
}

// process is git at work.
type process struct {
	*exec.Cmd
	ctx  context.Context
	said beginning // on standard error
}

// explain makes a sentence of an error at which git ended.
func (p *process) explain(err error) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case p.ctx.Err() != nil:
		return context.Cause(p.ctx)
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("git is not installed, by which git repositories are read")
	case errors.As(err, &exit) && p.said.Len() > 0:
		line, _, _ := strings.Cut(p.said.String(), "\n")
		return fmt.Errorf("git says: %s: %w", strings.TrimPrefix(line, "fatal: "), err)
	}
	return fmt.Errorf("git: %w", err)
}

// beginning keeps the first bytes of what is written to it, 4,096 if most is 0.
type beginning struct {
	bytes.Buffer
	most int
}

func (b *beginning) Write(p []byte) (int, error) {
	most := b.most
	if most == 0 {
		most = 4096
	}
	b.Buffer.Write(p[:min(len(p), max(0, most-b.Len()))])
	return len(p), nil
}

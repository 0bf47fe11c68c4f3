package pubinbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"time"
)

// change is what a commit did to one mail. Each of the two is the name of an object, empty if there is none.
type change struct {
	commit  string
	at      time.Time // when it was committed; zero: nobody knows
	came    string
	deleted string
}

// each calls f with the changes between two commits, those of a commit after those of all its ancestors. An error of f
// ends it and is returned.
func (r *repository) each(ctx context.Context, after, upTo string, f func(change) error) error {
	if upTo == "" || after == upTo {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // after an error git is still at work
	list := []string{"rev-list", "--reverse", "--topo-order", upTo}
	if after != "" {
		list = append(list, "^"+after)
	}
	commits := r.command(ctx, list...)
	files := r.command(ctx, "diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--no-abbrev", "--no-renames",
		"--no-textconv", "--no-ext-diff", "--pretty=format:%H %ct")
	pass, into, err := os.Pipe()
	if err != nil {
		return err
	}
	commits.Stdout, files.Stdin = into, pass
	out, err := files.StdoutPipe()
	if err == nil {
		err = commits.Start()
	}
	if err == nil {
		if err = files.Start(); err != nil {
			cancel()
			commits.Wait()
		}
	}
	into.Close()
	pass.Close()
	if err != nil {
		return commits.explain(err)
	}
	err = parseChanges(bufio.NewReaderSize(out, 1<<16), f)
	if errors.Is(err, errMalformed) {
		io.Copy(io.Discard, out) // git may have an error of its own to tell
	} else if err != nil {
		cancel()
	}
	second, first := files.Wait(), commits.Wait()
	switch {
	case err != nil && !errors.Is(err, errMalformed):
		return err
	case second != nil && commits.said.Len() == 0:
		return files.explain(second)
	case first != nil:
		return commits.explain(first)
	}
	return err
}

var errMalformed = errors.New("git diff-tree says what is not understood")

// parseChanges reads the output of git diff-tree -z --raw (git-diff-tree(1), "raw output format"). Before the files of
// a commit stand its name and time.
func parseChanges(in *bufio.Reader, f func(change) error) error {
	var c change
	for {
		first, err := in.ReadByte()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case first == 0: // between commits
			continue
		case first == ':':
			err = parseFile(in, c, f)
		default:
			in.UnreadByte()
			c, err = parseCommit(in)
		}
		if err != nil {
			return err
		}
	}
}

func parseCommit(in *bufio.Reader) (c change, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return c, fmt.Errorf("%w: %.100q", errMalformed, line)
	}
	name, at, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	if !commitName.Match(name) {
		return c, fmt.Errorf("%w: %.100q", errMalformed, line)
	}
	c.commit = string(name)
	if seconds, err := strconv.ParseInt(string(at), 10, 64); err == nil && seconds < endOfTime {
		c.at = time.Unix(seconds, 0).UTC()
	}
	return c, nil
}

// endOfTime is the beginning of the year 10,000. A commit can say anything.
const endOfTime = 253402300800

// longestPath is how many bytes of a path are looked at: that of a mail is shorter.
const longestPath = 4096

func parseFile(in *bufio.Reader, c change, f func(change) error) error {
	raw, err := untilNUL(in)
	if err != nil {
		return err
	}
	about := bytes.Fields([]byte(raw)) // modes and objects, before and after, and a letter
	if len(about) != 5 || c.commit == "" {
		return fmt.Errorf("%w: %.200q", errMalformed, raw)
	}
	path, err := untilNUL(in)
	if err != nil {
		return err
	}
	before, after := mailObject(about[0], about[2]), mailObject(about[1], about[3])
	switch {
	case path == "m":
		c.came = after
	case path == "d":
		c.deleted = after
	case firstFormat.MatchString(path):
		c.came, c.deleted = after, before
	}
	if c.came == "" && c.deleted == "" {
		return nil
	}
	return f(c)
}

// firstFormat is the path of a mail in a repository of the first format. Where two had the same Message-ID, its oldest
// writer made a folder of the path.
var firstFormat = regexp.MustCompile(`^[0-9a-f]{2}/[0-9a-f]{38}(/[0-9a-f]{40})?$`)

// mailObject is the name of an object if it is a file, and not a link or a submodule.
func mailObject(mode, name []byte) string {
	if !bytes.HasPrefix(mode, []byte("100")) || len(bytes.Trim(name, "0")) == 0 || !commitName.Match(name) {
		return ""
	}
	return string(name)
}

// untilNUL reads up to the next NUL, and keeps the beginning.
func untilNUL(in *bufio.Reader) (string, error) {
	var out []byte
	for {
		piece, err := in.ReadSlice(0)
		if err == nil {
			piece = piece[:len(piece)-1]
		}
		out = append(out, piece[:min(len(piece), max(0, longestPath-len(out)))]...)
		switch err {
		case nil:
			return string(out), nil
		case bufio.ErrBufferFull:
		default:
			return "", fmt.Errorf("%w: it ends in %.100q", errMalformed, out)
		}
	}
}

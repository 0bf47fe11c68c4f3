package pubinbox

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// blobs reads objects of a repository by one git cat-file --batch. Objects are asked for in advance, and read in the
// same order.
type blobs struct {
	git  *process
	stop context.CancelFunc
	in   io.WriteCloser
	out  *bufio.Reader
	of   *repository
}

func (r *repository) blobs(ctx context.Context) (*blobs, error) {
	ctx, stop := context.WithCancel(ctx)
	b := &blobs{git: r.command(ctx, "cat-file", "--batch"), stop: stop, of: r}
	var err error
	if b.in, err = b.git.StdinPipe(); err == nil {
		var out io.Reader
		if out, err = b.git.StdoutPipe(); err == nil {
			b.out = bufio.NewReaderSize(out, 1<<16)
			err = b.git.Start()
		}
	}
	if err != nil {
		stop()
		return nil, b.git.explain(err)
	}
	return b, nil
}

func (b *blobs) ask(object string) error {
	_, err := io.WriteString(b.in, object+"\n")
	return err
}

// read reads the next object. One that is larger than most is passed over: raw is nil then.
func (b *blobs) read(object string, most int64) (raw []byte, size int64, err error) {
	line, err := b.out.ReadString('\n')
	if err != nil {
		return nil, 0, b.ended(err)
	}
	words := strings.Fields(line)
	if len(words) != 3 || words[0] != object || words[1] != "blob" {
		return nil, 0, b.lacks(object)
	}
	size, err = strconv.ParseInt(words[2], 10, 64)
	if err != nil || size < 0 {
		return nil, 0, b.lacks(object)
	}
	if size > most {
		_, err = io.CopyN(io.Discard, b.out, size)
	} else {
		raw = make([]byte, size)
		_, err = io.ReadFull(b.out, raw)
	}
	if err == nil {
		_, err = b.out.Discard(1) // the line's end
	}
	if err != nil {
		return nil, 0, b.ended(err)
	}
	return raw, size, nil
}

// lackingError is for an object that a commit names and that is not there.
type lackingError struct{ path, object string }

func (e lackingError) Error() string {
	return fmt.Sprintf("the mail %s is not in %s: it is a partial clone or broken, as git --git-dir=%s fsck tells",
		e.object, e.path, quoted(e.path))
}

func (b *blobs) lacks(object string) error { return lackingError{b.of.path, object} }

// ended says why git ended before it had answered.
func (b *blobs) ended(err error) error {
	b.in.Close()
	if why := b.git.Wait(); why != nil {
		return b.git.explain(why)
	}
	return b.git.explain(err)
}

// close ends git, whatever it is doing.
func (b *blobs) close() {
	b.stop()
	b.in.Close()
	b.git.Wait() // perhaps for the second time, which is no more than an error
}

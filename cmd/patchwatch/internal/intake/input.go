package intake

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Open opens a path that was named on the command line. It follows links and reads pipes, as in patchwatch import
// <(zcat all.mbox.gz); waiting for a pipe ends with the context. The size is that of a file, and 0 for a pipe.
func Open(ctx context.Context, path string) (in io.ReadCloser, size int64, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	kind := info.Mode().Type()
	switch {
	case kind == 0:
		f, err := os.Open(path)
		return f, info.Size(), err
	case kind&(fs.ModeNamedPipe|fs.ModeCharDevice) == 0:
		return nil, 0, fmt.Errorf("%s is neither a file nor a pipe", path)
	}
	type opened struct {
		f   *os.File
		err error
	}
	wait := make(chan opened, 1)
	go func() { // opening a FIFO waits for somebody to write into it
		f, err := os.Open(path)
		wait <- opened{f, err}
	}()
	select {
	case o := <-wait:
		if o.err != nil {
			return nil, 0, o.err
		}
		return patient{UntilDone(ctx, o.f), o.f}, 0, nil
	case <-ctx.Done():
		return nil, 0, context.Cause(ctx)
	}
}

type patient struct {
	io.Reader
	io.Closer
}

// UntilDone reads from r until the context ends, even while r has nothing to give.
func UntilDone(ctx context.Context, r io.Reader) io.Reader {
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { in.CloseWithError(context.Cause(ctx)) })
	return out
}

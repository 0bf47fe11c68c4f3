package stress

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/watcher"
)

// verdict is what a run has shown.
type verdict struct {
	delivered, stored, twice, lost, failed, differences, faults int

	events    int // that were told
	untold    int // faults of these
	alone     int // series whose events are the same in whatever order mails come
	completed int // of these, were told to be complete
	polls     int // of the reader beside the watchers

	kills, freezes int64
	said           []string // what is wrong, a line each
}

func (v *verdict) wrong() bool { return v.lost+v.twice+v.differences+v.faults+v.untold > 0 }

// mostSaid is how many lines of what is wrong are shown.
const mostSaid = 20

func (v *verdict) say(format string, args ...any) {
	if len(v.said) < mostSaid {
		v.said = append(v.said, fmt.Sprintf(format, args...))
	}
}

func (v *verdict) print(out io.Writer, took time.Duration) {
	for _, row := range []struct {
		what  string
		value int64
	}{
		{"delivered", int64(v.delivered)}, {"stored", int64(v.stored)}, {"failed", int64(v.failed)},
		{"taken twice", int64(v.twice)}, {"lost", int64(v.lost)}, {"differences", int64(v.differences)},
		{"faults by check", int64(v.faults)},
		{"events", int64(v.events)}, {"faulty events", int64(v.untold)}, {"series alone", int64(v.alone)},
		{"completed once", int64(v.completed)}, {"polls of events", int64(v.polls)},
		{"kills", v.kills}, {"freezes", v.freezes},
	} {
		fmt.Fprintf(out, "%-16s %8d\n", row.what, row.value)
	}
	fmt.Fprintf(out, "%-16s %8.1f\n", "seconds", took.Seconds())
	for _, line := range v.said {
		fmt.Fprintf(out, "WRONG: %s\n", term.Printable(line))
	}
}

// judge looks at what is in the Maildir, in the database, and in the watchers' logs.
func (s *run) judge(ctx context.Context, k *killer) (*verdict, error) {
	v := &verdict{delivered: len(s.letters), kills: k.kills.Load(), freezes: k.freezes.Load()}
	store, err := engines.OpenReadOnly(ctx, s.stressed())
	if err != nil {
		return nil, err
	}
	defer store.Close()
	if err := s.judgeFiles(ctx, store, v); err != nil {
		return nil, err
	}
	if err := s.judgeLogs(v); err != nil {
		return nil, err
	}
	checked, err := store.Check(ctx, nil)
	if err != nil {
		return nil, err
	}
	v.faults = len(checked.Faults) + checked.More
	for _, f := range checked.Faults {
		v.say("%s", f.What)
	}
	if err := s.judgeEvents(ctx, store, v); err != nil {
		return nil, err
	}
	return v, s.judgeDumps(ctx, store, v)
}

// judgeFiles looks for each delivery by its name, and compares its bytes.
func (s *run) judgeFiles(ctx context.Context, store *db.Store, v *verdict) error {
	found := make([]bool, len(s.letters))
	sums := make([][sha256.Size]byte, len(s.letters))
	for i := range s.letters {
		sums[i] = s.letters[i].sha256
	}
	held, err := store.Holds(ctx, sums)
	if err != nil {
		return err
	}
	for n := range s.Maildirs {
		if err := s.judgeMaildir(s.maildir(n), held, found, v); err != nil {
			return err
		}
	}
	for i, ok := range found {
		if !ok {
			v.lost++
			v.say("%s was delivered and is nowhere", s.letters[i].name)
		}
	}
	return nil
}

// judgeMaildir judges one Maildir: held tells which letters are stored, found notes which it has met.
func (s *run) judgeMaildir(maildir string, held, found []bool, v *verdict) error {
	cur, err := os.ReadDir(filepath.Join(maildir, "cur"))
	if err != nil {
		return err
	}
	for _, e := range cur {
		name, _, _ := strings.Cut(e.Name(), ":")
		i, ok := s.known[name]
		if !ok || found[i] {
			v.twice++
			v.say("%s in cur is no delivery, or one that is there already", e.Name())
			continue
		}
		raw, err := os.ReadFile(filepath.Join(maildir, "cur", e.Name()))
		if err != nil {
			return err
		}
		if held[i] && sha256.Sum256(raw) == s.letters[i].sha256 {
			v.stored++
		} else {
			v.lost++
			v.say("%s is in cur and not stored as it was delivered", e.Name())
		}
		found[i] = true
	}
	failed, err := watcher.Failed(maildir)
	if err != nil {
		return err
	}
	for _, f := range failed {
		if i, ok := s.known[f.Name]; ok && f.Reason != "" && !found[i] {
			v.failed++
			found[i] = true
		}
	}
	return nil
}

// Two kinds of lines in the watchers' logs: a mail was settled, or it had gone when it was to be moved. Only watchers
// move mail here, so the latter means that two of them had the same mail.
var (
	settledLine = regexp.MustCompile(` msg=(?:"[^"]*"|\S+) .*\bfile=(?:\S*/)?(\d+\.M\d+P\d+\.stress)`)
	metLine     = regexp.MustCompile(`moved by somebody else`)
)

func (s *run) judgeLogs(v *verdict) error {
	settled := make([]int, len(s.letters))
	for slot := range s.Watchers {
		f, err := os.Open(filepath.Join(s.work, fmt.Sprintf("watcher-%d.log", slot+1)))
		if err != nil {
			return err
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if metLine.Match(lines.Bytes()) {
				v.twice++
				v.say("two watchers met at one mail: %s", lines.Text())
			} else if m := settledLine.FindSubmatch(lines.Bytes()); m != nil {
				if i, ok := s.known[string(m[1])]; ok {
					settled[i]++
				}
			}
		}
		if err := lines.Err(); err != nil {
			return err
		}
	}
	for i, n := range settled {
		if n > 1 {
			v.twice++
			v.say("%s was settled %d times", s.letters[i].name, n)
		}
	}
	return nil
}

func (s *run) judgeDumps(ctx context.Context, store *db.Store, v *verdict) error {
	serial, err := engines.OpenReadOnly(ctx, s.serial())
	if err != nil {
		return err
	}
	defer serial.Close()
	got, err := store.DumpLines(ctx, nil)
	if err != nil {
		return err
	}
	defer got.Close()
	want, err := serial.DumpLines(ctx, nil)
	if err != nil {
		return err
	}
	defer want.Close()
	differs := func(where string) func(line []byte) error {
		return func(line []byte) error {
			v.differences++
			v.say("only after the %s: %s", where, line)
			return nil
		}
	}
	_, err = db.DiffLines(got, want, differs("stress"), differs("serial import"))
	return err
}

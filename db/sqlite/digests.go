package sqlite

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"patchwatch/db/engine"
)

// digests are kept by those who read a file: of the indexes that are in parts, in which part something may be. Most of
// what is looked for in them nothing has but the mail that it is looked for for; without digests a page of series would
// look for two hundred values in each of a hundred parts of a million mails. A value takes four bytes.
//
// A part behind which another one has begun gets no more mail, and what else changes of mails naming.version counts. So
// the parts before the last are kept, and the last one is always looked at.
type digests struct {
	mu      sync.Mutex
	version int64     // of the table naming
	dropped time.Time // when all were thrown away because it had grown
	kept    [3]map[int64][]uint32

	// patience is as that of names.
	patience time.Duration
}

// digestsAtOnce is how many values are read for one question. Whoever asks while not all parts are kept looks at every
// part, so that nobody waits for all of them to be read.
const digestsAtOnce = 50_000

// digested says how digests of a feature are read.
type digested struct {
	bits        int
	index, part string
	value       string // a text, of which the digest is
	has         string
}

// digestedBy is false for what has an index in one part.
func digestedBy(by engine.Feature) (d digested, ok bool) {
	switch by {
	case engine.ByTitle:
		return digested{titlePartBits, `mail_title`, titlePart("id"), `title`, isTitled("")}, true
	case engine.ByChange:
		return digested{titlePartBits, `mail_change`, titlePart("id"), `change`, isChange("")}, true
	case engine.ByDiff:
		return digested{senderPartBits, `mail_hash`, hashPart("id"), `hex(` + hashStart("hash") + `)`,
			hashStart("hash") + ` IS NOT NULL`}, true
	}
	return d, false
}

// digestOf is the digest of a value that a likeness is about.
func digestOf(by engine.Feature, value any) uint32 {
	if by != engine.ByDiff {
		return digest(fmt.Sprint(value))
	}
	text := strings.ToUpper(value.(string))
	return digest(text[:min(len(text), 10)]) // see hashStart
}

func digest(text string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text)) // to memory
	return h.Sum32()
}

// partsWith gives for each value, in order, the parts in which mails may have it. ok is false where that is not known:
// then every part has to be looked at.
func (q queries) partsWith(by engine.Feature, values []alikeValue) (parts [][]int64, ok bool, err error) {
	d, digested := digestedBy(by)
	if q.digests == nil || !digested || len(values) == 0 {
		return nil, false, nil
	}
	kept, ok, err := q.digests.at(q, by, d)
	if err != nil || !ok {
		return nil, false, err
	}
	order := engine.SortedKeys(kept)
	parts = make([][]int64, len(values))
	for i, v := range values {
		sought := digestOf(by, v.value)
		for _, part := range order {
			all := kept[part]
			if _, there := slices.BinarySearch(all, sought); there || all == nil {
				parts[i] = append(parts[i], part)
			}
		}
	}
	return parts, true, nil
}

// at gives the digests of all parts as a reader's transaction sees them; those of the last part are nil.
func (g *digests) at(q queries, by engine.Feature, d digested) (all map[int64][]uint32, ok bool, err error) {
	var version int64
	if _, err := q.row(`SELECT version FROM naming`, nil, &version); err != nil {
		return nil, false, err
	}
	parts, err := q.parts(d.bits)
	if err != nil || len(parts) == 0 {
		return nil, false, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if version > g.version {
		if g.patience < 0 || time.Since(g.dropped) < g.patience {
			return nil, false, nil
		}
		g.version, g.dropped, g.kept = version, time.Now(), [3]map[int64][]uint32{}
	}
	if version < g.version || g.patience < 0 {
		return nil, false, nil
	}
	last := len(parts) - 1
	all = map[int64][]uint32{parts[last]: nil}
	read := 0
	for _, part := range parts[:last] {
		found, known := g.kept[by][part]
		if !known {
			if read > digestsAtOnce {
				return nil, false, nil
			}
			if found, err = q.readDigests(d, part); err != nil {
				return nil, false, err
			}
			read += len(found)
			if g.kept[by] == nil {
				g.kept[by] = map[int64][]uint32{}
			}
			g.kept[by][part] = found
		}
		all[part] = found
	}
	return all, true, nil
}

// parts are those in which there are mails, in order.
func (q queries) parts(bits int) (all []int64, err error) {
	return all, q.each(`WITH RECURSIVE `+partsOf(bits)+` SELECT n FROM part WHERE n IS NOT NULL ORDER BY n`, nil,
		func(scan func(...any) error) error {
			var n int64
			err := scan(&n)
			all = append(all, n)
			return err
		})
}

// readDigests reads those of a part, from its index alone.
func (q queries) readDigests(d digested, part int64) ([]uint32, error) {
	all := []uint32{}
	_, err := q.row(d.query(), []any{part}, (*commas)(&all))
	slices.Sort(all)
	return slices.Clip(slices.Compact(all)), err
}

// query gives all values of a part as one text: to go from row to row takes longer than to read them.
func (d digested) query() string {
	return `SELECT coalesce(group_concat(` + d.value + `), '') FROM mail INDEXED BY ` + d.index +
		` WHERE ` + is(d.part) + ` AND ` + d.has
}

// commas scans a text of values into their digests.
type commas []uint32

func (c *commas) Scan(v any) error {
	s, ok := v.(string)
	for value := range strings.SplitSeq(s, ",") {
		if value != "" {
			*c = append(*c, digest(value))
		}
	}
	return fits(ok, v, c)
}

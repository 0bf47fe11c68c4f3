package sqlite

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"patchwatch/db/engine"
)

// digests are kept by those who read a file: of the indexes that are in parts, in which part something may be. Most of
// what is looked for in them nothing has but the mail that it is looked for for; without digests a page of series would
// look for two hundred values in each of a hundred parts of a million mails. A value takes eight bytes.
//
// A part behind which another one has begun gets no more mail, and what else changes of mails naming.version counts. So
// the parts before the last are kept, and the last one is always looked at.
type digests struct {
	mu      sync.Mutex
	version int64     // of the table naming
	dropped time.Time // when all were thrown away because it had grown
	kept    [3]digestedParts

	// patience is as that of names.
	patience time.Duration
}

// digestedParts are what is kept of one index. What is added makes new ones: others may look at the old.
type digestedParts struct {
	parts map[int64]bool
	all   []uint64 // digests, each above the number of its part, in order
}

// partBits are those that the number of a part takes.
const partBits = 32

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

// digest is a hash of a text (FNV-1a).
func digest(text string) uint32 {
	h := uint32(2166136261)
	for i := range len(text) {
		h = (h ^ uint32(text[i])) * 16777619
	}
	return h
}

// partsWith gives for each value, in order, the parts in which mails may have it. ok is false where that is not known:
// then every part has to be looked at.
func (q *queries) partsWith(by engine.Feature, values []alikeValue) (parts [][]int64, ok bool, err error) {
	d, digested := digestedBy(by)
	if q.digests == nil || !digested || len(values) == 0 {
		return nil, false, nil
	}
	kept, last, ok, err := q.digests.at(q, by, d)
	if err != nil || !ok {
		return nil, false, err
	}
	parts = make([][]int64, len(values))
	for i, v := range values {
		sought := uint64(digestOf(by, v.value)) << partBits
		at, _ := slices.BinarySearch(kept.all, sought)
		for ; at < len(kept.all) && kept.all[at]>>partBits == sought>>partBits; at++ {
			if part := int64(kept.all[at] & (1<<partBits - 1)); part < last {
				parts[i] = append(parts[i], part)
			}
		}
		parts[i] = append(parts[i], last)
	}
	return parts, true, nil
}

// at gives the digests of all parts before the last, as a reader's transaction sees them, and which that is.
func (g *digests) at(q *queries, by engine.Feature, d digested) (kept digestedParts, last int64, ok bool, err error) {
	var version int64
	if _, err := q.Row(`SELECT version FROM naming`, nil, &version); err != nil {
		return kept, 0, false, err
	}
	parts, err := q.parts(d.bits)
	if err != nil || len(parts) == 0 || parts[0] < 0 || parts[len(parts)-1] >= 1<<partBits {
		return kept, 0, false, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if version > g.version {
		if g.patience < 0 || time.Since(g.dropped) < g.patience {
			return kept, 0, false, nil
		}
		g.version, g.dropped, g.kept = version, time.Now(), [3]digestedParts{}
	}
	if version < g.version || g.patience < 0 {
		return kept, 0, false, nil
	}
	last = parts[len(parts)-1]
	ok, err = g.kept[by].follow(q, d, parts[:len(parts)-1])
	return g.kept[by], last, ok, err
}

// follow reads the parts that are not kept yet, or some of them: then it is false.
func (k *digestedParts) follow(q *queries, d digested, parts []int64) (all bool, err error) {
	var more []uint64
	added := map[int64]bool{}
	for _, part := range parts {
		if k.parts[part] {
			continue
		}
		if len(more) > digestsAtOnce {
			break
		}
		if more, err = q.readDigests(more, d, part); err != nil {
			return false, err
		}
		added[part] = true
	}
	if len(added) > 0 {
		slices.Sort(more)
		maps.Copy(added, k.parts)
		*k = digestedParts{added, merged(k.all, slices.Compact(more))}
	}
	for _, part := range parts {
		if !k.parts[part] {
			return false, nil
		}
	}
	return true, nil
}

// merged are two sorted lists in one.
func merged(a, b []uint64) []uint64 {
	out := make([]uint64, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// parts are those in which there are mails, in order.
func (q *queries) parts(bits int) (all []int64, err error) {
	return all, q.Each(`WITH RECURSIVE `+partsOf(bits)+` SELECT n FROM part WHERE n IS NOT NULL ORDER BY n`, nil,
		func(scan func(...any) error) error {
			var n int64
			err := scan(&n)
			all = append(all, n)
			return err
		})
}

// readDigests adds those of a part, from its index alone.
func (q *queries) readDigests(to []uint64, d digested, part int64) ([]uint64, error) {
	var values string
	_, err := q.Row(d.query(), []any{part}, &values)
	for value := range strings.SplitSeq(values, ",") {
		if value != "" {
			to = append(to, uint64(digest(value))<<partBits|uint64(part))
		}
	}
	return to, err
}

// query gives all values of a part as one text: to go from row to row takes longer than to read them.
func (d digested) query() string {
	return `SELECT coalesce(group_concat(` + d.value + `), '') FROM mail INDEXED BY ` + d.index +
		` WHERE ` + is(d.part) + ` AND ` + d.has
}

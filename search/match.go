package search

import (
	"slices"
	"strconv"
	"strings"

	"patchwatch/track"
)

// Match tells whether a mail is one of those that a tree means. It may take as many steps as the tree has words and
// the mail has words, multiplied; the limits of a query bound the first.
//
// Match keeps the words that it makes of a Document in there, so two goroutines must not use one Document at a time.
func Match(n Node, d *Document) bool {
	switch n := n.(type) {
	case All:
		return true
	case And:
		return !slices.ContainsFunc(n.Nodes, func(n Node) bool { return !Match(n, d) })
	case Or:
		return slices.ContainsFunc(n.Nodes, func(n Node) bool { return Match(n, d) })
	case Not:
		return !Match(n.Node, d)
	case Word:
		return d.hasWord(n)
	case Phrase:
		return slices.ContainsFunc(PartsOf(n.Field), func(p Part) bool { return d.part(p).hasPhrase(n) })
	case Near:
		return slices.ContainsFunc(PartsOf(n.Field), func(p Part) bool { return d.part(p).hasNear(n) })
	case Term:
		return d.hasTerm(n)
	case Range:
		value, ok := d.value(n.Field)
		return ok && n.From <= value && value <= n.To
	}
	return false
}

// IDs are what a word means beside itself: in AnyField, b, bs and nq it may be the id of a blob or of a patch, in full
// or, of a blob, its first 7 digits at least; with Prefix any number of them. Nil if it cannot be one.
func (n Word) IDs() []Term {
	if !infos[n.Field].hasIDs || !isHex(n.Text) || len(n.Text) < minBlob && n.Form != Prefix {
		return nil
	}
	return []Term{{Blob, n.Text}, {PatchID, n.Text}}
}

// minBlob is how many digits of a blob's id git shows at least, so how many people have.
const minBlob = 7

func (d *Document) hasWord(n Word) bool {
	for _, p := range PartsOf(n.Field) {
		if d.part(p).has(n) {
			return true
		}
	}
	return slices.ContainsFunc(n.IDs(), func(id Term) bool {
		if id.Field == PatchID && n.Form == Prefix {
			return hasPrefix(d.PatchIDs, id.Value)
		}
		return d.hasTerm(id)
	})
}

// hasTerm tells whether the mail has an exact value. Message-IDs must be the same in letter case too.
func (d *Document) hasTerm(n Term) bool {
	switch n.Field {
	case MsgID:
		return slices.Contains(d.MsgIDs, n.Value)
	case References:
		return slices.Contains(d.References, n.Value)
	case ListID:
		return slices.Contains(d.Lists, n.Value)
	case PreBlob:
		return hasPrefix(d.PreBlobs, n.Value)
	case PostBlob:
		return hasPrefix(d.PostBlobs, n.Value)
	case Blob:
		return hasPrefix(d.PreBlobs, n.Value) || hasPrefix(d.PostBlobs, n.Value)
	case PatchID:
		return slices.Contains(d.PatchIDs, n.Value)
	}
	return d.Tracked.has(n)
}

func hasPrefix(ids []string, prefix string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(id, prefix) })
}

// value is that of a field with ranges.
func (d *Document) value(f Field) (value int64, ok bool) {
	switch f {
	case Date:
		return d.Date.Unix(), true
	case Received:
		return d.Received.Unix(), true
	case Size:
		return d.Size, true
	case Version:
		return int64(d.Version), d.Version > 0
	}
	return 0, false
}

// has tells whether what the tracker knows is of a value.
func (t *Tracked) has(n Term) bool {
	switch n.Field {
	case State:
		return t.Role == track.RolePatch && string(t.State) == n.Value
	case Delegate:
		return t.Role == track.RolePatch && isDelegate(t.Delegate, n.Value)
	case Project:
		return strings.EqualFold(t.Project, n.Value)
	case Series:
		return t.Series > 0 && strconv.FormatInt(t.Series, 10) == n.Value
	case Is:
		return t.is(n.Value)
	case Check:
		return t.Role == track.RolePatch && hasCheck(t.Checks, n.Value)
	case Trailer:
		return slices.ContainsFunc(t.Trailers, func(given track.Trailer) bool { return isTrailer(given, n.Value) })
	}
	return false
}

func (t *Tracked) is(kind string) bool {
	switch kind {
	case "patch":
		return t.Role == track.RolePatch
	case "cover":
		return t.Role == track.RoleCover
	case "comment":
		return t.Role == track.RoleComment
	case "pull":
		return t.Role == track.RolePatch && t.Pull
	case "complete":
		return t.Series > 0 && t.Complete
	case "archived":
		return t.Role == track.RolePatch && t.Archived
	}
	return false
}

// isDelegate compares an address with a value: an address, the part of one before "@", or "nobody".
func isDelegate(address, value string) bool {
	address = strings.ToLower(address)
	local, _, _ := strings.Cut(address, "@")
	return address == value || local == value && value != "" || address == "" && value == nobody
}

// nobody is the delegate of a patch that has none.
const nobody = "nobody"

// hasCheck looks for a state, which is that of all checks together, a context, or a check of a context in a state.
func hasCheck(checks []track.Check, value string) bool {
	if state, ok := track.ParseCheckState(value); ok {
		return track.Count(checks).Combined() == state
	}
	context, wanted := value, ""
	if i := strings.LastIndexByte(value, '='); i >= 0 {
		context, wanted = value[:i], value[i+1:]
	}
	return slices.ContainsFunc(track.Newest(checks), func(c track.Check) bool {
		return strings.ToLower(c.Context) == context && (wanted == "" || c.State.String() == wanted)
	})
}

// isTrailer compares a trailer with KEY or KEY=WHO. Who is words that its value has directly one after the other; a
// key of "*" is any.
func isTrailer(given track.Trailer, value string) bool {
	key, who, _ := strings.Cut(value, "=")
	if key != "*" && strings.ToLower(given.Key) != key {
		return false
	}
	if who == "" {
		return true
	}
	words := queryWords(who)
	if len(words) == 0 {
		return false
	}
	phrase := Phrase{Words: words, Prefix: isLone(words[len(words)-1])}
	return newPartWords([]string{given.Value}).hasPhrase(phrase)
}

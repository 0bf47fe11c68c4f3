package search

// A Part is a place in a mail that has words. A phrase is looked for within one part.
type Part int

// The parts of a mail. Document says what goes into each.
const (
	PartSubject Part = iota
	PartFrom
	PartTo
	PartCc
	PartMsgID
	PartList
	PartText    // of the body, what is neither quoted nor a line of a diff
	PartQuoted  // of the body, the lines that begin with ">"
	PartFile    // names of attachments
	PartPath    // names of files in diffs
	PartRemoved // lines that diffs remove
	PartAdded   // lines that diffs add
	PartHunk    // what follows the second "@@": mostly the name of a function
	PartContext // lines that diffs leave alone

	Parts int = iota // how many there are
)

// A Field is what a query names before a colon. Each is of one kind: words, an exact value, or a range.
type Field int

// The fields with words.
const (
	AnyField  Field = iota // what a word means that names no field: m, s, f, b and n
	Subject                // s
	From                   // f
	To                     // t
	Cc                     // c
	ToCc                   // tc
	Addresses              // a
	Body                   // b
	BodySubj               // bs
	Unquoted               // nq: not only prose, the diff too, as in public-inbox
	Quoted                 // q
	FileName               // n
	MsgWords               // m
	ListWords              // l
	Path                   // dfn
	Removed                // dfa
	Added                  // dfb
	Hunk                   // dfhh
	Context                // dfctx
)

// The fields with exact values.
const (
	MsgID      Field = iota + 100 // mid
	ListID                        // lid
	References                    // references
	PreBlob                       // dfpre: a blob's id or its beginning, of 7 digits at least
	PostBlob                      // dfpost
	Blob                          // dfblob: either
	PatchID                       // patchid
	State                         // state
	Delegate                      // delegate
	Project                       // project
	Series                        // series
	Is                            // is
	Check                         // check
	Trailer                       // trailer
)

// The fields with ranges.
const (
	Date     Field = iota + 200 // d and dt, of the Date header; seconds since 1970
	Received                    // rt, of the topmost Received header; seconds since 1970
	Size                        // z, of the mail as it was delivered; bytes
	Version                     // version, of a patch, cover or series
)

// A fieldInfo is what is known of a field.
type fieldInfo struct {
	name   string
	field  Field
	parts  []Part // that have its words
	hasIDs bool   // a word of it may also be the id of a blob or of a patch
	joins  bool   // a mail may have several values, so those side by side mean all of them, and otherwise any
}

// infos is what is known of each field, by field; names leads to it by the name that a query writes.
var infos, names = indexFields(fields())

func indexFields(all []fieldInfo) (infos map[Field]fieldInfo, names map[string]fieldInfo) {
	infos, names = map[Field]fieldInfo{}, map[string]fieldInfo{}
	for _, info := range all {
		names[info.name] = info
		if _, known := infos[info.field]; !known {
			infos[info.field] = info
		}
	}
	delete(names, "")
	return infos, names
}

// String is the name of the field in a query; empty for AnyField.
func (f Field) String() string { return infos[f].name }

// PartsOf are the parts that have the words of a field.
func PartsOf(f Field) []Part { return infos[f].parts }

func (f Field) hasWords() bool { return f < MsgID }
func (f Field) isRange() bool  { return f >= Date }

// fields is every field that can be named. A name is here once; a field with two names is written by the first.
func fields() []fieldInfo {
	unquoted := []Part{PartText, PartPath, PartRemoved, PartAdded, PartHunk, PartContext}
	body := append(unquoted[:len(unquoted):len(unquoted)], PartQuoted)
	return []fieldInfo{
		{field: AnyField, parts: append([]Part{PartMsgID, PartSubject, PartFrom, PartFile}, body...), hasIDs: true},
		{name: "s", field: Subject, parts: []Part{PartSubject}},
		{name: "f", field: From, parts: []Part{PartFrom}},
		{name: "t", field: To, parts: []Part{PartTo}},
		{name: "c", field: Cc, parts: []Part{PartCc}},
		{name: "tc", field: ToCc, parts: []Part{PartTo, PartCc}},
		{name: "a", field: Addresses, parts: []Part{PartTo, PartCc, PartFrom}},
		{name: "tcf", field: Addresses, parts: []Part{PartTo, PartCc, PartFrom}},
		{name: "b", field: Body, parts: body, hasIDs: true},
		{name: "bs", field: BodySubj, parts: append(body[:len(body):len(body)], PartSubject), hasIDs: true},
		{name: "nq", field: Unquoted, parts: unquoted, hasIDs: true},
		{name: "q", field: Quoted, parts: []Part{PartQuoted}},
		{name: "n", field: FileName, parts: []Part{PartFile}},
		{name: "m", field: MsgWords, parts: []Part{PartMsgID}},
		{name: "l", field: ListWords, parts: []Part{PartList}},
		{name: "dfn", field: Path, parts: []Part{PartPath}},
		{name: "dfa", field: Removed, parts: []Part{PartRemoved}},
		{name: "dfb", field: Added, parts: []Part{PartAdded}},
		{name: "dfhh", field: Hunk, parts: []Part{PartHunk}},
		{name: "dfctx", field: Context, parts: []Part{PartContext}},

		{name: "mid", field: MsgID},
		{name: "lid", field: ListID},
		{name: "references", field: References},
		{name: "dfpre", field: PreBlob},
		{name: "dfpost", field: PostBlob},
		{name: "dfblob", field: Blob},
		{name: "patchid", field: PatchID},
		{name: "state", field: State},
		{name: "delegate", field: Delegate},
		{name: "project", field: Project},
		{name: "series", field: Series},
		{name: "is", field: Is, joins: true},
		{name: "check", field: Check, joins: true},
		{name: "trailer", field: Trailer, joins: true},

		{name: "dt", field: Date},
		{name: "d", field: Date},
		{name: "rt", field: Received},
		{name: "z", field: Size},
		{name: "version", field: Version},
	}
}

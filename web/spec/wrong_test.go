package spec

// fault is a place where Patchwork's files say something else than a running Patchwork does, whose answers clients have
// learned from. It is put right before answers are held against the files.
type fault struct {
	schemas []string // by name
	path    []string // in each of them
	as      any      // what is right; nil: nothing is said there
	absent  bool     // the files do not have it at all
	before  string   // the version that has no such fault any more; empty: all have it
	reason  string
}

// wrong are all of them.
var wrong = []fault{
	{
		schemas: []string{"Project", "ProjectEmbedded"}, path: properties("web_url", "format"),
		reason: `URLs of a project that are not set are sent as "", which is no URI`,
	},
	{schemas: []string{"Project", "ProjectEmbedded"}, path: properties("scm_url", "format"), reason: "as web_url"},
	{schemas: []string{"Project", "ProjectEmbedded"}, path: properties("webscm_url", "format"), reason: "as web_url"},
	{
		schemas: []string{"Project", "ProjectEmbedded"}, path: properties("list_archive_url"),
		as: text, reason: `where it is not set it is "", never null`,
	},
	{
		schemas: []string{"Project", "ProjectEmbedded"}, path: properties("list_archive_url_format"),
		as: text, reason: "as list_archive_url; and {} in it is no part of a URI",
	},
	{
		schemas: []string{"User", "UserDetail", "UserEmbedded"}, path: properties("email", "format"),
		reason: `a user without an address has "", as Django keeps it`,
	},
	{
		schemas: []string{"User", "UserDetail", "UserEmbedded"}, path: properties("email", "minLength"),
		reason: "as its format",
	},
	{
		schemas: []string{"Series"}, path: properties("cover_letter"),
		as:     map[string]any{"anyOf": []any{null, map[string]any{"$ref": "#/components/schemas/CoverEmbedded"}}},
		reason: "a series without a cover has null: 4,933 times in recorded answers",
	},
	{
		schemas: []string{"CoverEmbedded"}, path: properties("mbox"), before: "1.1",
		reason: "a cover that is part of something else has an mbox since 1.1",
	},
	{
		schemas: []string{"EventBase"}, path: properties("actor"), absent: true, before: "1.2",
		as:     map[string]any{"anyOf": []any{null, map[string]any{"$ref": "#/components/schemas/UserEmbedded"}}},
		reason: "every version sends the actor",
	},
	{
		schemas: []string{"CommentEmbedded"}, path: properties("name"),
		reason: "a comment has no name where an event names it",
	},
	{
		schemas: []string{"PatchList", "PatchDetail"}, path: properties("hash", "type"), as: textOrNull,
		reason: "a pull request has no diff, so null for both",
	},
	{schemas: []string{"PatchDetail"}, path: properties("diff", "type"), as: textOrNull, reason: "as hash"},
	{
		schemas: []string{"Person", "PersonEmbedded"}, path: properties("name", "type"), as: textOrNull,
		reason: "somebody who gives no name has null",
	},
	{
		schemas: []string{"ErrorProjectUpdate"}, path: []string{"properties"},
		as: sentences("web_url", "scm_url", "webscm_url", "list_archive_url", "list_archive_url_format",
			"commit_url_format"),
		reason: "what is wrong with a field is always a list of sentences",
	},
	{
		schemas: []string{"ErrorUserUpdate"}, path: []string{"properties"}, as: sentences("first_name", "last_name"),
		reason: "as of projects",
	},
	{
		schemas: []string{"PatchDetail", "CoverDetail", "Comment"}, path: properties("headers"), as: headers,
		reason: "a header that is there once is a string, one that is there more often an array, side by side",
	},
	{
		schemas: []string{"PatchList", "PatchDetail", "PatchEmbedded"}, path: properties("name", "minLength"),
		reason: "of patchwatch: mail without a subject is kept, which Patchwork drops",
	},
	{
		schemas: []string{"Person", "PersonEmbedded"}, path: properties("email", "format"),
		reason: "of patchwatch: mail without a sender is kept, which Patchwork drops",
	},
	{schemas: []string{"Person", "PersonEmbedded"}, path: properties("email", "minLength"), reason: "as its format"},
	{
		schemas: []string{"Project", "ProjectEmbedded"}, path: properties("list_email", "format"),
		reason: "of patchwatch: the address of a list need not be known",
	},
	{
		schemas: []string{"Project", "ProjectEmbedded"}, path: properties("list_email", "minLength"),
		reason: "as its format",
	},
}

func properties(path ...string) []string { return append([]string{"properties"}, path...) }

var (
	null       = map[string]any{"type": "null"}
	text       = map[string]any{"type": "string"}
	textOrNull = []any{"null", "string"}
	headers    = map[string]any{"type": "object", "additionalProperties": map[string]any{
		"anyOf": []any{text, map[string]any{"type": "array", "items": text}},
	}}
)

// sentences are properties of which each is a list of sentences.
func sentences(names ...string) map[string]any {
	all := map[string]any{}
	for _, name := range names {
		all[name] = map[string]any{"type": "array", "items": text}
	}
	return all
}

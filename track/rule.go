package track

import (
	"regexp"
	"sort"
	"strings"
)

// Rule says who looks after patches that touch certain files.
type Rule struct {
	Pattern  string // as fnmatch(3) has it: *, ?, [abc], [!abc]; * crosses /
	Delegate string // address, lower-cased
	Priority int    // the highest is asked first, then by pattern
}

// DelegateOf finds who looks after a patch that touches these files: for each file the first rule that matches. Nobody
// does when a file has no rule, or when two files have different people's: then somebody has to decide.
func DelegateOf(rules []Rule, files []string) string {
	rules = append([]Rule(nil), rules...)
	sort.SliceStable(rules, func(i, j int) bool {
		if rules[i].Priority != rules[j].Priority {
			return rules[i].Priority > rules[j].Priority
		}
		return rules[i].Pattern < rules[j].Pattern
	})
	who := ""
	for _, file := range files {
		found := firstMatch(rules, file)
		if found == "" || who != "" && found != who {
			return ""
		}
		who = found
	}
	return who
}

// First is the state and the delegate that a patch begins with: what its mail asks for, where the project lets mail ask,
// else new, and whoever its files belong to. A state that does not exist is not asked for.
func (p *Project) First(state, delegate string, files []string) (string, string) {
	first, ok := ParseState(state)
	if !ok || !p.MailStates {
		first = StateNew
	}
	if p.MailDelegates && strings.Contains(delegate, "@") {
		return first, strings.ToLower(delegate)
	}
	return first, DelegateOf(p.Rules, files)
}

func firstMatch(rules []Rule, file string) string {
	for _, r := range rules {
		if matchesFile(r.Pattern, file) {
			return r.Delegate
		}
	}
	return ""
}

func matchesFile(pattern, file string) bool {
	re, err := regexp.Compile(globRegexp(pattern))
	return err == nil && re.MatchString(file)
}

// globRegexp translates a pattern of fnmatch(3). A bracket that is not closed stands for itself.
func globRegexp(pattern string) string {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for i := 0; i < len(pattern); {
		switch c := pattern[i]; c {
		case '*':
			b.WriteString(`.*`)
			i++
		case '?':
			b.WriteString(`.`)
			i++
		case '[':
			set, n := globSet(pattern[i:])
			b.WriteString(set)
			i += n
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
			i++
		}
	}
	b.WriteString(`\z`)
	return b.String()
}

// globSet translates the bracket that pattern begins with, and says how long it is. A ] right behind the opening stands
// for itself.
func globSet(pattern string) (set string, n int) {
	body, not := pattern[1:], ""
	if strings.HasPrefix(body, "!") {
		body, not = body[1:], "^"
	}
	end := -1
	if len(body) > 1 {
		end = strings.IndexByte(body[1:], ']')
	}
	if end < 0 {
		return `\[`, 1
	}
	inside := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `^`, `\^`).Replace(body[:end+1])
	return "[" + not + inside + "]", len(pattern) - len(body) + end + 2
}

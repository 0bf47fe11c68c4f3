package track

import (
	"sort"
	"strings"
)

// Rule says who looks after patches that touch certain files.
type Rule struct {
	Pattern  string // as fnmatch(3) has it: *, ?, [abc], [!abc]; * crosses /
	Delegate string // address, lower-cased
	Priority int    // the highest is asked first, then by pattern
}

// Rules are the compiled rules of a project, in the order in which they are asked.
type Rules []compiledRule

type compiledRule struct {
	glob
	delegate string
}

// CompileRules compiles rules. It is called once for a project, and not for each patch: anybody can mail a patch with
// thousands of files.
func CompileRules(rules []Rule) Rules {
	rules = append([]Rule(nil), rules...)
	sort.SliceStable(rules, func(i, j int) bool {
		if rules[i].Priority != rules[j].Priority {
			return rules[i].Priority > rules[j].Priority
		}
		return rules[i].Pattern < rules[j].Pattern
	})
	out := make(Rules, 0, len(rules))
	for _, r := range rules {
		out = append(out, compiledRule{compileGlob(r.Pattern), r.Delegate})
	}
	return out
}

// DelegateOf finds who looks after a patch that touches these files: for each file the first rule that matches.
// Nobody does if a file has no rule, or if two files have different delegates: then somebody has to decide.
func (r Rules) DelegateOf(files []string) string {
	who := ""
	for _, file := range files {
		found := r.firstMatch(file)
		if found == "" || who != "" && found != who {
			return ""
		}
		who = found
	}
	return who
}

func (r Rules) firstMatch(file string) string {
	for _, rule := range r {
		if rule.matches(file) {
			return rule.delegate
		}
	}
	return ""
}

// FirstState is the state that a patch begins with: what its mail asks for, if the project lets mail ask and there is
// such a state; otherwise new.
func (p *Project) FirstState(asked string) State {
	if state, ok := ParseState(asked); ok && p.MailStates {
		return state
	}
	return StateNew
}

// StateOf is the state that a patch is in by itself: the one that somebody decided, otherwise the one it begins with.
func (p *Project) StateOf(asked string, decided *string) State {
	if decided != nil {
		return State(*decided)
	}
	return p.FirstState(asked)
}

// Delegates tells whether any patch of the project can begin with a delegate.
func (p *Project) Delegates() bool { return p.MailDelegates || len(p.Rules) > 0 }

// FirstDelegate is who looks after a patch at first: the one whom its mail asks for, if the project lets mail ask;
// otherwise the one whom the rules find for its files. It must not be called by several goroutines at once.
func (p *Project) FirstDelegate(asked string, files []string) string {
	if p.MailDelegates && strings.Contains(asked, "@") {
		return strings.ToLower(asked)
	}
	if p.compiled == nil {
		p.compiled = CompileRules(p.Rules)
	}
	return p.compiled.DelegateOf(files)
}

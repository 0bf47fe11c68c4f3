package track

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// Project is a mailing list whose patches are tracked.
type Project struct {
	ID           int64
	LinkName     string // short, unique; what commands call it
	ListID       string // of the List-Id header, lower-cased
	ListEmail    string // the list's address, lower-cased; empty if not known
	Name         string // for people
	SubjectMatch string // a regular expression that chooses among several projects on one list; empty: the rest
	OnSight      bool   // made because its mail came, not by a person

	// Anyone can write a header, so what mail asks for counts only where somebody has allowed it.
	MailStates    bool // X-Patchwork-State sets a patch's first state
	MailDelegates bool // X-Patchwork-Delegate sets its first delegate
	Rules         []Rule
	asked         Rules // Rules compiled; nil: not yet
}

// Router tells which project a mail belongs to.
type Router struct {
	projects []Project // by link name
	match    []*regexp.Regexp
}

// NewRouter compiles the projects' subject rules. The error names the project whose rule is not a regular expression.
func NewRouter(projects []Project) (*Router, error) {
	r := &Router{projects: append([]Project(nil), projects...)}
	sort.Slice(r.projects, func(i, j int) bool { return r.projects[i].LinkName < r.projects[j].LinkName })
	for _, p := range r.projects {
		re, err := CompileSubjectMatch(p.SubjectMatch)
		if err != nil {
			return nil, fmt.Errorf("project %s: %w", p.LinkName, err)
		}
		r.match = append(r.match, re)
	}
	return r, nil
}

// CompileSubjectMatch reads a project's subject rule: searched anywhere in the decoded subject, ignoring case. Nil
// for the empty rule.
func CompileSubjectMatch(rule string) (*regexp.Regexp, error) {
	if rule == "" {
		return nil, nil
	}
	re, err := regexp.Compile("(?im)" + rule)
	if err != nil {
		return nil, fmt.Errorf("subject rule: %w", err)
	}
	return re, nil
}

// Route finds the project of a mail: the one that a List-Id names (byList), else the one whose address is in To or Cc.
// A list's own header goes first, because a cross-posted mail has all the lists' addresses in every copy, and only
// List-Id says which list this copy came through. Nil if there is none.
func (r *Router) Route(m *Mail) (p *Project, byList bool) {
	for _, id := range m.ListIDs {
		if p := r.choose(m, func(p *Project) bool { return p.ListID == id }); p != nil {
			return p, true
		}
	}
	for _, address := range m.To {
		if p := r.choose(m, func(p *Project) bool { return p.ListEmail != "" && p.ListEmail == address }); p != nil {
			return p, false
		}
	}
	return nil, false
}

// choose takes, of the projects on one list, the first whose subject rule matches, else the one without a rule.
func (r *Router) choose(m *Mail, onList func(*Project) bool) *Project {
	var rest *Project
	for i := range r.projects {
		p := &r.projects[i]
		switch {
		case !onList(p):
		case r.match[i] == nil:
			if rest == nil {
				rest = p
			}
		case r.match[i].MatchString(m.Subject.Full):
			return p
		}
	}
	return rest
}

// OnSight makes a project of the first List-Id of a mail, for a newcomer who has configured none. The id must look
// like one (RFC 2919: a dotted name), because it becomes a link name; false if none does.
func OnSight(m *Mail) (Project, bool) {
	for _, id := range m.ListIDs {
		if listIDPattern.MatchString(id) {
			local, domain, _ := strings.Cut(id, ".")
			return Project{LinkName: id, ListID: id, ListEmail: local + "@" + domain, Name: id, OnSight: true}, true
		}
	}
	return Project{}, false
}

var listIDPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_+-]*(\.[a-z0-9_+-]+)+$`)

// Sender is who a project takes for the sender of a mail: the person behind a From that the list itself has rewritten
// (as lists do for the sake of DMARC), else From.
func (p *Project) Sender(m *Mail) Person {
	if m.Behind != nil && p.ListEmail != "" && strings.EqualFold(m.From.Email, p.ListEmail) {
		return *m.Behind
	}
	return m.From
}

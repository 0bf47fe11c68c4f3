package track

import (
	"fmt"
	"regexp"
	"slices"
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

	WebURL               string
	ScmURL               string // of the repository
	WebScmURL            string // where it is looked at
	ListArchiveURL       string
	ListArchiveURLFormat string // of a mail there: {} stands for its Message-ID without <>
	CommitURLFormat      string // of a commit: {} stands for its name
	Private              bool   // only its maintainers and administrators see it
	ShowDependencies     bool   // the API tells which series depend on which
	Supersede            bool   // where a newer version is complete, open patches of older ones show as superseded

	// Anyone can write a header, so what mail asks for counts only where somebody has allowed it.
	MailStates    bool // X-Patchwork-State sets a patch's first state
	MailDelegates bool // X-Patchwork-Delegate sets its first delegate
	Rules         []Rule
	compiled      Rules // Rules compiled; nil: not yet
}

// Router tells which project a mail belongs to. The cost of that does not grow with the number of projects.
type Router struct {
	byID      map[int64]*Project
	byList    map[string][]candidate // by list id, each in order of link names
	byAddress map[string][]candidate // by list address, likewise
}

// candidate is a project with its subject rule.
type candidate struct {
	*Project
	match *regexp.Regexp // nil: it takes what no rule matches
}

// NewRouter compiles the projects' subject rules. The error names the project whose rule is not a regular expression.
func NewRouter(projects []Project) (*Router, error) {
	r := &Router{byID: map[int64]*Project{}, byList: map[string][]candidate{}, byAddress: map[string][]candidate{}}
	for _, p := range projects {
		if err := r.Add(p); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Add makes the router know one more project.
func (r *Router) Add(p Project) error {
	match, err := CompileSubjectMatch(p.SubjectMatch)
	if err != nil {
		return fmt.Errorf("project %s: %w", p.LinkName, err)
	}
	n := candidate{&p, match}
	r.byID[p.ID] = n.Project
	r.byList[p.ListID] = insert(r.byList[p.ListID], n)
	if p.ListEmail != "" {
		r.byAddress[p.ListEmail] = insert(r.byAddress[p.ListEmail], n)
	}
	return nil
}

func insert(list []candidate, n candidate) []candidate {
	at, _ := slices.BinarySearchFunc(list, n, func(a, b candidate) int {
		return strings.Compare(a.LinkName, b.LinkName)
	})
	return slices.Insert(list, at, n)
}

// Project of that number; nil if there is none.
func (r *Router) Project(id int64) *Project { return r.byID[id] }

// OfList is the first project, by link name, with that list id; nil if there is none.
func (r *Router) OfList(id string) *Project {
	if list := r.byList[id]; len(list) > 0 {
		return list[0].Project
	}
	return nil
}

// CompileSubjectMatch compiles the subject rule of a project, which is searched for anywhere in the decoded subject,
// ignoring case. It returns nil for the empty rule.
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

// Route finds the project of a mail. That is the project which a List-Id, or the list whose archive the mail came in,
// names (byList); otherwise the one whose address is in To or Cc. A list's own header comes first: every copy of a
// cross-posted mail has the addresses of all lists, and only List-Id says which list this copy came through. Route
// returns nil if there is no such project.
func (r *Router) Route(m *Mail) (p *Project, byList bool) {
	for _, id := range m.Lists() {
		if p := choose(r.byList[id], m); p != nil {
			return p, true
		}
	}
	for _, address := range m.To {
		if p := choose(r.byAddress[address], m); p != nil {
			return p, false
		}
	}
	return nil, false
}

// choose takes, of the projects on one list, the first whose subject rule matches; otherwise the first without a
// rule.
func choose(onList []candidate, m *Mail) *Project {
	var rest *Project
	for _, p := range onList {
		switch {
		case p.match == nil:
			if rest == nil {
				rest = p.Project
			}
		case p.match.MatchString(m.Subject.Full):
			return p.Project
		}
	}
	return rest
}

// MaxOnSight is how many projects are made on sight. Anybody can write a List-Id, and everybody who lists projects
// sees them. A newcomer with more lists than this has to name them.
const MaxOnSight = 1000

// MaxListID is RFC 2919's bound: "the length of the list identifier ... MUST NOT exceed 255 octets".
const MaxListID = 255

// OnSight makes a project of the first List-Id of a mail, for a newcomer who has configured none. The id becomes a
// link name, so it must look like one (RFC 2919: a dotted name of at most 255 bytes). OnSight returns false if no id
// does.
func OnSight(m *Mail) (Project, bool) {
	for _, id := range m.Lists() {
		if len(id) <= MaxListID && listIDPattern.MatchString(id) {
			local, domain, _ := strings.Cut(id, ".")
			return Project{LinkName: id, ListID: id, ListEmail: local + "@" + domain, Name: id, OnSight: true}, true
		}
	}
	return Project{}, false
}

var listIDPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_+-]*(\.[a-z0-9_+-]+)+$`)

// Sender is whom a project takes for the sender of a mail: RealSender if the list itself has rewritten From (as lists
// do because of DMARC) or if From is a relay's; otherwise From. Under any other From the claims of other fields count
// for nothing, since anybody can write them.
func (p *Project) Sender(m *Mail) Person {
	if m.RealSender != nil && (m.Relayed || p.ListEmail != "" && strings.EqualFold(m.From.Email, p.ListEmail)) {
		return *m.RealSender
	}
	return m.From
}

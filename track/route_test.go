package track

import "testing"

var routed = []Project{
	{LinkName: "test", ListID: "test.example.com", ListEmail: "test@example.com"},
	{LinkName: "keyword", ListID: "rules.example.com", SubjectMatch: "keyword"},
	{LinkName: "project-x", ListID: "rules.example.com", SubjectMatch: `.*PROJECT[\s]?X.*`},
	{LinkName: "rest", ListID: "rules.example.com", ListEmail: "rules@example.com"},
}

func TestRoute(t *testing.T) {
	rules := []string{"rules.example.com"}
	for _, c := range []struct {
		name    string
		listIDs []string
		to      []string
		subject string
		want    string
	}{
		{"no header", nil, nil, "", ""},
		{"an id that is part of another", []string{"example.com"}, nil, "", ""},
		{"its id", []string{"test.example.com"}, nil, "", "test"},
		{"unknown", []string{"other.example.com"}, nil, "", ""},
		{"the second header knows", []string{"other.example.com", "test.example.com"}, nil, "", "test"},
		{"a rule", rules, nil, "[PATCH PROJECT X subsystem] x", "project-x"},
		{"the rule with something glued to it", rules, nil, "[PATCH PROJECTX another] x", "project-x"},
		{"letter case", rules, nil, "[PATCH projectx] x", "project-x"},
		{"another rule", rules, nil, "[PATCH keyword] subsystem", "keyword"},
		{"two rules match: the first by link name", rules, nil, "[PATCH PROJECT X keyword] x", "keyword"},
		{"no rule matches", rules, nil, "[PATCH unknown project] x", "rest"},
		{"nearly", rules, nil, "[PATCH NOT-PROJECT-X] x", "rest"},
		{"by address", nil, []string{"who@example.com", "test@example.com"}, "", "test"},
		{"by address, with a rule beside it", nil, []string{"rules@example.com"}, "[PATCH keyword] x", "rest"},
		{"the list goes before an address", []string{"test.example.com"}, []string{"rules@example.com"}, "", "test"},
		{"an unknown list and a known address", []string{"other.example.com"}, []string{"test@example.com"}, "", "test"},
	} {
		r, err := NewRouter(routed)
		if err != nil {
			t.Fatal(err)
		}
		p, byList := r.Route(&Mail{ListIDs: c.listIDs, To: c.to, Subject: Subject{Full: c.subject}})
		got := ""
		if p != nil {
			got = p.LinkName
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if wantByList := got != "" && c.to == nil || c.name == "the list goes before an address"; byList != wantByList {
			t.Errorf("%s: by its list: %v", c.name, byList)
		}
	}
}

func TestRouterRefusesABadRule(t *testing.T) {
	if _, err := NewRouter([]Project{{LinkName: "p", SubjectMatch: "("}}); err == nil {
		t.Error("a rule that is no regular expression was taken")
	}
}

func TestSender(t *testing.T) {
	p := &Project{ListEmail: "test@example.com"}
	real, list := Person{"Real", "real@example.org"}, Person{"Real via list", "Test@example.com"}
	for _, c := range []struct {
		name string
		mail Mail
		want Person
	}{
		{"as it says", Mail{From: real, RealSender: &Person{"No", "no@example.org"}}, real},
		{"behind the list", Mail{From: list, RealSender: &real}, real},
		{"the list itself", Mail{From: list}, list},
		{"behind a relay", Mail{From: Person{"Real via Relay", "devnull+real.example.org@x.org"},
			RealSender: &real, Relayed: true}, real},
	} {
		if got := p.Sender(&c.mail); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

package web_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestScripts runs testdata/script/*.txt, each against a server of its own. A line is one of
//
//	as USER                      who asks from here on; as nobody: nobody has logged in
//	send NAME: VALUE             a header of the next request
//	GET URL, HEAD URL            a request
//	POST URL FORM                a form that is sent
//	code == N                    what the answer is: its status
//	to == URL, to contains TEXT  where it leads
//	NAME contains TEXT           its header NAME; NAME lacks TEXT
//	body contains TEXT           its text; body lacks TEXT, body ~ REGEXP
//	get the page                 the request for where it leads
//
// {NAME} stands for the number of a mail of the town, or of a user. What begins with "#" says what it is about.
func TestScripts(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/script/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal("there are no scripts: ", err)
	}
	for _, name := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			r := &scriptRun{s: newWhole(t)}
			for n, line := range strings.Split(string(text), "\n") {
				if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
					continue
				}
				if problem := r.line(r.s.in(line)); problem != "" {
					t.Errorf("%s:%d: %s: %s", name, n+1, line, problem)
				}
			}
		})
	}
}

// scriptRun is a script that is being run.
type scriptRun struct {
	s      *whole
	as     string
	header []string
	w      *httptest.ResponseRecorder // the last answer
}

// line does what a line says, and tells what is wrong.
func (r *scriptRun) line(line string) (problem string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "as":
		r.as = strings.TrimPrefix(rest, "nobody")
		return ""
	case "send":
		name, value, _ := strings.Cut(rest, ": ")
		r.header = append(r.header, name, value)
		return ""
	case "GET", "HEAD", "POST":
		url, form, _ := strings.Cut(rest, " ")
		r.ask(word, url, form)
		return ""
	case "get":
		r.ask("GET", r.w.Header().Get("Location"), "")
		return ""
	}
	how, want, _ := strings.Cut(rest, " ")
	got := r.part(word)
	holds := false
	switch how {
	case "==":
		holds = got == want
	case "contains":
		holds = strings.Contains(got, want)
	case "lacks":
		holds = !strings.Contains(got, want)
	case "~":
		holds = regexp.MustCompile(want).MatchString(got)
	default:
		return "this says nothing"
	}
	if holds {
		return ""
	}
	return fmt.Sprintf("it is %q", got)
}

func (r *scriptRun) ask(method, url, form string) {
	r.w = r.s.do(r.as, method, url, form, append(r.header, "Accept", "text/html")...)
	r.header = nil
}

// part is what a line is about.
func (r *scriptRun) part(of string) string {
	switch of {
	case "code":
		return fmt.Sprint(r.w.Code)
	case "to":
		return r.w.Header().Get("Location")
	case "body":
		return r.w.Body.String()
	}
	return r.w.Header().Get(of)
}

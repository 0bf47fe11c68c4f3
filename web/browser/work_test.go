package browser

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// The Message-IDs of the sample that tests know.
const (
	coverV1  = "cover.1791400502.git.bjorn@example.com"
	secondV1 = "d58366e355ac9596c20be51e6487007815446c60.1791400502.git.bjorn@example.com"
	coverV2  = "cover.1792089611.git.bjorn@example.com"
	secondV2 = "3b48e8835f703f7a7b98bb7adbc4c3142ddea006.1792089611.git.bjorn@example.com"
	reviewed = "20261006091210.25091-1-priya@example.com" // a patch with a remark on a line
	remark   = "ahR7k2VennQx1@ada.example.org"
	partial  = "20261023153000.18140-0-t.ohara@example.net" // the cover of a series of which a patch is missing
	binary   = "20261101092002.15152-3-ada.venn@example.org"
	escapes  = "mallory.1@example.net"
	hidden   = "f01ba4e2-0b1f-4f4c-8b7e-d1e000000001@example.net"
	hostile  = "hostile-01@example.org"
	wide     = "hostile-11@example.org"

	attachments = "hostile-05@example.org"
)

// numbersAt are the numbers that URLs need, by name, as the API tells them.
func numbersAt(base string) (map[string]int64, error) {
	all := map[string]int64{}
	for name, at := range map[string]string{
		"v1": "covers/?msgid=" + coverV1, "v2": "covers/?msgid=" + coverV2, "partial": "covers/?msgid=" + partial,
		"patch": "patches/?msgid=" + secondV2, "hostile": "patches/?msgid=" + hostile, "remark": "patches/?msgid=" + reviewed,
	} {
		r, err := http.Get(base + "/api/1.3/" + at)
		if err != nil {
			return nil, err
		}
		var found []struct{ ID int64 }
		err = json.NewDecoder(r.Body).Decode(&found)
		r.Body.Close()
		if err != nil || len(found) != 1 {
			return nil, cmp.Or(err, fmt.Errorf("%s: %s: found %d", at, r.Status, len(found)))
		}
		all[name] = found[0].ID
	}
	return all, nil
}

// decide has people and programs do something about the mail before a test begins.
func (s *sample) decide() error {
	series := func(name string) string { return fmt.Sprintf("s%d", s.numbers[name]) }
	for _, c := range [][]string{
		{"check-result", series("v2"), "success", "--context", "build", "--user", "bot", "--url", "https://ci.example.org/1"},
		{"check-result", secondV2, "fail", "--context", "tests", "--user", "bot", "--description", "1 of 3 failed"},
		{"check-result", hostile, "fail", "--context", "xss-canary", "--user", "bot", "--description", "<xss-canary onclick=alert(1)>"},
		{"delegate", series("v2"), maintainer},
		{"bundle", "create", "for-next", series("v2"), "--owner", maintainer, "--public"},
		{"hide", hidden},
		{"bundle", "create", "\"><xss-canary>", hostile, "--owner", maintainer, "--public"},
	} {
		if _, err := s.run(c...); err != nil {
			return err
		}
	}
	link, err := s.run("user", "add", "newcomer")
	if err != nil {
		return err
	}
	_, s.welcome, _ = strings.Cut(link, "/user/welcome/")
	s.welcome = "/user/welcome/" + strings.TrimSpace(s.welcome)
	return nil
}

// people have accounts.
var people = map[string][]string{
	maintainer: {"--email", "ada.venn@example.org", "--first-name", "Ada", "--last-name", "Venn",
		"--maintainer", "frob", "--maintainer", "widgets", "--maintainer", "hostile"},
	admin: {"--admin"},
	"bot": {"--maintainer", "frob", "--maintainer", "hostile"},
}

// logInAll makes the accounts, and begins a session for each.
func (s *sample) logInAll(base string) error {
	for name, flags := range people {
		if _, err := s.runOn(password+"\n", append([]string{"user", "add", name, "--password-stdin"}, flags...)...); err != nil {
			return err
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			return err
		}
		client := http.Client{Jar: jar}
		r, err := client.PostForm(base+"/user/login/", url.Values{"username": {name}, "password": {password}})
		if err != nil {
			return err
		}
		r.Body.Close()
		cookies := jar.Cookies(r.Request.URL)
		if len(cookies) != 1 {
			return fmt.Errorf("logging in as %s: %s, and %d cookies", name, r.Status, len(cookies))
		}
		s.cookies[name] = cookies[0].Name + "=" + cookies[0].Value
	}
	return nil
}

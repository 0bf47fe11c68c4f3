package adopt

import (
	"strings"
	"time"

	"patchwatch/track"
)

// Rows of Patchwork's API, with those fields that are read. A field that is null or not there is empty.

type user struct {
	ID        int64  `json:"id"`
	Username  string `json:"username"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email"`
}

func (u *user) adopted() *track.AdoptedUser {
	if u == nil || u.ID == 0 {
		return nil
	}
	return &track.AdoptedUser{Number: u.ID, Name: u.Username, FirstName: u.FirstName, LastName: u.LastName, Email: u.Email}
}

type person struct {
	ID    int64  `json:"id"`
	Email string `json:"email"`
}

type project struct {
	ID                   int64  `json:"id"`
	Name                 string `json:"name"`
	LinkName             string `json:"link_name"`
	ListID               string `json:"list_id"`
	ListEmail            string `json:"list_email"`
	WebURL               string `json:"web_url"`
	ScmURL               string `json:"scm_url"`
	WebScmURL            string `json:"webscm_url"`
	ListArchiveURL       string `json:"list_archive_url"`
	ListArchiveURLFormat string `json:"list_archive_url_format"`
	CommitURLFormat      string `json:"commit_url_format"`
	SubjectMatch         string `json:"subject_match"`
	ShowDependencies     bool   `json:"show_dependencies"`
	Maintainers          []user `json:"maintainers"`
}

// mail is a patch, cover or comment where it is named beside something else.
type mail struct {
	ID    int64  `json:"id"`
	MsgID string `json:"msgid"`
}

type patch struct {
	mail
	State     string `json:"state"`
	Archived  bool   `json:"archived"`
	CommitRef string `json:"commit_ref"`
	PullURL   string `json:"pull_url"`
	Delegate  *user  `json:"delegate"`
	Submitter person `json:"submitter"`
	Check     string `json:"check"`
	Related   []mail `json:"related"`
}

type cover struct {
	mail
	Submitter person `json:"submitter"`
}

type comment struct {
	mail
	Submitter person `json:"submitter"`
	Addressed *bool  `json:"addressed"`
}

type series struct {
	ID      int64  `json:"id"`
	Cover   *mail  `json:"cover_letter"`
	Patches []mail `json:"patches"`
}

// adopted names a series by its cover, else by its first patch.
func (s *series) adopted() track.AdoptedNumber {
	n := track.AdoptedNumber{Number: s.ID}
	switch {
	case s.Cover != nil:
		n.MsgID = msgID(s.Cover.MsgID)
	case len(s.Patches) > 0:
		n.MsgID = msgID(s.Patches[0].MsgID)
	}
	return n
}

type bundle struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Public  bool   `json:"public"`
	Owner   *user  `json:"owner"`
	Patches []mail `json:"patches"`
}

type check struct {
	ID          int64  `json:"id"`
	User        *user  `json:"user"`
	Date        string `json:"date"`
	State       string `json:"state"`
	Context     string `json:"context"`
	TargetURL   string `json:"target_url"`
	Description string `json:"description"`
}

func (c *check) adopted() track.AdoptedCheck {
	out := track.AdoptedCheck{Number: c.ID, User: c.User.adopted(), Date: parseDate(c.Date), Context: c.Context,
		TargetURL: c.TargetURL, Description: c.Description, State: -1}
	if state, ok := track.ParseCheckState(c.State); ok {
		out.State = state
	}
	if !isLink(c.TargetURL) {
		out.TargetURL = ""
	}
	return out
}

// isLink tells whether a browser may be led there: not to javascript:, for one.
func isLink(text string) bool {
	scheme, _, ok := strings.Cut(strings.ToLower(text), "://")
	return ok && (scheme == "http" || scheme == "https" || scheme == "ftp" || scheme == "ftps")
}

type event struct {
	ID       int64  `json:"id"`
	Category string `json:"category"`
	Date     string `json:"date"`
	Actor    *user  `json:"actor"`
	Payload  struct {
		Patch *mail `json:"patch"`
		Cover *mail `json:"cover"`
	} `json:"payload"`
}

func (r project) number() int64 { return r.ID }
func (r mail) number() int64    { return r.ID }
func (r series) number() int64  { return r.ID }
func (r bundle) number() int64  { return r.ID }
func (r check) number() int64   { return r.ID }
func (r event) number() int64   { return r.ID }

// msgID is a Message-ID as it is stored here.
func msgID(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsRune(text, 0) {
		return ""
	}
	return track.BoundID(text)
}

// parseDate reads a date of the API. It has no zone: Patchwork means that of the server, which is UTC nearly always.
func parseDate(text string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05.999999999", strings.TrimSuffix(text, "Z"))
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

package admin

import (
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/auth"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// usersPage lists accounts, and has a form for a new one.
type usersPage struct {
	layout.Page
	Users []userRow
	New   userForm
}

type userRow struct {
	Name, Person, URL string
	Emails            []string
	Admin, Disabled   bool
	Maintains         []layout.Link
	Made              time.Time
}

func (c *call) users() (*shown, error) { return c.usersShown("", &track.User{}) }

func (c *call) usersShown(problem string, draft *track.User) (*shown, error) {
	p := &usersPage{Page: layout.Page{Title: "Users", Problem: problem}, New: c.userForm(draft)}
	for i := range c.World.Users {
		p.Users = append(p.Users, c.userRow(&c.World.Users[i]))
	}
	order.By(p.Users, func(a, b userRow) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return &shown{template: "users", page: p}, nil
}

func (c *call) userRow(u *track.User) userRow {
	row := userRow{
		Name: mailtext.Visible(u.Name), Person: mailtext.Visible(strings.TrimSpace(u.FirstName + " " + u.LastName)),
		URL: c.at(fmt.Sprintf("users/%d/", u.ID)), Admin: u.Admin, Disabled: u.Disabled, Made: u.Made,
	}
	for _, e := range u.Emails {
		row.Emails = append(row.Emails, mailtext.Visible(e))
	}
	for _, id := range u.Maintains {
		if of := c.World.Project(id); of != nil {
			at := layout.Prefix(c.Links.Base) + "/project/" + of.LinkName + "/"
			row.Maintains = append(row.Maintains, layout.Link{Text: mailtext.Visible(of.LinkName), URL: at})
		}
	}
	return row
}

// userForm has the fields of an account.
type userForm struct {
	Name, First, Last, Emails string
	Projects                  []box
}

// box is one of those that can be ticked.
type box struct {
	Value, Text string
	Ticked      bool
}

func (c *call) userForm(u *track.User) userForm {
	f := userForm{Name: u.Name, First: u.FirstName, Last: u.LastName, Emails: strings.Join(u.Emails, " ")}
	for i := range c.World.Projects {
		of := &c.World.Projects[i]
		f.Projects = append(f.Projects, box{
			strconv.FormatInt(of.ID, 10), mailtext.Visible(of.LinkName), slices.Contains(u.Maintains, of.ID),
		})
	}
	return f
}

// readUser takes what the form says into an account, and tells what is wrong with it. A project that is not tracked any
// more stays the account's.
func (c *call) readUser(u *track.User) (problem string) {
	u.FirstName = strings.TrimSpace(c.R.PostFormValue("first"))
	u.LastName = strings.TrimSpace(c.R.PostFormValue("last"))
	u.Emails = nil
	for _, text := range strings.FieldsFunc(c.R.PostFormValue("emails"), func(r rune) bool {
		return r == ' ' || r == ',' || r == '\n' || r == '\r' || r == '\t'
	}) {
		address, err := mail.ParseAddress(text)
		if err != nil {
			problem = "This is no address: " + mailtext.Visible(text)
			u.Emails = append(u.Emails, text)
			continue
		}
		u.Emails = append(u.Emails, strings.ToLower(address.Address))
	}
	u.Maintains = slices.DeleteFunc(slices.Clone(u.Maintains), func(id int64) bool { return c.World.Project(id) != nil })
	for _, text := range c.R.PostForm["project"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || c.World.Project(id) == nil {
			return "A project that was chosen is not tracked any more."
		}
		u.Maintains = append(u.Maintains, id)
	}
	if len(u.FirstName) > 150 || len(u.LastName) > 150 {
		return "A name has at most 150 bytes."
	}
	return problem
}

// errBrowser is for those who come with a token or a password in each request: whoever has one of these must not be
// able to make a way in that outlasts it.
var errBrowser = refusal(http.StatusForbidden, "Accounts are changed in a browser, or by the patchwatch user command.")

func (c *call) byToken() bool { return c.R.Header.Get("Authorization") != "" }

// addUser makes an account, and shows the link by which the person sets a password.
func (c *call) addUser() (*done, error) {
	if c.byToken() {
		return nil, errBrowser
	}
	u := track.User{Name: strings.TrimSpace(c.R.PostFormValue("name")), PerPage: 100} // as Patchwork makes them
	problem := c.readUser(&u)
	if problem == "" && !track.IsAccountName(u.Name) {
		problem = "A name has letters, digits and @ . + - _ only, at most 150 of them."
	}
	if problem == "" {
		added, err := c.Store.AddUser(c.Ctx(), c.Viewer.Actor(), u)
		if err == nil {
			return c.invite(&added)
		}
		if !errors.Is(err, engine.ErrConflict) {
			return nil, err
		}
		problem = sentence(err)
	}
	s, err := c.usersShown(problem, &u)
	if err != nil {
		return nil, err
	}
	s.status = http.StatusBadRequest
	return &done{page: s}, nil
}

// invite makes a link by which somebody sets a password, and shows it this once.
func (c *call) invite(u *track.User) (*done, error) {
	path, err := auth.Invite(c.Ctx(), c.Store, c.Viewer.Actor(), u.ID, time.Now())
	if err != nil {
		return nil, err
	}
	s, err := c.userShown(u, layout.Page{})
	if err != nil {
		return nil, err
	}
	s.page.(*userPage).Invitation = c.Links.Base + path
	return &done{page: s}, nil
}

// userPage is an account.
type userPage struct {
	layout.Page
	Who        userRow
	Form       userForm
	Own        bool   // it is the viewer's
	Invitation string // a link that is shown this once
	Log        string
}

// userSaid is what the page says after a form was sent; undo is the action that takes it back.
var userSaid = map[string]struct{ sentence, undo string }{
	"save":    {"The account is changed.", ""},
	"disable": {"The account is disabled, and its sessions have ended.", "enable"},
	"enable":  {"The account is enabled.", "disable"}, "admin": {"The user may change everything.", "no-admin"},
	"no-admin": {"The user is no administrator any more.", "admin"},
}

func (c *call) user() (*shown, error) {
	u, err := c.named()
	if err != nil {
		return nil, err
	}
	var f layout.Page
	if said, ok := userSaid[c.R.URL.Query().Get("done")]; ok {
		f.Done = said.sentence
		if said.undo != "" {
			f.Undo = &layout.Undo{URL: c.at(fmt.Sprintf("users/%d/", u.ID)), Name: "action", Value: said.undo}
		}
	}
	return c.userShown(u, f)
}

// named is the account in the URL.
func (c *call) named() (*track.User, error) {
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	u := c.World.User(id)
	if u == nil {
		return nil, refusal(http.StatusNotFound, "Not found.")
	}
	return u, nil
}

func (c *call) userShown(u *track.User, f layout.Page) (*shown, error) {
	f.Title = mailtext.Visible(u.Name)
	p := &userPage{
		Page: f, Who: c.userRow(u), Form: c.userForm(u), Own: u.ID == c.Viewer.User.ID,
		Log: c.at("log/?who=") + url.QueryEscape(string(u.Actor())),
	}
	return &shown{template: "user", page: p}, nil
}

// changeUser does what a form of the page of an account says.
func (c *call) changeUser() (*done, error) {
	is, err := c.named()
	if err != nil {
		return nil, err
	}
	if c.byToken() {
		return nil, errBrowser
	}
	u, action, own := *is, c.R.PostFormValue("action"), is.ID == c.Viewer.User.ID
	switch action {
	case "link":
		if u.Disabled {
			return nil, refusal(http.StatusConflict, "The account is disabled: enable it first.")
		}
		return c.invite(&u)
	case "save":
		if problem := c.readUser(&u); problem != "" {
			return c.refuseUser(&u, problem)
		}
	case "disable", "no-admin":
		if own {
			return nil, refusal(http.StatusConflict, "You would lock yourself out: patchwatch user does it all the same.")
		}
		u.Disabled, u.Admin = u.Disabled || action == "disable", u.Admin && action != "no-admin"
	case "enable":
		u.Disabled = false
	case "admin":
		u.Admin = true
	default:
		return nil, refusal(http.StatusBadRequest, "action is save, link, disable, enable, admin or no-admin.")
	}
	switch err := c.Store.SetUser(c.Ctx(), c.Viewer.Actor(), u); {
	case errors.Is(err, engine.ErrConflict):
		return c.refuseUser(&u, sentence(err))
	case err != nil:
		return nil, err
	}
	return &done{see: fmt.Sprintf("users/%d/?done=%s", u.ID, action)}, nil
}

// refuseUser shows the form again, with what is wrong with it.
func (c *call) refuseUser(u *track.User, problem string) (*done, error) {
	s, err := c.userShown(u, layout.Page{Problem: problem})
	if err != nil {
		return nil, err
	}
	s.status = http.StatusBadRequest
	return &done{page: s}, nil
}

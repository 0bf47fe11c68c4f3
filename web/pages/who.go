package pages

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// maxPeople is how many people a part of a name may mean.
const maxPeople = 200

// submitters are the addresses of who is asked for: by the number of a person, with all addresses of the account that
// has that one, by an address, or by a part of a name. nil: nobody is asked for, or nobody is meant, which as in
// Patchwork leaves out nothing; given tells which.
func (c *call) submitters(text string) (all track.In[string], given bool, err error) {
	if text == "" {
		return nil, false, nil
	}
	q := track.PersonQuery{Scope: c.Scope(), Paging: track.Paging{Limit: maxPeople}}
	if id, err := strconv.ParseInt(text, 10, 64); err == nil && id > 0 {
		q.IDs = []int64{id}
	} else if strings.Contains(text, "@") {
		return c.allAddresses(strings.ToLower(text)), true, nil
	} else {
		q.Words = words(text)
	}
	found, err := c.Store.PersonPage(c.Ctx(), q)
	for _, p := range found.Rows {
		all = append(all, c.allAddresses(p.Email)...)
	}
	return all, true, err
}

// allAddresses are those of the account that has one; of no account, that one.
func (c *call) allAddresses(email string) track.In[string] {
	if u := c.World.Owner(email); u != nil && slices.Contains(u.Emails, email) {
		return u.Emails
	}
	return track.In[string]{email}
}

// delegates are how patches call whom a text means: the number, the name or a part of the name of a user.
func (c *call) delegates(text string) (all track.In[string]) {
	if u := c.World.UserCalled(text); u != nil {
		return userAddresses(u)
	}
	if u := c.World.Owner(text); u != nil {
		return userAddresses(u)
	}
	if strings.Contains(text, "@") {
		return track.In[string]{strings.ToLower(text)}
	}
	for i := range c.World.Users {
		if u := &c.World.Users[i]; strings.Contains(strings.ToLower(u.Name), strings.ToLower(text)) {
			all = append(all, userAddresses(u)...)
		}
	}
	return all
}

func userAddresses(u *track.User) track.In[string] {
	return append(track.In[string]{strings.ToLower(u.Name)}, u.Emails...)
}

// person is who sent something. Whoever has no name is called by the part of the address that is before the @, so that
// pages give no addresses to those who collect them. A mail may name nobody at all.
func person(p *track.PersonView) string {
	if name := mailtext.Visible(p.Name); name != "" {
		return name
	}
	name, _, _ := strings.Cut(p.Email, "@")
	return cmp.Or(mailtext.Visible(name), "(unknown)")
}

// delegate is who looks after a patch.
func (c *call) delegate(as string) string {
	if u := c.World.Owner(as); u != nil {
		return mailtext.Visible(u.Name)
	}
	name, _, _ := strings.Cut(as, "@")
	return mailtext.Visible(name)
}

// choice is one of those of a select.
type choice struct {
	Value, Text string
	Chosen      bool
}

// maintainers are the choices of a delegate.
func (c *call) maintainers(p *track.Project) (all []choice) {
	for _, u := range c.World.Maintainers(p.ID) {
		if !u.Disabled {
			all = append(all, choice{Value: strconv.FormatInt(u.ID, 10), Text: mailtext.Visible(u.Shown())})
		}
	}
	return all
}

// submitterLink leads to all that somebody has sent to a project, or nowhere if a mail names nobody.
func (c *call) submitterLink(p *track.Project, who *track.PersonView) layout.Link {
	if who.ID == 0 {
		return layout.Link{Text: person(who)}
	}
	at := c.at(p) + "series/" + query{}.with("submitter", strconv.FormatInt(who.ID, 10), "state", "*")
	return layout.Link{Text: person(who), URL: at}
}

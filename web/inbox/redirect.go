package inbox

import (
	"net/http"

	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// addSlash leads from the name of a mail to its page, whether there is such a mail or not: b4 asks so for the list that
// has a mail, and then for what is there.
func (c *call) addSlash() (*site.Answer, error) {
	return nil, c.to(c.prefix+c.escaped+"/", http.StatusMovedPermanently)
}

func (c *call) addSlashToList() (*site.Answer, error) {
	return nil, c.to(c.prefix, http.StatusMovedPermanently)
}

// toMail leads from /r/MSGID to the mail.
func (c *call) toMail() (*site.Answer, error) {
	return nil, c.leadToMail(c.msgid, "")
}

// leadToMail leads to a mail on a list that has it; further is what comes after its path.
func (c *call) leadToMail(msgid, further string) error {
	all, err := c.copies(msgid)
	if err != nil {
		return err
	}
	m, err := visible(all)
	if err != nil {
		return err
	}
	return c.to(at(c.listOf(m.Project), m.MsgID)+further, http.StatusFound)
}

// to leads to a path, with the query of the request. b4 takes only a whole URL for an answer.
func (c *call) to(path string, status int) error {
	if c.R.URL.RawQuery != "" {
		path += "?" + c.R.URL.RawQuery
	}
	return &visit.Redirect{To: path, Status: status, Whole: true}
}

// description is the name of the list, as git's file of that name has it.
func (c *call) description() (*site.Answer, error) {
	return &site.Answer{Body: []byte(c.listName() + "\n"), Header: [][2]string{{"Content-Type", rawType}}}, nil
}

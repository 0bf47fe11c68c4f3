package web

import (
	"fmt"

	"patchwatch/web/internal/site"
)

// pwclientrc configures pwclient, which would speak XML-RPC if it was not told.
func (c *call) pwclientrc() (*site.Answer, error) {
	p, err := c.Project()
	if err != nil {
		return nil, err
	}
	body := fmt.Sprintf("# Put this into ~/.pwclientrc. To change something, you also need a token of your own.\n\n"+
		"[options]\ndefault = %s\n\n[%[1]s]\nbackend = rest\nurl = %s/api\n# token = YOUR-TOKEN\n", p.LinkName, c.Links.Base)
	a := text(body, p.ID)
	a.Header = append(a.Header, [2]string{"Content-Disposition", "attachment; filename=.pwclientrc"})
	return a, nil
}

// text is an answer that is text.
func text(body string, about ...int64) *site.Answer {
	return &site.Answer{Body: []byte(body), About: about, Header: [][2]string{{"Content-Type", mboxType}}}
}

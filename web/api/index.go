package api

import "patchwatch/web/internal/site"

// index says where everything is.
func (c *call) index() (*site.Answer, error) {
	e := c.encoder()
	e.raw("{")
	for i, noun := range []string{"projects", "users", "people", "patches", "covers", "series", "events", "bundles"} {
		if i > 0 {
			e.raw(",")
		}
		e.text(noun)
		e.raw(`:"` + e.api + "/" + noun + `/"`)
	}
	e.raw("}")
	return &site.Answer{Body: e.b, About: []int64{}}, nil
}

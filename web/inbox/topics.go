package inbox

import (
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// topics are the newest threads of a list.
func (c *call) topics() (*site.Answer, error) {
	return nil, visit.ErrNotFound
}

package postgres

import (
	"time"

	"patchwatch/db/engine"
)

// AskAfter sets for how long the connections that an engine makes from now on wait for an answer until the server is
// asked for it.
func AskAfter(e engine.Engine, d time.Duration) {
	db := e.(*database)
	db.askAfter = d
	db.readers.close()
	db.readers = newPool(readerConns, db.dial)
	db.writer = nil
}

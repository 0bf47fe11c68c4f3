package postgres

import "time"

// AskAfter sets for how long an answer is waited for until the server is asked for it. It is called before a database is
// opened.
func AskAfter(d time.Duration) { askAfter = d }

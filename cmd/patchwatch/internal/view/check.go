package view

import (
	"context"
	"fmt"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// Check is what somebody found out about a patch, for programs.
type Check struct {
	ID          int64     `json:"id"`
	User        string    `json:"user"`
	Date        time.Time `json:"date"`
	State       string    `json:"state"`
	Context     string    `json:"context"`
	TargetURL   string    `json:"target_url"`
	Description string    `json:"description"`
}

func checkOf(c track.Check, users map[int64]string) Check {
	return Check{c.ID, users[c.User], c.Date, c.State.String(), c.Context, c.TargetURL, c.Description}
}

// UserNames are the names of all accounts, by number.
func UserNames(ctx context.Context, s *db.Store) (map[int64]string, error) {
	users, err := s.Users(ctx)
	out := make(map[int64]string, len(users))
	for _, u := range users {
		out[u.ID] = u.Name
	}
	return out, err
}

// CheckCounts returns how many checks that count say success, warning and fail, as in "2/-/1".
func CheckCounts(checks []track.Check) string {
	n := track.Count(checks)
	show := func(s track.CheckState) string {
		if n[s] == 0 {
			return "-"
		}
		return fmt.Sprint(n[s])
	}
	return show(track.CheckSuccess) + "/" + show(track.CheckWarning) + "/" + show(track.CheckFail)
}

// checksOf returns the checks of a patch with the names of their users.
func (sh *Shower) checksOf(patch int64) ([]Check, string, error) {
	found, err := sh.store.Checks(sh.ctx, []int64{patch})
	if err != nil || len(found[patch]) == 0 {
		return nil, "", err
	}
	users, err := UserNames(sh.ctx, sh.store)
	if err != nil {
		return nil, "", err
	}
	var out []Check
	for _, c := range found[patch] {
		out = append(out, checkOf(c, users))
	}
	return out, CheckCounts(found[patch]), nil
}

// checkLines tells what was found out about a patch.
func (sh *Shower) checkLines(patch int64) error {
	checks, counts, err := sh.checksOf(patch)
	if err != nil || len(checks) == 0 {
		return err
	}
	sh.line("S/W/F", "%s", counts)
	for _, c := range checks {
		text := fmt.Sprintf("%s %s, by %s, %s", c.Context, c.State, c.User, c.Date.Format("2006-01-02 15:04"))
		for _, more := range []string{c.Description, c.TargetURL} {
			if more != "" {
				text += "  " + more
			}
		}
		sh.line("Check", "%s", text)
	}
	return nil
}

package track

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// CheckState is what a program found out about a patch. The numbers are Patchwork's.
type CheckState int

const (
	CheckPending CheckState = 0
	CheckSuccess CheckState = 1
	CheckWarning CheckState = 2
	CheckFail    CheckState = 3
)

var checkStates = []string{"pending", "success", "warning", "fail"}

func (s CheckState) String() string {
	if s < 0 || int(s) >= len(checkStates) {
		return checkStates[0]
	}
	return checkStates[s]
}

// ParseCheckState finds a state of a check by its name, ignoring case.
func ParseCheckState(name string) (CheckState, bool) {
	for i, s := range checkStates {
		if strings.EqualFold(s, strings.TrimSpace(name)) {
			return CheckState(i), true
		}
	}
	return 0, false
}

// Check is what a program, or a person, says about a patch.
type Check struct {
	ID          int64
	Project     int64
	MsgID       string // of the patch
	User        int64
	Date        time.Time // microseconds; of its commit
	State       CheckState
	Context     string // what was checked: of one user and context the newest counts
	TargetURL   string
	Description string
}

// CheckCounts are how many of the checks that count are in each state.
type CheckCounts [4]int

// Newest takes of each user and context the newest check: the one of the highest number. They are in no order.
func Newest(checks []Check) []Check {
	type key struct {
		user    int64
		context string
	}
	newest := map[key]Check{}
	for _, c := range checks {
		k := key{c.User, c.Context}
		if was, there := newest[k]; !there || was.ID < c.ID {
			newest[k] = c
		}
	}
	return slices.Collect(maps.Values(newest))
}

// Count counts the newest check of each user and context.
func Count(checks []Check) (n CheckCounts) {
	for _, c := range Newest(checks) {
		n[c.State]++
	}
	return n
}

// Combined is what all checks say together: one that fails outweighs one that warns, that one which is still going on,
// and that success. Without any it is pending.
func (n CheckCounts) Combined() CheckState {
	for _, s := range []CheckState{CheckFail, CheckWarning, CheckPending, CheckSuccess} {
		if n[s] > 0 {
			return s
		}
	}
	return CheckPending
}

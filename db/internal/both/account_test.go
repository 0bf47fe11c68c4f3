package both

import (
	"strings"
	"testing"
	"time"
)

// later is an asker to whose second question the answer is of a later moment than to the first, as where it is asked
// outside of a transaction: an account has come meanwhile, with an address and a project.
type later struct{ accounts []int64 }

func (l later) Each(query string, _ []any, f func(scan func(...any) error) error) error {
	row := func(values ...any) error {
		return f(func(dest ...any) error {
			for i, v := range values {
				switch to := dest[i].(type) {
				case *int64:
					*to = v.(int64)
				case *string:
					*to = v.(string)
				}
			}
			return nil
		})
	}
	switch {
	case strings.Contains(query, `FROM account_address`):
		return row(int64(7), "new@x.org")
	case strings.Contains(query, `FROM maintainer`):
		return row(int64(7), int64(3))
	}
	for _, id := range l.accounts {
		if err := row(id); err != nil {
			return err
		}
	}
	return nil
}

func (l later) Stream(string, []any, func(scan func(...any) error) error) error { return nil }

// plain is a dialect of values as they are.
type plain struct{ Dialect }

func (plain) Text(s *string) any       { return s }
func (plain) Seconds(t *time.Time) any { return t }

// An address is nobody else's, whatever came between two questions.
func TestUsersOfTwoMoments(t *testing.T) {
	for _, accounts := range [][]int64{nil, {1}} {
		q := &Queries{Asker: later{accounts}, Dialect: plain{}}
		users, err := q.Users()
		if err != nil || len(users) != len(accounts) {
			t.Fatal(users, err)
		}
		for _, u := range users {
			if u.Emails != nil || u.Maintains != nil {
				t.Errorf("account %d has what is another's: %v %v", u.ID, u.Emails, u.Maintains)
			}
		}
	}
}

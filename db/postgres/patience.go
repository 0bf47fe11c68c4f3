package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// What may stand still, and for how long.
//
// The server ends a transaction that writes and does nothing for a minute: its host may be frozen, or have no power,
// and others wait for its locks. Nobody waits for locks for longer than that either without hearing why. Nothing that
// we do between two statements of such a transaction takes a second.
//
// A machine that is gone is found out by TCP (open.go), on both sides. A server that is there and says nothing, as when
// its disk hangs, is not: see awaited.

// standstill are settings of connections that write, in milliseconds. A database's name may have others.
var standstill = map[string]string{
	"idle_in_transaction_session_timeout": "60000",
	"lock_timeout":                        "60000",
}

// serverKeepAlive has the server find out that a host is gone, which takes it two hours by itself. A database's name
// may have others.
var serverKeepAlive = map[string]string{
	"tcp_keepalives_idle":     "15",
	"tcp_keepalives_interval": "5",
	"tcp_keepalives_count":    "4",
	"tcp_user_timeout":        "60000",
}

// takeStandstill takes the settings of connections that write out of those of all, and gives the script that sets them.
func takeStandstill(config *pgconn.Config) string {
	var script strings.Builder
	for key, value := range standstill {
		if given, there := config.RuntimeParams[key]; there {
			value = given
		}
		delete(config.RuntimeParams, key)
		fmt.Fprintf(&script, "SET %s = '%s'; ", key, strings.ReplaceAll(value, "'", "''"))
	}
	for key, value := range serverKeepAlive {
		if _, there := config.RuntimeParams[key]; !there {
			config.RuntimeParams[key] = value
		}
	}
	return script.String()
}

// askAfter is how long an answer is waited for until the server is asked, on another connection, whether it is at it.
const askAfter = 30 * time.Second

// errSilent is the error of who waited for an answer that does not come.
var errSilent = errors.New("it has not answered for long")

// fate is what became of a statement, as the server tells it.
type fate int

const (
	inWork   fate = iota // or nobody can say
	answered             // the answer is on its way, or lost
	unknown              // to the server, or there is none
)

// awaited is a journey that is watched. However long a statement takes, it is waited for while the server works at it.
type awaited struct {
	c     *conn
	ask   func() fate
	timer *time.Timer

	mu    sync.Mutex
	over  bool // guarded by mu: the journey
	twice bool // guarded by mu: its answer was on its way when the server was asked before
}

// await begins to watch a journey, until the function that it gives is called.
func (c *conn) await() (end func()) {
	if c.ask == nil {
		return func() {}
	}
	s := &awaited{c: c, ask: c.ask}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = time.AfterFunc(c.askAfter, s.look)
	return s.end
}

func (s *awaited) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.timer.Stop()
}

// look gives the connection up whose answer does not come. The driver asks the server to end the statement then.
func (s *awaited) look() {
	is := s.ask()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
	case is == unknown, is == answered && s.twice:
		s.c.silent.Store(true)
		s.c.pg.Conn().Close()
	default:
		s.twice = is == answered
		s.timer.Reset(s.c.askAfter)
	}
}

// fateAt asks the server, by a connection of its own, what a process of it does. Where there are several servers, those
// that are gone take their time before.
func (e *database) fateAt(process string) fate {
	most := time.Duration(2+len(e.config.Fallbacks)) * e.config.ConnectTimeout
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	pg, err := pgconn.ConnectConfig(ctx, e.config)
	if err != nil {
		if codeOf(err) != "" { // it answers: there may be no connection left
			return inWork
		}
		return unknown
	}
	defer pg.Close(ctx)
	results, err := pg.Exec(ctx, `SELECT state FROM pg_stat_activity WHERE pid = `+process).ReadAll()
	switch {
	case codeOf(err) != "":
		return inWork
	case err != nil || len(results) == 0 || len(results[0].Rows) == 0:
		return unknown
	case strings.HasPrefix(string(results[0].Rows[0][0]), "idle"):
		return answered
	}
	return inWork
}

package postgres

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sys/unix"

	"patchwatch/db/engine"
)

// errLost is the error of who asks on a connection that is no more.
var errLost = errors.New("the connection to the database server is lost")

// errUndone is the error of a COMMIT that the server answers by undoing all.
var errUndone = errors.New("the database server has undone the transaction")

// codeOf is the SQLSTATE of an error; empty: it is none of the server's.
func codeOf(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// away is an error of a server that may be there again soon.
type away struct{ error }

func (a away) Unwrap() error        { return a.error }
func (a away) Is(target error) bool { return target == engine.ErrAway }

// explain puts into words what the server's own words leave open, once. None of these errors is held against a mail.
func explain(err error) error {
	if errors.Is(err, engine.ErrAway) {
		return err
	}
	code := codeOf(err)
	if code == "" {
		return explainJourney(err)
	}
	switch code {
	case "53100":
		return away{fmt.Errorf("the disk of the database server is full: %w", err)}
	case "53300":
		return away{fmt.Errorf("the database server has no connection left: %w", err)}
	case "57P01", "57P02", "57P03":
		return away{fmt.Errorf("the database server stops or starts: %w", err)}
	case "25P03":
		return away{fmt.Errorf("the database server has ended a transaction that stood still: %w", err)}
	case "55P03":
		return away{fmt.Errorf("another process has written to the database for long: %w", err)}
	case "25006":
		return away{fmt.Errorf("the database server can only be read, as a replica: %w", err)}
	case "55000":
		return away{fmt.Errorf("the database server does not do this now: %w", err)}
	case "3D000":
		return fmt.Errorf("there is no such database on the server (createdb makes one): %w", err)
	case "42501":
		return fmt.Errorf("the user of the database may not do this: %w", err)
	case "40001", "40P01":
		return fmt.Errorf("the database server could not do this beside others: %w", err)
	}
	switch code[:2] {
	case "08":
		return away{fmt.Errorf("the connection to the database server is lost: %w", err)}
	case "28":
		return fmt.Errorf("the database server does not let this user in: %w", err)
	case "58", "XX":
		return fmt.Errorf("the database server has a fault of its own: %w", err)
	}
	return err
}

// explainJourney is for errors that the server has not sent.
func explainJourney(err error) error {
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, errLost),
		errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.ErrUnexpectedEOF):
		return away{fmt.Errorf("the database server can't be reached: %w", err)}
	}
	return err
}

// unfitIfRefused is for the statement that inserts mails: whether the values of a row are at fault, which no retry can
// cure. That the database has such a row already, or lacks one that it refers to, is no fault of theirs.
func unfitIfRefused(err error) error {
	switch code := codeOf(err); {
	case code == "", code == "23505", code == "23503":
		return err
	case code[:2] == "22", code[:2] == "23", code[:2] == "54":
		return engine.Unfit{Err: err}
	}
	return err
}

// giveUpWhenSilent has the kernel end a connection on which what was sent is not received for a while: otherwise a
// COMMIT to a machine without power would wait for a quarter of an hour.
func giveUpWhenSilent(network, _ string, raw syscall.RawConn) (err error) {
	if network == "unix" {
		return nil
	}
	failed := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(silence/time.Millisecond))
	})
	return errors.Join(failed, err)
}

const silence = 30 * time.Second

package postgres_test

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/db/postgres/pgtest"
)

// A server that crashes, is away for a while and comes back: the error says so and is held against no mail, what was
// committed is there, and nobody has to open the database anew.
func TestServerComesBack(t *testing.T) {
	server := pgtest.New(t, "fsync=on")
	e, err := postgres.OpenEngine(t.Context(), server.Name("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	write := func(n int) error {
		return e.Write(t.Context(), func(tx engine.Tx) error { return tx.PutReading(n) })
	}
	read := func() (n int, err error) {
		err = e.View(t.Context(), func(v engine.View) error {
			n, err = v.Reading()
			return err
		})
		return n, err
	}
	if err := write(1); err != nil {
		t.Fatal(err)
	}
	if n, err := read(); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	within := e.Write(t.Context(), func(tx engine.Tx) error {
		if err := tx.PutReading(2); err != nil {
			return err
		}
		server.Stop(syscall.SIGQUIT) // before COMMIT
		return nil
	})
	_, reading := read()
	for what, err := range map[string]error{"a transaction": within, "the next one": write(3), "a reader": reading} {
		var unfit engine.Unfit
		if err == nil || errors.As(err, &unfit) || !strings.Contains(err.Error(), "the database server ") {
			t.Errorf("%s ends with %v", what, err)
		}
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := read(); n != 1 || err != nil {
		t.Errorf("afterwards the reading is %d, %v", n, err)
	}
	if err := write(4); err != nil {
		t.Errorf("afterwards: %v", err)
	}

	// Who rests while the server is started anew does not notice.
	time.Sleep(1100 * time.Millisecond)
	server.Stop(syscall.SIGINT)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := read(); n != 4 || err != nil {
		t.Errorf("a reader that rested: %d, %v", n, err)
	}
	if err := write(5); err != nil {
		t.Errorf("a writer that rested: %v", err)
	}
}

// A server that can only be read, as a replica can, and one without such a database, say so in a sentence.
func TestRefusalsAreSentences(t *testing.T) {
	server := pgtest.Shared(t)
	for name, says := range map[string]string{
		server.Name("no_such_database"):                                               "there is no such database",
		"postgres://patchwatch@127.0.0.1:1/x?sslmode=disable":                         "can't be reached",
		server.Name("template1") + "&options=-c%20default_transaction_read_only%3Don": "can only be read",
	} {
		e, err := postgres.OpenEngine(t.Context(), name)
		if err == nil {
			e.Close()
		}
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v; wanted is %q", name, err, says)
		}
	}
}

// However a transaction breaks off, the locks are let go of at once: another process goes on.
func TestBrokenOffIsUndoneAtOnce(t *testing.T) {
	s := share(t)
	mail := func() []*engine.Mail {
		return []*engine.Mail{{MsgID: "<a>", Project: 1, Chosen: true, ContentSHA: []byte("s")}}
	}
	for name, f := range map[string]func(tx engine.Tx){
		"at its begin":       func(tx engine.Tx) { panic("a fault of ours") },
		"after a write":      func(tx engine.Tx) { tx.Insert(mail(), [][]byte{nil}); panic("a fault of ours") },
		"after a question":   func(tx engine.Tx) { tx.Reading(); panic("a fault of ours") },
		"in a part":          func(tx engine.Tx) { tx.Part(func() error { tx.Reading(); panic("a fault of ours") }) },
		"inside a statement": func(tx engine.Tx) { tx.Insert([]*engine.Mail{nil}, [][]byte{nil}) },
		"between rows": func(tx engine.Tx) {
			tx.Frames([]int64{1}, func(int64, []byte) error { panic("a fault of ours") })
		},
		"with its own routine": func(tx engine.Tx) { tx.Insert(mail(), [][]byte{nil}); runtime.Goexit() },
	} {
		for _, beside := range []bool{false, true} {
			began, ended := time.Now(), make(chan struct{})
			go func() {
				defer close(ended)
				defer func() { _ = recover() }()
				if beside {
					s.one.(engine.Shared).WriteBeside(t.Context(), func(tx engine.Tx, c engine.Claims) error {
						f(tx)
						return c.Projects([]int64{1})
					})
				} else {
					s.one.Write(t.Context(), func(tx engine.Tx) error { f(tx); return nil })
				}
			}()
			<-ended
			if err := s.other.Write(t.Context(), func(engine.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
			if found := s.after(); len(found) > 0 || time.Since(began) > 2*time.Second {
				t.Errorf("broken off %s (beside others: %v), the next writer has waited %v, and found are %v", name, beside,
					time.Since(began), found)
			}
		}
	}
}

// What was committed here and not on the replica, because its connection was lost while COMMIT waited, is not answered
// for by whoever finds it: COMMIT waits for the replica then too.
func TestFoundIsOnTheReplicaToo(t *testing.T) {
	address := "127.97.0." + strconv.Itoa(2+os.Getpid()%250)
	server := pgtest.New(t, "listen_addresses="+address)
	replica := server.Replica(t, address)
	e, err := postgres.OpenEngine(t.Context(), server.Name("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	write := func() error {
		return e.Write(t.Context(), func(tx engine.Tx) error {
			if n, err := tx.Reading(); n == 7 || err != nil {
				return err // it was done before
			}
			return tx.PutReading(7)
		})
	}
	replica.Stop(syscall.SIGQUIT)
	lost := make(chan error, 1)
	go func() { lost <- write() }()
	if !waits(lost) {
		t.Fatal("COMMIT has not waited for the replica")
	}
	if err := server.Exec("postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE wait_event = 'SyncRep'`); err != nil {
		t.Fatal(err)
	}
	if err := <-lost; err == nil {
		t.Error("nobody was told that COMMIT was broken off")
	}
	again := make(chan error, 1)
	go func() { again <- write() }()
	select {
	case err := <-again:
		t.Fatalf("what the replica lacks was found, and nobody waited for the replica: %v", err)
	case <-time.After(500 * time.Millisecond):
	}
	if err := replica.Start(); err != nil {
		t.Fatal(err)
	}
	if err := <-again; err != nil {
		t.Error(err)
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"patchwatch/db/postgres/pgtest"
)

// serverFault is something that breaks about a PostgreSQL server under a watcher and is mended again.
type serverFault struct {
	name  string
	long  bool // it takes a minute
	make  func(t *testing.T) *pgtest.Server
	begin func(s *pgtest.Server, network *pgtest.Proxy) error
	end   func(s *pgtest.Server, network *pgtest.Proxy) error
	says  string // in the log, and in status
}

var serverFaults = []serverFault{
	{
		name:  "its disk is full",
		make:  func(t *testing.T) *pgtest.Server { return pgtest.OnSmallDisk(t, "data", "size=48m") },
		begin: func(s *pgtest.Server, _ *pgtest.Proxy) error { return fillUp(filler(s, "data")) },
		end:   func(s *pgtest.Server, _ *pgtest.Proxy) error { return os.Remove(filler(s, "data")) },
		says:  "the disk of the database server is full",
	},
	{
		// PostgreSQL ends all that it does then, and starts again if it finds room to.
		name:  "the disk of its log is full",
		make:  func(t *testing.T) *pgtest.Server { return pgtest.OnSmallDisk(t, "wal", "size=12m") },
		begin: func(s *pgtest.Server, _ *pgtest.Proxy) error { return fillUp(filler(s, "wal")) },
		end: func(s *pgtest.Server, _ *pgtest.Proxy) error {
			if err := os.Remove(filler(s, "wal")); err != nil {
				return err
			}
			s.Stop(unix.SIGQUIT) // while it starts again and again it does not stop in order
			return s.Start()
		},
		says: "the database server ",
	},
	{
		name: "it lets nobody in",
		begin: func(s *pgtest.Server, _ *pgtest.Proxy) error {
			return s.Exec("template1", `ALTER DATABASE postgres ALLOW_CONNECTIONS false;
				SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'`)
		},
		end: func(s *pgtest.Server, _ *pgtest.Proxy) error {
			return s.Exec("template1", `ALTER DATABASE postgres ALLOW_CONNECTIONS true`)
		},
		says: "not currently accepting connections",
	},
	{
		name: "it can only be read",
		begin: func(s *pgtest.Server, _ *pgtest.Proxy) error {
			return s.Exec("template1", `ALTER DATABASE postgres SET default_transaction_read_only = on;
				SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'`)
		},
		end: func(s *pgtest.Server, network *pgtest.Proxy) error {
			defer network.Cut() // who is connected is not told
			return s.Exec("template1", `ALTER DATABASE postgres RESET default_transaction_read_only`)
		},
		says: "can only be read",
	},
	{
		name:  "it says nothing",
		long:  true,
		begin: func(_ *pgtest.Server, network *pgtest.Proxy) error { network.Hold(); return nil },
		end:   func(_ *pgtest.Server, network *pgtest.Proxy) error { network.Resume(); return nil },
		says:  "the database server can't be reached",
	},
}

// TestServerFault breaks one thing after the other about the server under a watcher that runs: mail stays in new, the
// log and status say why, and when it is mended all goes on by itself.
func TestServerFault(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector")
	}
	for _, f := range serverFaults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			if f.long && os.Getenv("PATCHWATCH_LONG") == "" {
				t.Skip("it takes a minute: make test-faults")
			}
			make := f.make
			if make == nil {
				make = func(t *testing.T) *pgtest.Server { return pgtest.New(t) }
			}
			breakServer(t, f, make(t))
		})
	}
}

func breakServer(t *testing.T, f serverFault, server *pgtest.Server) {
	network := server.Proxy(t)
	database := network.Name("postgres") + "&connect_timeout=2"
	w := newWorkplace(t)
	w.deliver("md", samples(t, "01*"))
	p := w.startAt(database, "watch", "md")
	w.waitUntilEmpty("md")
	if err := f.begin(server, network); err != nil {
		t.Fatal(err)
	}
	mails := append(samples(t, "0[5-9]*"), bulky(30)...)
	if err := writeMaildir(w.path("md"), mails); err != nil {
		t.Fatal(err)
	}
	p.waitFor(f.says)
	w.waitForPause(f.says, "--db", database, "status", "md")
	late := w.startAt(database, "watch", "md") // it waits for the server too, unless that has room for its first words
	if failed := w.list("md", "failed"); len(failed) > 0 {
		t.Errorf("mail was blamed: %q", failed)
	}
	if len(w.list("md", "new")) == 0 {
		t.Error("no mail waits")
	}
	if err := f.end(server, network); err != nil {
		t.Fatal(err)
	}
	w.waitUntilEmpty("md")
	late.waitFor("msg=watching")
	p.stop()
	late.stop()
	w.checkNothingLostIn(server.Name("postgres"), "md", append(samples(t, "01*"), mails...))
	if status := w.run("--db", server.Name("postgres"), "status", "md"); strings.Contains(status, "PAUSED") {
		t.Errorf("it is over, and status still says: %s", status)
	}
}

func filler(s *pgtest.Server, folder string) string { return filepath.Join(s.Folder(folder), "filler") }

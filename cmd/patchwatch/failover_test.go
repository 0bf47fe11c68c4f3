package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/db/postgres/pgtest"
)

// clusterPage are the lines of docs/cluster.md that begin with some words, as a test can run them: with addresses and
// names of its own. The superuser of its servers is called patchwatch already.
func clusterPage(t *testing.T, addresses [2]string, begin string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/cluster.md")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.NewReplacer("db1.example.org", addresses[0], "db2.example.org", addresses[1],
		"ROLE patchwatch", "ROLE pw", "OWNER patchwatch", "OWNER pw", "//patchwatch@", "//pw@",
		" -D /var/lib/postgresql/15/main", "").Replace(string(text))
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, begin) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if len(lines) == 0 {
		t.Fatalf("docs/cluster.md has no line %q", begin)
	}
	return lines
}

// TestFailover does what docs/cluster.md has. Then, under two mail hosts and two web hosts, the server is killed, and
// its replica is promoted. They go on by themselves with the other server that their database's name has; nothing that
// was taken out of new is lost, as COMMIT waits for the replica, and the web hosts show it.
func TestFailover(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector")
	}
	t.Parallel()
	addresses := [2]string{ownAddress(1), ownAddress(2)}
	page := func(begin string) []string { return clusterPage(t, addresses, begin) }
	as := func(s *pgtest.Server, lines []string) {
		for _, line := range lines {
			if err := s.Exec("postgres", line); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
	}
	primary := pgtest.New(t, "listen_addresses="+addresses[0])
	as(primary, append(page("CREATE ROLE"), page("CREATE DATABASE")...))
	replica := pgtest.ReplicaBy(t, strings.Fields(page("pg_basebackup")[0]), "listen_addresses="+addresses[1])
	as(primary, append(page("ALTER SYSTEM"), page("SELECT pg_reload_conf")...))
	database := page("postgres://pw@" + addresses[0] + ",")[0] + "&sslmode=disable"

	w := newWorkplace(t)
	mails := multiply(samples(t), 4)
	var hosts []*process
	for _, dir := range []string{"mx1", "mx2"} {
		w.deliver(dir, nil)
		hosts = append(hosts, w.startAt(database, "watch", "--host", dir, dir))
	}
	var webs []string
	for range 2 {
		p := w.startAt(database, "serve", "--listen", "127.0.0.1:0")
		hosts, webs = append(hosts, p), append(webs, p.url())
	}
	delivered := make(chan error, 2)
	for host := range 2 {
		go func() {
			some := mails[host*len(mails)/3:][:2*len(mails)/3] // a third at both
			delivered <- deliverSlowly(w.path(fmt.Sprint("mx", host+1)), some, 3*time.Second)
		}()
	}
	time.Sleep(time.Second)
	primary.Stop(syscall.SIGQUIT)
	time.Sleep(500 * time.Millisecond) // until somebody has seen it
	as(replica, page("SELECT pg_promote"))
	if err := replica.AwaitPromoted(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-delivered; err != nil {
			t.Fatal(err)
		}
	}
	w.waitUntilEmpty("mx1")
	w.waitUntilEmpty("mx2")
	for _, url := range webs {
		status, page := get(t, url+"/api/patches/?per_page=1")
		if status != http.StatusOK || !strings.Contains(page, `"msgid"`) {
			t.Errorf("%s has %d, %s", url, status, page)
		}
		if status, page = get(t, url+"/"); status != http.StatusOK {
			t.Errorf("%s has %d, %s", url, status, page)
		}
	}
	for _, p := range hosts {
		p.signal(syscall.SIGTERM)
		p.waitExit(exitDone)
	}
	hosts[0].wants("the database server ")
	said := w.run("--db", replica.Name("patches"), "check", "mx1", "mx2")
	if !strings.Contains(said, "nothing is lost, nothing is wrong") {
		t.Error(said)
	}
	imported := filepath.Join(t.TempDir(), "imported.db")
	w.run("--db", imported, "import", "--quiet", "mx1", "mx2")
	w.run("compare", replica.Name("patches"), imported)
}

// ownAddress is an address of this machine that only this run of the tests listens at.
func ownAddress(n int) string {
	return fmt.Sprintf("127.%d.%d.%d", 1+os.Getpid()/250%250, 1+os.Getpid()%250, n)
}

// TestReplicaIsAway: while COMMIT waits for a replica that is gone, mail waits in new and status says so. When the
// replica is back all goes on.
func TestReplicaIsAway(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector")
	}
	t.Parallel()
	primary := pgtest.New(t, "listen_addresses="+ownAddress(3))
	replica := primary.Replica(t, ownAddress(3))
	w := newWorkplace(t)
	w.deliver("md", samples(t, "01*"))
	c := w.command("--db", primary.Name("postgres"), "watch", "md")
	c.Env = append(c.Env, "XDG_CACHE_HOME="+t.TempDir(), "PATCHWATCH_TEST_SLOW=1")
	p := w.startCommand(c)
	w.waitUntilEmpty("md")
	replica.Stop(syscall.SIGQUIT)
	mails := samples(t, "0[5-9]*")
	if err := writeMaildir(w.path("md"), mails); err != nil {
		t.Fatal(err)
	}
	w.waitForPause("it may wait for a replica", "--db", primary.Name("postgres"), "status", "md")
	if len(w.list("md", "new")) == 0 {
		t.Error("no mail waits")
	}
	if err := replica.Start(); err != nil {
		t.Fatal(err)
	}
	w.waitUntilEmpty("md")
	p.stop()
	w.checkNothingLostIn(primary.Name("postgres"), "md", append(samples(t, "01*"), mails...))
	if status := w.run("--db", primary.Name("postgres"), "status", "md"); strings.Contains(status, "PAUSED") {
		t.Errorf("it is over, and status still says: %s", status)
	}
}

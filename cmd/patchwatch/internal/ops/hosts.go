package ops

import (
	"context"
	"slices"
	"time"

	"patchwatch/db"
)

// Where several machines have one database, each looks at its own Maildirs, and reads in the database what the others
// have noted of theirs.

// SilentAfter is how long nothing is heard of another host until a person should look after it. A watcher notes
// something every minute.
const SilentAfter = 10 * time.Minute

// OwnDirs are the Maildirs of this host, and those of others. What was noted by a machine without a name is taken for
// this one's: a database that had one machine only has moved here.
func OwnDirs(all []db.Maildir, host string) (own, others []db.Maildir) {
	for _, m := range all {
		if m.Host == host || m.Host == "" {
			own = append(own, m)
		} else {
			others = append(others, m)
		}
	}
	return own, others
}

// statusNoted is the status of a Maildir of another host, as its watcher noted it.
func statusNoted(m db.Maildir) MaildirStatus {
	said := m.LastSaid()
	return MaildirStatus{
		Host: m.Host, Path: m.Path, Waiting: m.Waiting, OldestWaiting: timeOrNull(m.Oldest), Failed: m.Failed,
		LastMail: timeOrNull(m.LastMail), LastEvent: timeOrNull(m.LastEvent), LastScan: timeOrNull(m.LastScan),
		Paused: m.Paused, Seen: timeOrNull(said), Silent: time.Since(said) > SilentAfter,
	}
}

// statusOfAll looks at this host's Maildirs, and adds what others have noted of theirs. The host of a Maildir is told
// where there are several.
func statusOfAll(all []db.Maildir, host string) (out []MaildirStatus) {
	own, others := OwnDirs(all, host)
	for _, m := range own {
		st := MaildirStatusOf(m)
		if len(others) > 0 {
			st.Host = host
		}
		out = append(out, st)
	}
	for _, m := range others {
		out = append(out, statusNoted(m))
	}
	return out
}

// silentFor is for how long nothing was heard of each host that has a name.
func silentFor(all []db.Maildir) (hosts []string, silent map[string]time.Duration) {
	silent = map[string]time.Duration{}
	for _, m := range all {
		if m.Host == "" {
			continue
		}
		since := max(time.Since(m.LastSaid()), 0)
		if before, known := silent[m.Host]; !known {
			hosts, silent[m.Host] = append(hosts, m.Host), since
		} else {
			silent[m.Host] = min(before, since)
		}
	}
	slices.Sort(hosts)
	return hosts, silent
}

// HasOthers has hosts that watch into the same database be told of.
func (m *Metrics) HasOthers(s *db.Store) { m.store = s }

// hostsPatience is how long the database is waited for: what else is measured has to be seen when it is away, too.
const hostsPatience = 2 * time.Second

// ofHosts says nothing where no host has a name.
func (m *Metrics) ofHosts(e *exposition) {
	ctx, cancel := context.WithTimeout(context.Background(), hostsPatience)
	defer cancel()
	all, err := m.store.Maildirs(ctx)
	hosts, silent := silentFor(all)
	if err != nil || len(hosts) == 0 {
		return
	}
	const name = "patchwatch_host_silent_seconds"
	e.begin(name, "gauge", "How long nothing was heard of a host that watches Maildirs into this database.")
	for _, host := range hosts {
		e.value(name, silent[host].Seconds(), "host", host)
	}
}

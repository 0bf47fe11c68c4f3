package ops

import (
	"errors"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
)

// write writes Prometheus' text format, version 0.0.4.
func (m *Metrics) write(to io.Writer) {
	e := &exposition{}
	e.begin("patchwatch_build_info", "gauge", "1, with what this is.")
	e.value("patchwatch_build_info", 1, "version", m.version, "go", runtime.Version())
	if len(m.dirs) > 0 {
		m.ofMaildirs(e)
	}
	m.ofDatabase(e)
	if m.search != nil {
		m.ofSearch(e)
	}
	if m.store != nil {
		m.ofHosts(e)
	}
	if len(m.dirs) > 0 {
		m.mu.Lock()
		m.counted(e)
		m.mu.Unlock()
	}
	if m.web != nil {
		m.web.Requests().write(e)
		m.web.Streams().write(e)
		m.web.writeHooks(e)
	}
	io.WriteString(to, e.text.String())
}

// ofMaildirs is not counted here, and so is right whoever else has a hand in it. Of a Maildir that can't be read
// nothing is said, rather than that nothing waits there.
func (m *Metrics) ofMaildirs(e *exposition) {
	all := m.maildirs()
	readable := slices.DeleteFunc(slices.Clone(all), func(st MaildirStatus) bool { return st.Error != "" })
	gauge := func(name, help string, of []MaildirStatus, value func(MaildirStatus) float64) {
		e.begin(name, "gauge", help)
		for _, st := range of {
			e.value(name, value(st), "maildir", st.Path)
		}
	}
	gauge("patchwatch_waiting_mails", "Mails in new.", readable,
		func(st MaildirStatus) float64 { return float64(st.Waiting) })
	gauge("patchwatch_oldest_waiting_seconds", "How long the oldest mail in new has waited; 0 if none waits.", readable,
		func(st MaildirStatus) float64 { return st.waited().Seconds() })
	gauge("patchwatch_failed_mails", "Mails in failed.", readable,
		func(st MaildirStatus) float64 { return float64(st.Failed) })
	gauge("patchwatch_paused", "1 while no mail is taken from the Maildir.", all, func(st MaildirStatus) float64 {
		if st.Paused != "" {
			return 1
		}
		return 0
	})
}

func (m *Metrics) ofDatabase(e *exposition) {
	for _, f := range []struct{ name, help, path string }{
		{"patchwatch_database_bytes", "Size of the database.", m.db},
		{"patchwatch_wal_bytes", "Size of the log beside the database.", m.db + "-wal"},
	} {
		e.begin(f.name, "gauge", f.help)
		info, err := os.Stat(f.path)
		switch {
		case err == nil:
			e.value(f.name, float64(info.Size()))
		case errors.Is(err, os.ErrNotExist):
			e.value(f.name, 0)
		}
	}
}

func (m *Metrics) counted(e *exposition) {
	e.begin("patchwatch_claimed_mails_total", "counter", "Mails that were claimed and read, each time anew.")
	e.value("patchwatch_claimed_mails_total", float64(m.claimed))
	e.begin("patchwatch_settled_mails_total", "counter", "Mails that left new: stored, known already, or failed.")
	for _, dir := range m.dirs {
		for _, what := range []string{"stored", "known", "failed"} {
			e.value("patchwatch_settled_mails_total", float64(m.settled[dir][what]), "maildir", dir, "outcome", what)
		}
	}
	e.begin("patchwatch_failed_mails_total", "counter", "Mails that went to failed, by the reason.")
	for _, reason := range slices.Sorted(maps.Keys(m.failed)) {
		e.value("patchwatch_failed_mails_total", float64(m.failed[reason]), "reason", reason)
	}
	e.begin("patchwatch_retried_mails_total", "counter",
		"Mails that could not be stored for a fault around patchwatch, and stayed in new.")
	e.value("patchwatch_retried_mails_total", float64(m.retried))
	e.histogram("patchwatch_batch_mails", "Mails stored in one batch.", &m.batch)
	e.histogram("patchwatch_store_seconds", "Time to store a batch, the wait for the disk included.", &m.storing)
	e.histogram("patchwatch_settle_seconds", "Time from a mail's delivery until it has left new.", &m.settling)
}

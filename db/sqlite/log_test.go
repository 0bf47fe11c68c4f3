package sqlite

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"patchwatch/db/engine"
)

func unpack(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Decisions from before there was a log stand in it after the upgrade.
func TestLogOfEarlierDecisions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "7.db")
	unpack(t, "testdata/schema/7.db.gz", path)
	w, err := newWriter(dsn(path, "_synchronous=OFF"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	began := time.Now()
	if err := w.tx(t.Context(), func() error { return migrateTo(w, 8, true) }); err != nil {
		t.Fatal(err)
	}
	log, err := queriesOf(w).Log(engine.LogQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range slices.Backward(log) {
		if l.Actor != "unknown" || l.Before != "" || l.Time.Before(began.Add(-time.Second)) ||
			l.Time.After(time.Now().Add(time.Second)) {
			t.Errorf("%+v", l)
		}
		got = append(got, l.What+" "+l.Project+" "+l.MsgID+" "+l.After)
	}
	if want := []string{
		"project frob-devel  list-email=frob-devel@lists.example.org list-id=frob-devel.lists.example.org name=Frob",
		"project widgets  list-id=widgets.lists.example.net mail-states=yes",
		"rule frob-devel  src/* -> ada@example.org (priority -1)",
		"rule frob-devel  src/file1* -> lin@example.org",
		"state frob-devel <20261006091210.25091-1-priya@example.com> accepted",
		"state frob-devel <bulk.7@example.org> rejected",
		"state frob-devel <bulk.8@example.org> rejected",
		"state gone <20261112130000.26320-1-sam@example.com> accepted",
		"state widgets <60bfa3b53f411d263b4e.1792854601@sam-laptop> changes-requested",
		"delegate frob-devel <bulk.15@example.org> wanda@example.org",
		"archived frob-devel <bulk.16@example.org> yes",
		"series-name frob-devel <cover.1791400502.git.bjorn@example.com> Count what people see",
	}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

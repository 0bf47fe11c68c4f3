package sqlite

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/ingest"
)

const schemas = "testdata/schema"

// oldDatabases are the databases of earlier schemas, unpacked.
func oldDatabases(t *testing.T) map[string]string {
	t.Helper()
	packed, err := filepath.Glob(filepath.Join(schemas, "*.db.gz"))
	if err != nil || len(packed) < 7 {
		t.Fatalf("%d databases in %s, %v", len(packed), schemas, err)
	}
	dir, out := t.TempDir(), map[string]string{}
	for _, file := range packed {
		name := strings.TrimSuffix(filepath.Base(file), ".db.gz")
		out[name] = filepath.Join(dir, name+".db")
		unpack(t, file, out[name])
	}
	return out
}

// ask gives the rows of a query of text columns, a line each.
func ask(t *testing.T, path, query string) []string {
	t.Helper()
	c, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro"}).String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	rows, err := c.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line sql.NullString
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		out = append(out, line.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// A database of any earlier schema keeps its mails, byte for byte, and its decisions, and becomes what it would be had
// it been made by today's patchwatch.
func TestMigrations(t *testing.T) {
	today := newEngine(t).path
	for name, path := range oldDatabases(t) {
		t.Run(name, func(t *testing.T) {
			mails := ask(t, path, mailsQuery)
			decided := ask(t, path, decisionsQuery)
			told := eventsBefore(t, path)
			boxes := ask(t, path, `SELECT path || coalesce(last_mail, '') || last_scan FROM maildir`)
			if len(mails) < 50 || len(decided) < 5 || len(boxes) != 1 {
				t.Fatalf("%d mails, %d decisions, %d Maildirs to begin with", len(mails), len(decided), len(boxes))
			}
			s, err := Open(ctx, path)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			wantLines(t, "schema", schemaOf(t, path), schemaOf(t, today))
			wantLines(t, "mails", ask(t, path, mailsQuery), mails)
			wantLines(t, "decisions", ask(t, path, decisionsQuery), decided)
			wantLines(t, "Maildirs", ask(t, path, `SELECT path || coalesce(last_mail, '') || last_scan FROM maildir`), boxes)
			wantLogged(t, s, len(decided))
			if told != nil {
				wantStillTold(t, ask(t, path, eventsQuery), told)
			} else {
				wantTold(t, s)
				s = wantToldOnce(t, s)
				defer s.Close()
			}
			wantCalled(t, path)
			wantLines(t, "decisions that are not shown", ask(t, path, notShownQuery), nil)
			check(t, s)
			wantRederived(t, s, path)
			wantSameAsFresh(t, s, path)
		})
	}
}

// eventsBefore are the events of a database that has them before it is migrated; nil: it is too old for that.
func eventsBefore(t *testing.T, path string) []string {
	t.Helper()
	if len(ask(t, path, `SELECT 1 FROM sqlite_schema WHERE name = 'event'`)) == 0 {
		return nil
	}
	told := ask(t, path, eventsQuery)
	if len(told) < 50 {
		t.Fatalf("%d events to begin with", len(told))
	}
	return told
}

// wantStillTold wants the events that were told before, about the same series. That a series lost the number by which
// it was told may be mended.
func wantStillTold(t *testing.T, now, before []string) {
	t.Helper()
	if len(now) != len(before) {
		t.Fatalf("%d events, and %d before", len(now), len(before))
	}
	for i := range before {
		told, lost := strings.CutSuffix(before[i], " -")
		if now[i] != before[i] && !(lost && strings.HasPrefix(now[i], told+" ")) {
			t.Errorf("event %s, before %s", now[i], before[i])
		}
	}
}

// wantCalled wants every name called by the number of its copy that was stored first, and every series by the smallest
// of these, also where it was called otherwise before.
func wantCalled(t *testing.T, path string) {
	t.Helper()
	wantLines(t, "mails that are not called by their first copy", ask(t, path, `
		SELECT m.msgid FROM mail m WHERE CASE WHEN m.chosen THEN coalesce(m.first, m.id) <> (
			SELECT min(o.id) FROM mail o WHERE o.msgid = m.msgid AND o.project IS m.project) OR m.first IS m.id
		ELSE m.first IS NOT NULL END`), nil)
	wantLines(t, "rows that are not called as their mails are", ask(t, path, `
		SELECT m.msgid FROM mail m JOIN (SELECT mail, id FROM patch UNION ALL SELECT mail, id FROM cover UNION ALL
			SELECT mail, id FROM reply) d ON d.mail = m.id WHERE d.id <> coalesce(m.first, m.id)`), nil)
	wantLines(t, "series that are not called by the smallest number", ask(t, path, `
		SELECT s.key FROM series s WHERE s.id IS NOT (SELECT min(id) FROM (
			SELECT id, series FROM patch UNION ALL SELECT id, series FROM cover) WHERE series = s.id)`), nil)
	if n := ask(t, path, `SELECT count(*) FROM mail WHERE first IS NOT NULL`)[0]; n == "0" {
		t.Error("no copy takes another's place: nothing is tested")
	}
}

// wantToldOnce wants events dated by the deliveries that they are about, and no more of them when the database is
// opened once more. It returns the one opened again.
func wantToldOnce(t *testing.T, s *db.Store) *db.Store {
	t.Helper()
	wantLines(t, "events of another date than the delivery", ask(t, s.Path(), `
		SELECT e.category || ' ' || m.msgid FROM event e JOIN mail m ON m.id = coalesce(e.comment, e.mail)
		WHERE e.date <> m.delivered AND e.category IN (
			'cover-created', 'patch-created', 'cover-comment-created', 'patch-comment-created')`), nil)
	wantLines(t, "series that were not told as they were completed", ask(t, s.Path(), `
		SELECT s.id FROM series s WHERE s.complete <> (SELECT count(*) FROM event e
			WHERE e.series = s.id AND e.category = 'series-completed' AND e.date = (
				SELECT max(m.delivered) FROM patch p JOIN mail m ON m.id = p.mail
				WHERE p.series = s.id AND p.number <= s.total))`), nil)
	told := ask(t, s.Path(), eventsQuery)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, s.Path())
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "events after it was opened again", ask(t, s.Path(), eventsQuery), told)
	return s
}

// Change-ids of mails that were stored before they could be looked for lead to other versions.
func TestChangesAreFilled(t *testing.T) {
	s, err := Open(ctx, oldDatabases(t)["9"])
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if want := `"series":"<bulk.11@example.org>","revises":"<bulk.5@example.org>"`; !strings.Contains(dump(t, s), want) {
		t.Errorf("the dump lacks %s", want)
	}
}

// The log says when the states were decided of which nothing else does.
func TestTimesOfStatesAreFilled(t *testing.T) {
	path := oldDatabases(t)["9"]
	want := ask(t, path, `
		SELECT msgid || ' ' || max(time) FROM log
		WHERE what = 'state' AND msgid IN (SELECT msgid FROM decision WHERE state IS NOT NULL)
		GROUP BY project, msgid ORDER BY 1`)
	s, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	got := ask(t, path, `SELECT msgid || ' ' || state_at FROM decision WHERE state_at IS NOT NULL ORDER BY 1`)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("states were decided at\n%v, want\n%v", got, want)
	}
}

const (
	eventsQuery = `
		SELECT e.id || ' ' || e.date || e.category || e.project || ' ' || coalesce(e.mail, '-') || ' ' || coalesce(s.key, '-')
		FROM event e LEFT JOIN series s ON s.id = e.series ORDER BY e.id`
	mailsQuery     = `SELECT id || ' ' || msgid || ' ' || hex(sha256) || ' ' || delivered FROM mail ORDER BY id`
	decisionsQuery = `
		SELECT p.link_name || d.msgid || coalesce(d.state, '-') || coalesce(d.delegate, '-')
		FROM decision d JOIN project p ON p.id = d.project ORDER BY 1`
	notShownQuery = `
		SELECT d.msgid FROM decision d JOIN project p ON p.id = d.project
			LEFT JOIN mail m ON m.project = d.project AND m.msgid = d.msgid AND m.chosen
			LEFT JOIN patch a ON a.mail = m.id LEFT JOIN series s ON s.cover = m.id
		WHERE NOT p.removed AND NOT ifnull(coalesce(d.state, a.state) IS a.state
			AND coalesce(d.delegate, a.delegate) IS a.delegate AND coalesce(d.series_name, s.given) IS s.given, 0)`
)

func wantLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		only, missing := difference(strings.Join(got, "\n")+"\n", strings.Join(want, "\n")+"\n")
		t.Errorf("%s: too much:\n%s\nmissing:\n%s", what, only, missing)
	}
}

var sqlNoise = regexp.MustCompile(`--[^\n]*`)

// schemaOf is the schema without comments and line breaks.
func schemaOf(t *testing.T, path string) []string {
	t.Helper()
	out := ask(t, path, `SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name`)
	for i := range out {
		out[i] = strings.Join(strings.Fields(sqlNoise.ReplaceAllString(out[i], " ")), " ")
	}
	return out
}

// wantRederived rebuilds, and compares also what no dump shows.
func wantRederived(t *testing.T, s *db.Store, path string) {
	t.Helper()
	queries := []string{
		`SELECT email || name || date || ' ' || mail FROM person ORDER BY email`,
		`SELECT id || ' ' || email FROM address ORDER BY id`,
		`SELECT mail || ' ' || id || ' ' || coalesce(parent, '-') || date || ignored || clean || hidden
			FROM reply ORDER BY mail`,
		`SELECT mail || ' ' || id || ' ' || coalesce(series, '-') || coalesce(number, '-')
			|| date || state || coalesce(delegate, '-')
			|| hidden || checked FROM patch ORDER BY mail`,
		`SELECT mail || ' ' || id || ' ' || series || ' ' || date || submitter || hidden FROM cover ORDER BY mail`,
		`SELECT id || ' ' || key || received || complete || date || submitter || coalesce(given, '-') || hidden
			FROM series ORDER BY id`,
		`SELECT hash || member || mail FROM ref ORDER BY hash, member, mail`,
		eventsQuery,
	}
	var before [][]string
	for _, q := range queries {
		before = append(before, ask(t, path, q))
	}
	if err := s.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	for i, q := range queries {
		wantLines(t, q, before[i], ask(t, path, q))
	}
}

// wantSameTitles compares what a migration filled in with what is filled in today, of mails that are read alike.
func wantSameTitles(t *testing.T, before, after []string) {
	t.Helper()
	titles, same := map[string]string{}, 0
	for _, line := range before {
		key, title, _ := strings.Cut(line, "\x01")
		titles[key] = title
	}
	for _, line := range after {
		key, title, _ := strings.Cut(line, "\x01")
		if was, ok := titles[key]; ok && was != title {
			t.Errorf("the title of %q is %q, and was %q when it was migrated", key, title, was)
		} else if ok && title != "" {
			same++
		}
	}
	if same < 20 {
		t.Errorf("only %d titles could be compared", same)
	}
}

const titlesQuery = `SELECT hex(sha256) || ' ' || kind || sender || ' ' || name || char(1) || coalesce(title, '')
	FROM mail`

// wantSameAsFresh reads every mail back, stores it in a new database, takes the same decisions there, and compares the
// two. All is read with today's parser first, since the old one may have read something else.
func wantSameAsFresh(t *testing.T, s *db.Store, path string) {
	t.Helper()
	migrated := ask(t, path, titlesQuery)
	if _, unread, err := s.Reread(ctx, ingest.Parse, nil); err != nil || unread > 0 {
		t.Fatalf("%d unread, %v", unread, err)
	}
	wantSameTitles(t, migrated, ask(t, path, titlesQuery))
	fresh := openStore(t)
	addProjects(t, fresh, s)
	addStoredMails(t, fresh, s, path)
	decideAlike(t, fresh, path)
	if _, err := fresh.RemoveProject(ctx, nobody, gone.LinkName, ingest.Parse, nil); err != nil {
		t.Fatal(err)
	}
	wantSame(t, s, "migrated", dump(t, fresh))
	for _, s := range []*db.Store{s, fresh} {
		if _, err := s.AddProject(ctx, nobody, gone, ingest.Parse, nil); err != nil {
			t.Fatal(err)
		}
		wantState(t, s, "added again", "20261112130000.26320-1-sam@example.com", "accepted")
	}
	wantSame(t, s, "with the removed project again", dump(t, fresh))
}

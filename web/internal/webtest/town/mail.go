package town

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"patchwatch/db"
	"patchwatch/ingest"
)

// Mail is a mail to be delivered. Day is a day of October 2026.
type Mail struct {
	ID, From, List, Subject, Refs, Text string
	Day                                 int
	Header                              string // more fields
}

// Diff makes a mail a patch.
const Diff = "---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-one\n+two\n"

func (m Mail) bytes() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\nTo: %s@lists.example.org\nSubject: %s\nMessage-ID: <%s>\n", m.From, m.List, m.Subject, m.ID)
	fmt.Fprintf(&b, "Date: %s\nList-Id: <%s.lists.example.org>\n", m.date().Format(time.RFC1123Z), m.List)
	b.WriteString("Received: from a.example.org\nReceived: from b.example.org\n")
	if m.Refs != "" {
		fmt.Fprintf(&b, "In-Reply-To: <%s>\n", m.Refs)
	}
	return []byte(b.String() + m.Header + "\n" + m.Text)
}

func (m Mail) date() time.Time { return time.Date(2026, 10, m.Day, 12, 0, 0, 0, time.UTC) }

// Deliver stores mails in this order.
func (t *Town) Deliver(mails ...Mail) {
	var batch []db.Delivery
	for _, m := range mails {
		batch = append(batch, t.delivery(m.bytes(), m.date().Add(time.Minute)))
	}
	t.add(batch)
}

func (t *Town) delivery(raw []byte, at time.Time) db.Delivery {
	m, err := ingest.Parse(raw)
	t.must(err)
	m.Delivered = at
	return t.Prepare(m, raw)
}

func (t *Town) add(batch []db.Delivery) {
	t.tb.Helper()
	added, err := t.Add(t.ctx(), batch)
	t.must(err)
	for _, a := range added {
		t.must(a.Err)
	}
}

// Import stores the mails of a folder in the order of their names. It leaves out those that cannot be read.
func (t *Town) Import(dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	t.must(err)
	var batch []db.Delivery
	for i, file := range files {
		raw, err := os.ReadFile(file)
		t.must(err)
		if m, err := ingest.Parse(raw); err == nil {
			m.Delivered = Mail{Day: 1}.date().Add(time.Duration(i) * time.Second)
			batch = append(batch, t.Prepare(m, raw))
		}
	}
	if len(batch) < 50 {
		t.tb.Fatalf("%s has only %d mails", dir, len(batch))
	}
	t.add(batch)
}

var demoMails = []Mail{
	{"cover", "Ann <ann@example.org>", "demo", "[PATCH v2 0/2] add it", "",
		"What it is for.\n\nDepends-on: <lone/x@example.org>\n", 1, ""},
	{"first", "Ann <ann@example.org>", "demo", "[PATCH v2 1/2] add \"it\" <é>", "cover",
		"A <message> & more.\n\nSigned-off-by: Ann <ann@example.org>\n" + Diff, 1, ""},
	{"second", "Ann <ann@example.org>", "demo", "[PATCH v2 2/2] second", "cover", "More.\n" + Diff, 1, ""},
	{"lone/x@example.org", "bob@example.org", "demo", "[PATCH] alone", "", "Alone.\n" + Diff, 2, ""},
	{"pull", "Bob <bob@example.org>", "demo", "[GIT PULL] all of it", "",
		"The following changes since commit 1234567890123456789012345678901234567890:\n\n" +
			"  before\n\nare available in the git repository at:\n\n  git://git.example.org/demo.git for-next\n", 3, ""},
	{"on-first", "Bob <bob@example.org>", "demo", "Re: [PATCH v2 1/2] add it", "first",
		"> more\n\nAcked-by: Bob <bob@example.org>\n", 3, ""},
	{"on-cover", "Ann <ann@example.org>", "demo", "Re: [PATCH v2 0/2] add it", "cover", "Thanks.\n", 4, ""},
	{"spam", "Spam <spam@example.com>", "demo", "[PATCH] buy this", "", "Buy.\n" + Diff, 5, ""},
	{"spam-cover", "Spam <spam@example.com>", "demo", "[PATCH 0/1] buy that", "", "Buy.\n", 5, ""},
	{"spam-member", "Spam <spam@example.com>", "demo", "[PATCH 1/1] buy that", "spam-cover", "Buy.\n" + Diff, 5, ""},
	{"spam-talk", "Spam <spam@example.com>", "demo", "Re: [PATCH v2 1/2] add it", "first", "Buy.\n", 5, ""},
	{"on-spam", "Bob <bob@example.org>", "demo", "Re: [PATCH] buy this", "spam", "No.\n", 5, ""},
	{"late", "Carl <carl@example.org>", "demo", "[PATCH 3/3] half of it", "", "Late.\n" + Diff, 6, ""},
}

// insideMails are a series with replies by somebody who sends to no other list, a reply to a mail of demo, a copy of
// one, a patch of ann, and one by which bob has another name.
var insideMails = []Mail{
	{"in-cover", hermit, "inside", "[PATCH v2 0/2] secret", "", "Secret.\n", 7, ""},
	{"in-first", hermit, "inside", "[PATCH v2 1/2] secret", "in-cover", "Secret.\n" + Diff, 7, ""},
	{"in-second", hermit, "inside", "[PATCH v2 2/2] secret", "in-cover", "Secret.\n" + Diff, 7, ""},
	{"in-talk", hermit, "inside", "Re: [PATCH v2 1/2] secret", "in-first", "Secret.\n\nAcked-by: " + hermit + "\n", 8, ""},
	{"in-reply", hermit, "inside", "Re: [PATCH v2 0/2] secret", "in-cover", "Secret.\n", 8, ""},
	{"in-elsewhere", hermit, "inside", "Re: [PATCH v2 1/2] add it", "first", "Secret.\n\nTested-by: " + hermit + "\n", 8,
		""},
	{"lone/x@example.org", "bob@example.org", "inside", "[PATCH] alone", "", "Secret.\n" + Diff, 2, ""},
	{"in-ann", "Ann <ann@example.org>", "inside", "[PATCH] secret", "", "Secret.\n\nDepends-on: <cover>\n" + Diff, 8, ""},
	{"in-bob", "Secret <bob@example.org>", "inside", "[PATCH] secret", "", "Secret.\n" + Diff, 9, ""},
}

const hermit = "Hermit <hermit@example.net>"

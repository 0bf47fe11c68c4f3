package ingest

import (
	"strings"
	"testing"
)

func TestPerson(t *testing.T) {
	for _, c := range []struct{ from, name, email string }{
		{"example user <user@example.com>", "example user", "user@example.com"},
		{"EXAMPLE USER <USER@EXAMPLE.COM>", "EXAMPLE USER", "user@example.com"},
		{`"example user" <user@example.com>`, "example user", "user@example.com"},
		{"user@example.com", "", "user@example.com"},
		{"<user@example.com>", "", "user@example.com"},
		{"user@example.com (example user)", "example user", "user@example.com"},
		{"user at example.com (example user)", "example user", "user@example.com"},
		{"=?utf-8?q?=C3=A9xample=20user?= <user@example.com>", "éxample user", "user@example.com"},
		{"=?utf-8?q?=C3=A9xample?= =?utf-8?q?=20user?= <user@example.com>", "éxample user", "user@example.com"},
		{"=?utf-8?B?w6l4YW1wbGUgdXNlcg==?= <user@example.com>", "éxample user", "user@example.com"},
		{"a <a@x.org>, b <b@x.org>", "a", "a@x.org"},
		{strings.Repeat("n", 300) + " <" + strings.Repeat("e", 300) + "@x.org>", strings.Repeat("n", 255),
			strings.Repeat("e", 255)},
	} {
		if p := parsePerson(decodeHeader([]byte(c.from))); p.Name != c.name || p.Email != c.email {
			t.Errorf("%q: %q, %q", c.from, p.Name, p.Email)
		}
	}
}

// TestUnusualAddressIsKept is a difference from Patchwork, which refuses mail from such an address.
func TestUnusualAddressIsKept(t *testing.T) {
	for _, c := range []struct{ from, name, email string }{
		{"Miles O'Brien <o'brien@x.org>", "Miles O'Brien", "o'brien@x.org"},
		{"root@buildhost", "", "root@buildhost"},
		{"A <a@exämple.org>", "A", "a@exämple.org"},
		{"A <a@b.org >", "A", "a@b.org"},
		{"A < a @ b.org>", "A", "a@b.org"},
		{"A <mailto:a@b.org>", "A", "a@b.org"},
		{"a at x.org", "", "a@x.org"},
		{"a@x.org.", "", "a@x.org."},
		{`"A <nick>" <a@x.org>`, "A <nick>", "a@x.org"},
		{"Only A Name", "Only A Name", ""},
		{"MAILER-DAEMON (Mail System)", "Mail System", "mailer-daemon"},
		{"testH=?UTF-8?B?w6E=?=user=example.com", "testH á user=example.com", ""},
		{"", "", ""},
		{"<>", "", ""},
		{"A <a@x.org", "A", "a@x.org"},
	} {
		if p := parsePerson(decodeHeader([]byte(c.from))); p.Name != c.name || p.Email != c.email {
			t.Errorf("%q: %q, %q", c.from, p.Name, p.Email)
		}
	}
}

func TestSenderBehindList(t *testing.T) {
	const real = "Existing Sender <existing@example.com>"
	for _, c := range []struct{ name, from, more, want string }{
		{"Reply-To", "Existing Sender via List <list@x.org>", "Reply-To: " + real, real},
		{"Cc", "Existing Sender via List <list@x.org>", "Cc: " + real, real},
		{"one of several in Cc", "Existing Sender via List <list@x.org>", "Cc: A <a@x.org>, " + real + ", B <b@x.org>", real},
		{"Reply-To before Cc", "Existing Sender via List <list@x.org>",
			"Cc: Existing Sender <cc@example.com>\nReply-To: list@x.org, " + real, real},
		{"quoted, X-Original-From", "'Existing Sender' via List <list@x.org>", "X-Original-From: " + real, real},
		{"via at the end", "'Existing Sender' via <list@x.org>", "X-Original-From: " + real, real},
		{"no via", "'Existing Sender' <list@x.org>", "X-Original-From: " + real, real},
		{"X-Original-From without a name", "Existing Sender via List <list@x.org>",
			"X-Original-From: existing@example.com", real},
		{"an escaped name", `"Exi \"X\" Sting \(Q\) via List" <list@x.org>`,
			`Cc: "Exi \"X\" Sting \(Q\)" <existing@example.com>`,
			`Exi "X" Sting (Q) <existing@example.com>`},
		{"nobody of that name", "Existing Sender via List <list@x.org>", "Cc: Somebody Else <else@example.com>", ""},
		{"nothing", "Existing Sender via List <list@x.org>", "", ""},
		{"the list alone", "list@x.org", "Cc: " + real, ""},
		{"a comma in the name", `"Sender, Existing via List" <list@x.org>`,
			`Reply-To: "Sender, Existing" <existing@example.com>`,
			"Sender, Existing <existing@example.com>"},
		{"a comma in an encoded name", "=?utf-8?q?=C3=84nder=2C_A_via_List?= <list@x.org>",
			"Reply-To: =?utf-8?q?=C3=84nder=2C_A?= <existing@example.com>",
			"Änder, A <existing@example.com>"},
		{"who has no name", "existing via List <list@x.org>", "Cc: A <a@x.org>, existing@example.com",
			" <existing@example.com>"},
		{"another's address without a name", "existing via List <list@x.org>", "Reply-To: existing.other@example.com", ""},
	} {
		m, err := Parse([]byte("From: " + c.from + "\n" + c.more + "\n\n"))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if m.RealSender != nil {
			got = m.RealSender.Name + " <" + m.RealSender.Email + ">"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAuthor(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"From: A B <ab@x.org>\n\ntext\n", "A B <ab@x.org>"},
		{"\n\nDate: today\nFrom: =?utf-8?q?=C3=A4?= <ab@x.org>\nSubject: x\n\ntext\n", "ä <ab@x.org>"},
		{"From: Me <ME@x.org>\n\ntext\n", ""}, // who sent it
		{"text\n\nFrom: A B <ab@x.org>\n", ""},
		{"From: here on\n", ""},
		{"From here on\n", ""},
	} {
		m, err := Parse([]byte("From: Me <me@x.org>\n\n" + c.body + smallDiff))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if m.Author != nil {
			got = m.Author.Name + " <" + m.Author.Email + ">"
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.body, got, c.want)
		}
	}
	m, err := Parse([]byte("From: Me <me@x.org>\n\nFrom: A B <ab@x.org>\n\nno patch\n"))
	if err != nil || m.Author != nil {
		t.Errorf("a mail without a patch has the author %v, %v", m.Author, err)
	}
}

package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/track"
)

func TestDecodeHeader(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"plain", "plain"},
		{"  a \t b\n c  ", "a b c"},
		{"a\u00a0\u3000b", "a b"},
		{"=?utf-8?q?a?=b", "a b"},
		{`"=?utf-8?q?a_b?="`, `" a b "`},
		{"(=?utf-8?q?a?=)", "(a)"},
		{"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"},
		{"=?utf-8?q?a?=\n =?utf-8?q?b?=", "ab"},
		{"=?utf-8?q?a?= =?iso-8859-1?q?=e4?=", "aä"},
		{"=?us-ascii?q?a?= b", "a b"},
		{"=?utf-8?b?w6Q=?= x", "ä x"},
		{"=?utf-8?B?w6Q?=", "ä"},
		{"=?utf-8?q?=c3?= =?utf-8?q?=a4?=", "ä"}, // a character cut in two
		{"=?utf-8*en?q?a?=", "a"},
		{"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"},
		{"=?utf-8?q?a=00b?=", "ab"},
		{"a\x00b", "ab"},
		{"=?utf-8?q?unended", "=?utf-8?q?unended"},
		{"=?utf-8?x?a?= b", "=?utf-8?x?a?= b"},
	} {
		if got := decodeHeader([]byte(c.value)); got != c.want {
			t.Errorf("%q: %q, want %q", c.value, got, c.want)
		}
	}
}

// TestBrokenHeaderIsKept is a difference from Patchwork: it puts U+FFFD for every byte, or refuses the mail.
func TestBrokenHeaderIsKept(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"caf\xc3\xa9", "café"},
		{"caf\xe9", "café"},
		{"\x93x\x94 =?utf-8?q?=c3=a4?=", "“x” ä"},
		{"=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche"},
		{"=?no-such?q?caf=c3=a9?=", "café"},
		{"=?us-ascii?q?caf=e9?=", "café"},
		{"=?utf-8?q?caf=e9?=", "café"},
		{"=?\x00?q?caf=c3=a9?=", "café"},
		{"=?utf-8?B?a?= x", "=?utf-8?B?a?= x"},
	} {
		if got := decodeHeader([]byte(c.value)); got != c.want {
			t.Errorf("%q: %q, want %q", c.value, got, c.want)
		}
	}
}

// TestMalformedHeaderIsKept is a difference from Patchwork, for which a malformed line ends the header.
func TestMalformedHeaderIsKept(t *testing.T) {
	const rest = "From: a@x.org\nMessage-ID: <1@x>\nSubject: s\n\ntext\n"
	for name, mail := range map[string]string{
		"as it should be":          rest,
		"From line first":          "From a@x.org Sat Jan  1 00:00:00 2000\n" + rest,
		"quoted From line first":   ">From a@x.org Sat Jan  1 00:00:00 2000\n" + rest,
		"continuation first":       " lost\n" + rest,
		"empty lines first":        "\n\n" + rest,
		"byte order mark first":    "\uFEFF" + rest,
		"line without a colon":     "X-A: b\nmalformed\n" + rest,
		"8-bit field name":         "X-\xe9: b\n" + rest,
		"space before the colon":   strings.Replace(rest, "Subject:", "Subject :", 1),
		"From line inside":         strings.Replace(rest, "Subject:", "From x\nSubject:", 1),
		"folded malformed line":    strings.Replace(rest, "Subject:", "malformed\n lost: x\nSubject:", 1),
		"CRLF":                     strings.ReplaceAll(rest, "\n", "\r\n"),
		"CR":                       strings.ReplaceAll(rest, "\n", "\r"),
		"NULs":                     strings.ReplaceAll(rest, "s", "s\x00"),
		"no empty line at the end": rest,
		"quoted From field":        ">" + rest,
		"From and a quoted one":    ">From: b@x.org\n" + rest,
		"a field before":           "X-Tool: 1234\n\n\n" + rest,
		"two fields before":        "X-Tool: 1234\n\nReturn-Path: <b@x.org>\n\n" + rest,
		"empty line inside":        strings.Replace(rest, "Message-ID", "\nMessage-ID", 1),
		"CR CR LF":                 strings.ReplaceAll(rest, "\n", "\r\r\n"),
		"CR CR LF in the header":   strings.ReplaceAll(strings.TrimSuffix(rest, "text\n"), "\n", "\r\r\n") + "text\n",
		"CR CR LF in one line":     strings.ReplaceAll(strings.Replace(rest, "org\n", "org\r\n", 1), "\n", "\r\n"),
		"a field and CR CR LF":     strings.ReplaceAll("X-Tool: 1234\n\n"+rest, "\n", "\r\r\n"),
	} {
		m, err := Parse([]byte(mail))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if m.From.Email != "a@x.org" || m.MsgID != "<1@x>" || m.Subject.Full != "s" || m.Content != "text" {
			t.Errorf("%s: %q %q %q %q", name, m.From.Email, m.MsgID, m.Subject.Full, m.Content)
		}
		if name == "CR" || name == "NULs" {
			continue // git reads no line in one of these, nor a From in the other
		}
		if c := mustCommits(t, mail)[0]; c.From != "a@x.org" || c.Subject != "s" || string(c.Message) != "text\n" {
			t.Errorf("%s: for git %q %q %q", name, c.From, c.Subject, c.Message)
		}
	}
}

// TestBodyThatLooksLikeHeader holds that a message stays one, whatever it begins with.
func TestBodyThatLooksLikeHeader(t *testing.T) {
	const (
		whole = "From: a@x.org\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nMessage-ID: <1@x>\n"
		other = "Received: by x\nFrom: b@x.org\nSubject: other\nDate: Tue, 3 Nov 2026 10:00:00 +0000\nMessage-ID: <2@x>"
	)
	for name, c := range map[string]struct{ header, body string }{
		"a field":              {whole + "Subject: s\n", "Foo: bar\n\ntext"},
		"a whole header":       {whole + "Subject: s\n", other + "\n\ntext"},
		"a header, no Subject": {whole, other + "\n\ntext"},
		"git's lines, a bare header": {"From: a@x.org\n",
			"From: b@x.org\nSubject: other\nDate: Tue, 3 Nov 2026 10:00:00 +0000\n\ntext"},
		"prose in the block": {"From: a@x.org\n", other + "\nnot a field\n\ntext"},
		"fields of no mail":  {"From: a@x.org\n", "Steps: 1\nResult: 2\n\ntext"},
		"a quoted header":    {whole, "> To: b@x.org\n> Subject: other\n\ntext"},
	} {
		m := mustParse(t, c.header+"\n"+c.body+"\n")
		if m.Content != c.body || m.From.Email != "a@x.org" {
			t.Errorf("%s: from %q, %q", name, m.From.Email, m.Content)
		}
	}
}

// TestBodyWithoutEmptyLine is Patchwork's reading: where what follows is no header, it is the body.
func TestBodyWithoutEmptyLine(t *testing.T) {
	m, err := Parse([]byte("Subject: s\nhello, world\nnote: this\n"))
	if err != nil || m.Content != "hello, world\nnote: this" {
		t.Errorf("%v, %v", m, err)
	}
}

func TestNoMail(t *testing.T) {
	for _, raw := range []string{"", "\n\n", "\x00\x00\x00", "no header here\n", " \n",
		"From a@x Sat Jan  1 00:00:00 2000\n"} {
		if m, err := Parse([]byte(raw)); err != ErrNoMail {
			t.Errorf("%q: %v, %v", raw, m, err)
		}
	}
}

func TestMessageID(t *testing.T) {
	for value, want := range map[string]string{
		"<id@x>":                               "<id@x>",
		"<id@x> (message ID with a comment)":   "<id@x>",
		"(comment) <id@x> <other@x>":           "<id@x>",
		"5899d592-8c87-47d9@radware.com>":      "5899d592-8c87-47d9@radware.com>",
		"\n <id@x>":                            "<id@x>",
		"<" + strings.Repeat("i", 300) + "@x>": "<" + strings.Repeat("i", 300) + "@x>",
	} {
		if m, err := Parse([]byte("Message-ID: " + value + "\n\n")); err != nil || m.MsgID != want {
			t.Errorf("%q: %v, %v", value, m, err)
		}
	}
}

// TestNoMessageID is a difference from Patchwork, which refuses such mail.
func TestNoMessageID(t *testing.T) {
	for _, mail := range []string{"Subject: x\n\n", "Subject: x\nMessage-ID:\n\n"} {
		m, err := Parse([]byte(mail))
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("<%x@sha256.patchwatch.invalid>", m.SHA256); m.MsgID != want {
			t.Errorf("%q: %q", mail, m.MsgID)
		}
	}
}

// An id of any length stands for one mail, and those that answer it find it.
func TestLongMessageID(t *testing.T) {
	long := "<" + strings.Repeat("x", 900000) + "@x.org>"
	parse := func(text string) *track.Mail {
		t.Helper()
		m, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := parse("Subject: x\nMessage-ID: " + long + "\n\ntext\nDepends-on: " + long + "\n")
	if len(m.MsgID) > track.MaxID || !strings.HasPrefix(m.MsgID, "<xxx") || len(m.Notes) == 0 {
		t.Errorf("an id of %d bytes, with the notes %q", len(m.MsgID), m.Notes)
	}
	if len(m.Depends) != 1 || m.Depends[0] != m.MsgID {
		t.Errorf("%d dependencies", len(m.Depends))
	}
	reply := parse("Subject: Re: x\nIn-Reply-To: " + long + "\nReferences: <a@x> " + long + "\n\ntext\n")
	if len(reply.Refs) != 2 || reply.Refs[0] != m.MsgID || reply.Answers != 1 {
		t.Errorf("%d references, the first of %d bytes", len(reply.Refs), len(reply.Refs[0]))
	}
	longer := strings.Replace(long, "@x.org", "@y.org", 1)
	if other := parse("Subject: x\nMessage-ID: " + longer + "\n\n"); other.MsgID == m.MsgID {
		t.Error("two ids became one")
	}
}

func TestReferences(t *testing.T) {
	for header, want := range map[string]string{
		"In-Reply-To: <a>\n":                                            "<a>",
		"In-Reply-To: <a> (message from\n someone)\n":                   "<a>",
		"In-Reply-To: 5899@radware.com>\n":                              "5899@radware.com>",
		"In-Reply-To: <e>\nReferences: <a> <b> <c> <d> <e>\n":           "<e> <d> <c> <b> <a>",
		"References: <a> <b>\nReferences: <c>\n":                        "<b> <a> <c>",
		"In-Reply-To: <a>\nIn-Reply-To: <b>\nReferences: <b>\n":         "<a> <b>",
		"References: <a>(comment)<b>,<c>\n":                             "<c> <b> <a>",
		"References: rubbish <a@b> (x <> y) and <c\n d@e> more <f@g> <": "<f@g> <c d@e> <a@b>",
		"In-Reply-To:\nReferences:\n":                                   "",
	} {
		m, err := Parse([]byte("Subject: x\n" + header + "\n"))
		if err != nil || strings.Join(m.Refs, " ") != want {
			t.Errorf("%q: %v, %v", header, m, err)
		}
	}
}

func TestDate(t *testing.T) {
	for value, want := range map[string]string{
		"Sun, 28 Apr 2019 20:28:09 +0200":          "2019-04-28 18:28:09",
		"Sun, 28 Apr 2019 20:28:09 +0200 (CEST)":   "2019-04-28 18:28:09",
		"Sun,28 Apr 2019 20:28:09 GMT":             "2019-04-28 20:28:09",
		"28 Apr 2019 20:28:09":                     "2019-04-28 20:28:09",
		"28 Apr 2019 20:28 -0730":                  "2019-04-29 03:58:00",
		"28 Apr 19 20.28.09 EST":                   "2019-04-29 01:28:09",
		"28 Apr 70 20:28:09 Z":                     "1970-04-28 20:28:09",
		"28 Apr 49 20:28:09 Z":                     "2049-04-28 20:28:09",
		"28 Apr 50 20:28:09 Z":                     "1950-04-28 20:28:09",
		"Tue, 28 Apr 126 20:28:09 +0000":           "2026-04-28 20:28:09",
		"Sun Apr 28 20:28:09 119":                  "2019-04-28 20:28:09",
		"28 Apr 99 20:28:09 Z":                     "1999-04-28 20:28:09",
		"28 Apr 100 20:28:09 Z":                    "2000-04-28 20:28:09",
		"Apr 28 2019 20:28:09":                     "2019-04-28 20:28:09",
		"Sun Apr 28 20:28:09 2019":                 "2019-04-28 20:28:09",
		"Sunday, 28-Apr-19 20:28:09 GMT":           "2019-04-28 20:28:09",
		"28 Apr 2019 20:28:09+0200":                "2019-04-28 18:28:09",
		"Sun, 28 April 2019 20:28:09 CEST":         "2019-04-28 20:28:09",
		"Sun, 32 Apr 2019 25:28:09 -0000":          "2019-05-03 01:28:09",
		"=?utf-8?q?Sun,_28_Apr_2019_20:28:09?= +0": "2019-04-28 20:28:09",
		"":                                 "",
		"yesterday":                        "",
		"28 Foo 2019 20:28:09":             "",
		"28 Apr 99999 20:28:09":            "",
		"28 Apr 2019 99999999999999:00:00": "",
		"28 Apr 0000000000000000000 20:28": "2000-04-28 20:28:00",
	} {
		got := parseDate(decodeHeader([]byte(value)))
		if s := got.Format(time.DateTime); s != want && !(want == "" && got.IsZero()) {
			t.Errorf("%q: %v, want %q", value, got, want)
		}
	}
}

func TestListIDs(t *testing.T) {
	for header, want := range map[string]string{
		"":                            "",
		"List-Id:\n":                  "",
		"List-Id:   \n":               "",
		"List-Id: test.example.com\n": "test.example.com",
		"List-Id: Test text <test.example.com>\n":            "test.example.com",
		"List-Id: Test text\n":                               "",
		"List-Id: <a> <b.x>\n":                               "b.x",
		"List-Id: <a> <>\n":                                  "a",
		"List-Id: < < a.x>\n":                                "a.x",
		"List-ID: <ALPHA.x>\n":                               "alpha.x", // a difference: Patchwork doesn't find the list
		"List-Id: <a.x>\nList-Id: <b.x>\n":                   "a.x",
		"X-list: c.x\nX-Mailing-List: b@x\nList-ID: <a.x>\n": "a.x b@x c.x",
		"X-Mailing-List: netdev@vger.kernel.org\n":           "netdev@vger.kernel.org",
	} {
		m, err := Parse([]byte("Subject: x\n" + header + "\n"))
		if err != nil || strings.Join(m.ListIDs, " ") != want {
			t.Errorf("%q: %v, %v", header, m, err)
		}
	}
}

func TestRecipients(t *testing.T) {
	m, err := Parse([]byte("To: \"Doe, John\" <J.Doe@x.org>, b@x.org (B, the second),\n undisclosed-recipients:;\n" +
		"Cc: A <a@x.org>, j.doe@X.org, c at x.org (C)\nTo: d@x.org\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"j.doe@x.org", "b@x.org", "d@x.org", "a@x.org", "c@x.org"}; !slices.Equal(m.To, want) {
		t.Errorf("%q", m.To)
	}
}

func TestHints(t *testing.T) {
	m, err := Parse([]byte("Subject: x\nX-Patchwork-Hint:  IGNORE \nX-Patchwork-State: Under Review\n" +
		"X-Patchwork-Delegate: M@x.org\nX-Patchwork-Action-Required:\n\n"))
	if err != nil || !m.Ignore || m.State != "Under Review" || m.Delegate != "M@x.org" || !m.ActionRequired {
		t.Errorf("%+v, %v", m, err)
	}
	m, err = Parse([]byte("Subject: x\nX-Patchwork-Hint: something else\n\n"))
	if err != nil || m.Ignore || m.State != "" || m.Delegate != "" || m.ActionRequired {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestPanicIsAnError(t *testing.T) {
	m, err := recovering(func([]byte) (*track.Mail, error) { panic("boom") }, nil)
	if m != nil || err == nil {
		t.Fatal(m, err)
	}
	first, stack, _ := strings.Cut(err.Error(), "\n")
	if first != "this mail cannot be read, by a fault of patchwatch: boom" ||
		!strings.Contains(stack, "TestPanicIsAnError") {
		t.Error(err)
	}
}

package ingest

import (
	"testing"

	"patchwatch/track"
)

// TestWhoSentIt holds for a From that a list or a relay has rewritten, and for those who would like to be somebody
// else: whatever other fields claim counts only where From is the list's address, or spells the very address that they
// name.
func TestWhoSentIt(t *testing.T) {
	project := &track.Project{ListEmail: "tools@lists.example.org"}
	const (
		cleo    = "Cleo Coder <cleo@strict.example.net>"
		list    = "Cleo Coder via Tools <tools@lists.example.org>"
		relay   = "Cleo Coder via B4 Relay <devnull+cleo.strict.example.net@relay.example.com>"
		mallory = "Mallory <mallory@example.com>"
	)
	for _, c := range []struct{ name, header, body, want string }{
		{"X-Original-From", "From: " + list + "\nX-Original-From: " + cleo, "", cleo},
		{"X-Original-Sender alone", "From: 'Cleo Coder' via Tools <tools@lists.example.org>\n" +
			"X-Original-Sender: Cleo@Strict.example.net", "", cleo},
		{"X-Original-Sender before a name in Cc", "From: " + list + "\nX-Original-Sender: cleo@strict.example.net\n" +
			"Cc: Cleo Coder <other@example.org>", "", cleo},
		{"X-Original-Sender that is the list", "From: " + list + "\nX-Original-Sender: tools@lists.example.org\n" +
			"Reply-To: " + cleo, "", cleo},
		{"a relay, X-Original-From", "From: " + relay + "\nX-Original-From: " + cleo +
			"\nReply-To: cleo@strict.example.net", "", cleo},
		{"a relay, Reply-To", "From: " + relay + "\nReply-To: tools@lists.example.org, cleo@strict.example.net", "", cleo},
		{"a relay, in the body", "From: " + relay, "From: " + cleo + "\n\nwhy\n", cleo},
		{"a relay, one name only", "From: devnull+cleo.strict.example.net@relay.example.com\n" +
			"X-Original-From: " + cleo, "", cleo},
		{"a relay, a tag in the address", "From: Cleo via Relay <devnull+cleo.b4.strict.example.net@relay.example.com>\n" +
			"Reply-To: cleo+b4@strict.example.net", "", "Cleo <cleo+b4@strict.example.net>"},
		{"a relay through a list", "From: 'Cleo Coder via B4 Relay' via Tools <tools@lists.example.org>\n" +
			"X-Original-From: Cleo Coder via B4 Relay <devnull+cleo.strict.example.net@relay.example.com>\n" +
			"Reply-To: " + cleo, "", cleo},

		{"an ordinary From", "From: " + mallory + "\nX-Original-From: " + cleo +
			"\nX-Original-Sender: cleo@strict.example.net\nReply-To: " + cleo,
			"From: " + cleo + "\n\n", mallory},
		{"a name like a relay's", "From: Mallory via B4 Relay <mallory@example.com>\nX-Original-From: " + cleo, "",
			"Mallory via B4 Relay <mallory@example.com>"},
		{"a name like the list's", "From: Cleo Coder via Tools <mallory@example.com>\nX-Original-From: " + cleo, "",
			"Cleo Coder via Tools <mallory@example.com>"},
		{"an address like another's", "From: Cleo Coder <cleo.strict.example.net@example.com>\nX-Original-From: " + cleo, "",
			"Cleo Coder <cleo.strict.example.net@example.com>"},
		{"a tag like another's", "From: M <mallory+cleo.strict.example.net@example.com>\nX-Original-From: " + cleo, "",
			"M <mallory+cleo.strict.example.net@example.com>"},
		{"a list that leaves X-Original-From", "From: Mallory via Tools <tools@lists.example.org>\nX-Original-From: " + cleo +
			"\nReply-To: " + mallory, "", "Mallory via Tools <tools@lists.example.org>"},
		{"a list that leaves X-Original-Sender", "From: Mallory via Tools <tools@lists.example.org>\n" +
			"X-Original-Sender: cleo@strict.example.net\nReply-To: tools@lists.example.org, " + mallory, "",
			"Mallory via Tools <tools@lists.example.org>"},
		{"a list that leaves Reply-To", "From: Mallory via Tools <tools@lists.example.org>\nX-Original-From: " + mallory +
			"\nReply-To: Mallory <cleo@strict.example.net>", "", "Mallory via Tools <tools@lists.example.org>"},
		{"a relay for Mallory", "From: Cleo Coder via B4 Relay <devnull+mallory.example.com@relay.example.com>\n" +
			"X-Original-From: " + cleo + "\nReply-To: mallory@example.com",
			"From: " + cleo + "\n\n", "Cleo Coder <mallory@example.com>"},
		{"a relay for nobody", "From: " + relay + "\nX-Original-From: " + mallory, "From: " + mallory + "\n\n",
			"Cleo Coder via B4 Relay <devnull+cleo.strict.example.net@relay.example.com>"},
		{"a relay's bare word", "From: M <devnull+@relay.example.com>\nX-Original-From: nobody", "",
			"M <devnull+@relay.example.com>"},
	} {
		got := project.Sender(mustParse(t, c.header+"\nSubject: [PATCH] x\n\n"+c.body+smallDiff))
		if who := got.Name + " <" + got.Email + ">"; who != c.want {
			t.Errorf("%s: %s, want %s", c.name, who, c.want)
		}
	}
}

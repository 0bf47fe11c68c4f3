package ingest

import (
	"strings"

	"patchwatch/track"
)

// relayWord begins the address from which the web endpoint of b4 sends, for people whose own servers handle mail
// badly: "Ann Author via B4 Relay <devnull+ann.example.org@kernel.org>".
const relayWord = "devnull+"

// senderBehindRelay is the person for whom a relay sent a mail. It is nil if From is no relay's, or if nothing in the
// header names the person.
//
// Anybody can write X-Original-From and Reply-To, so these alone must not make a mail somebody else's. Only From
// itself is believed: the From of a relay spells the address of the sender, and the other fields are searched for
// exactly that address. So Mallory's mail under an ordinary From stays Mallory's, whatever it claims, even if the
// name in it says "via B4 Relay"; and what a relay sends for Mallory cannot become Ann's. Somebody with a mailbox
// devnull can still write "devnull+ann.example.org", but they can write any From at all. To find forged Froms, check
// signatures before the mail comes here.
func senderBehindRelay(h header, from track.Person) *track.Person {
	spelled := relaySpelling(from)
	if spelled == "" {
		return nil
	}
	for _, field := range []string{"X-Original-From", "Reply-To", "X-Original-Sender", "Cc"} {
		for _, value := range h.all(field) {
			for _, one := range splitAddresses(decodeHeader(value)) {
				if p := parsePerson(one); spellingOf(p.Email) == spelled {
					return relayedPerson(p, from)
				}
			}
		}
	}
	return nil
}

// senderBehindRelayInBody finds the same person in the in-body From, which b4 writes too.
func senderBehindRelayInBody(content string, from track.Person) *track.Person {
	spelled := relaySpelling(from)
	if spelled == "" {
		return nil
	}
	if p := author(content, from); p != nil && spellingOf(p.Email) == spelled {
		return relayedPerson(*p, from)
	}
	return nil
}

func relayedPerson(p, from track.Person) *track.Person {
	if name := trimQuotes(dropVia(from.Name)); name != "" {
		p.Name = name
	}
	return &p
}

// relaySpelling is how a relay spells the sender in its From; empty if From is no relay's.
func relaySpelling(from track.Person) string {
	local, _, _ := strings.Cut(from.Email, "@")
	rest, ok := strings.CutPrefix(local, relayWord)
	if !ok {
		return ""
	}
	return dotted(rest)
}

// spellingOf is an address as a relay spells it, "ann.example.org"; empty if it is no address.
func spellingOf(email string) string {
	if !strings.Contains(email, "@") {
		return ""
	}
	return dotted(email)
}

// dotted puts a dot for every character that is not a letter or digit, since relays differ in what they write for "@"
// and "+".
func dotted(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && !isDigit(byte(r)) && (r < 'a' || r > 'z') {
			return '.'
		}
		return r
	}, s)
}

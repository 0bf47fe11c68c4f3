package ingest

import (
	"cmp"
	"strings"

	"patchwatch/track"
)

// realSender finds who sent a mail whose From is not their own, because a relay or a list has put its own address
// there. relay tells that it was a relay, whose From shows that by itself. Whether From is the address of a list is
// not known here; the caller has to check that.
func realSender(h header, from track.Person) (p *track.Person, relay bool) {
	if p := senderBehindRelay(h, from); p != nil {
		return p, true
	}
	p = senderBehindList(h, from)
	if p == nil {
		return nil, false
	}
	if further := senderBehindRelay(h, *p); further != nil {
		return further, false
	}
	return p, false
}

// senderBehindList finds who sent a mail whose From a list has rewritten to its own address because of DMARC, "A via
// List <list@x.org>". X-Original-From says it, or X-Original-Sender, which Google Groups sometimes writes alone and
// never leaves as the sender wrote it; or Reply-To or Cc has that name with an address of its own. The result is nil
// if none of them does.
//
// Mailman leaves X-Original-From as the sender wrote it, and puts the sender into Reply-To; Google Groups does it the
// other way round. So if these have the name with different addresses, one of them may be there to impersonate
// somebody: then neither is believed.
func senderBehindList(h header, from track.Person) *track.Person {
	if from.Email == "" {
		return nil
	}
	name := trimQuotes(dropVia(from.Name))
	named := namedIn(h, "Reply-To", name)
	said := originalSender(h, from, name)
	switch {
	case said == nil && named == nil:
		return namedIn(h, "Cc", name)
	case said == nil:
		return named
	case named != nil && named.Email != said.Email && named.Email != from.Email:
		return nil
	}
	return said
}

// originalSender is the sender according to X-Original-From or X-Original-Sender.
func originalSender(h header, from track.Person, name string) *track.Person {
	for _, field := range []string{"X-Original-From", "X-Original-Sender"} {
		original := parsePerson(h.text(field))
		if strings.Contains(original.Email, "@") && original.Email != from.Email {
			return &track.Person{Name: cmp.Or(name, original.Name), Email: original.Email}
		}
	}
	return nil
}

// namedIn is the person who has that name in the fields of that kind.
func namedIn(h header, field, name string) *track.Person {
	if name == "" {
		return nil
	}
	for value, text := range h.decoded(field) {
		if !mayName(value, text, name) {
			continue
		}
		if p := findNamed(value, name); p != nil {
			return p
		}
	}
	return nil
}

// mayName quickly says no to a list of addresses that does not have the first word of a name, unless that may be
// escaped, or decoded otherwise when an address is read by itself.
func mayName(value []byte, text, name string) bool {
	word, _, _ := strings.Cut(name, " ")
	return strings.Contains(text, word) || strings.Contains(text, `\`) || !isASCII(value)
}

// dropVia is "A" of "A via List".
func dropVia(name string) string {
	if i := strings.LastIndex(name, " via "); i >= 0 {
		return name[:i]
	}
	return strings.TrimSuffix(name, " via")
}

func trimQuotes(name string) string {
	return strings.Trim(trim(name), "'")
}

// findNamed finds the person of that name in a list of addresses. It splits the list before it decodes it, since an
// encoded name may hold a comma; then also after decoding, for names that were encoded together with what is around
// them.
func findNamed(list []byte, name string) *track.Person {
	for _, one := range splitAddresses(string(list)) {
		if p := isNamed(decodeHeader([]byte(one)), name); p != nil {
			return p
		}
	}
	for _, one := range splitAddresses(decodeHeader(list)) {
		if p := isNamed(one, name); p != nil {
			return p
		}
	}
	return nil
}

// isNamed returns the person of an address if the name is theirs. For somebody without a name, lists write the part
// before the @.
func isNamed(address, name string) *track.Person {
	if !strings.Contains(address, name) && !strings.Contains(address, `\`) {
		return nil
	}
	p := parsePerson(address)
	local, _, _ := strings.Cut(p.Email, "@")
	if p.Email != "" && (p.Name == name || p.Name == "" && local == strings.ToLower(name)) {
		return &p
	}
	return nil
}

// splitAddresses splits at the commas outside quotes and comments. After a quote or comment that has no end, every
// comma counts.
func splitAddresses(s string) []string {
	var list []string
	start, open := 0, byte(0) // open is what ends the quote or comment that i is in
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case open != 0:
			if c == open {
				open = 0
			}
		case c == '"':
			open = '"'
		case c == '(':
			open = ')'
		case c == ',':
			list = append(list, trim(s[start:i]))
			start = i + 1
		}
	}
	if open == 0 {
		return append(list, trim(s[start:]))
	}
	for one := range strings.SplitSeq(s[start:], ",") {
		list = append(list, trim(one))
	}
	return list
}

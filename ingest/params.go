package ingest

import (
	"net/url"
	"strings"
)

// A mediaType is a Content-Type or a Content-Disposition taken apart: "text/plain; charset=utf-8".
type mediaType struct {
	name   string // lower-cased, "text/plain"
	params map[string]string
}

// parseMediaType reads parameters (RFC 2045, 5.1), and their continuations and charsets (RFC 2231, 3 and 4). It takes
// whatever is there: it leaves out a parameter that makes no sense, and the first one of a name wins.
func parseMediaType(value []byte) mediaType {
	s := decodeRaw(value)
	head, rest, _ := strings.Cut(s, ";")
	t := mediaType{name: strings.ToLower(trim(head)), params: map[string]string{}}
	parts := map[string][]string{}
	for n := 0; rest != "" && n < maxParams; n++ {
		var param string
		param, rest = cutParam(rest)
		key, val, ok := strings.Cut(param, "=")
		if !ok {
			continue
		}
		t.set(strings.ToLower(trim(key)), unquote(trim(val)), parts)
	}
	t.joinParts(parts)
	return t
}

// maxParams is how many parameters of a field are read; mail programs write up to ten.
const maxParams = 100

// set stores a parameter: "name", "name*" with a charset and percent signs, or a section "name*0", "name*1*" of a
// long one.
func (t mediaType) set(key, val string, parts map[string][]string) {
	name, section, sectioned := strings.Cut(key, "*")
	if !sectioned {
		if _, there := t.params[key]; !there {
			t.params[key] = val
		}
		return
	}
	if section == "" || strings.HasSuffix(section, "*") {
		val = percentDecoded(val)
	}
	parts[name] = append(parts[name], val)
}

// joinParts joins sections in the order in which they came, which is the order in which everybody writes them.
func (t mediaType) joinParts(parts map[string][]string) {
	for name, sections := range parts {
		if _, there := t.params[name]; !there {
			t.params[name] = strings.Join(sections, "")
		}
	}
}

// percentDecoded decodes "utf-8'en'na%C3%AFve". The charset does not matter for what this package reads.
func percentDecoded(val string) string {
	if pieces := strings.SplitN(val, "'", 3); len(pieces) == 3 {
		val = pieces[2]
	}
	if decoded, err := url.PathUnescape(val); err == nil {
		return decoded
	}
	return val
}

// cutParam cuts at the first semicolon outside quotes. A quote that has no end does not count.
func cutParam(s string) (param, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if quoted {
				i++
			}
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	if quoted {
		param, rest, _ = strings.Cut(s, ";")
		return param, rest
	}
	return s, ""
}

// unquote undoes a quoted-string, "a\"b". It returns any other text as it is.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return s
	}
	s = strings.TrimSuffix(s[1:], `"`)
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// decodeRaw is the value of a structured field as text: unfolded, but with its encoded words, since only the caller
// knows where those may be.
func decodeRaw(value []byte) string {
	if !isASCII(value) {
		value = guessCharset(value)
	}
	return string(dropNUL(value))
}

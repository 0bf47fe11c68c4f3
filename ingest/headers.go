package ingest

import "strings"

// Fields are the fields of a mail's header, in order, as they were sent: folded and encoded. Only bytes that are not
// UTF-8 are read in the charset that they are probably in. Nil if there is no header.
func Fields(raw []byte) []Field {
	var ignored notes
	h, _ := topHeader(unixLines(raw), &ignored)
	fields := make([]Field, len(h))
	for i, f := range h {
		value := string(decodeText(f.value, "", &ignored))
		fields[i] = Field{Name: string(f.name), Value: strings.ToValidUTF8(value, "\uFFFD")}
	}
	return fields
}

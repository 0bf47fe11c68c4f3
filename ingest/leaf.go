package ingest

import "strings"

// Leaf is a part of a mail that has no parts itself, decoded.
type Leaf struct {
	FileName string // decoded, as the sender wrote it; empty where it has none
	Type     string // as "text/plain"; lower-cased
	Text     bool   // Body is text, in UTF-8, with LF at the end of each line
	Body     []byte
}

// ReadLeaf reads the nth leaf of a mail, from 1, in the order of ReadTexts. It is nil if the mail has fewer, or is
// none.
func ReadLeaf(raw []byte, n int) (*Leaf, error) {
	return recovering(func(raw []byte) (*Leaf, error) {
		var ignored notes
		h, body := topHeader(unixLines(raw), &ignored)
		parts := splitParts(h, body, &ignored)
		if n < 1 || n > len(parts) || len(h) == 0 {
			return nil, nil
		}
		p := parts[n-1]
		leaf := &Leaf{FileName: fold(decodeHeader([]byte(p.filename))), Type: p.kind.name}
		leaf.Body = decodeTransfer(p.body, p.encoding)
		if leaf.Text = strings.HasPrefix(leaf.Type, "text/"); leaf.Text {
			leaf.Body = []byte(lineFeedsOnly(string(decodeText(leaf.Body, p.charset(), &ignored))))
		}
		return leaf, nil
	}, raw)
}

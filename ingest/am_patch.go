package ingest

import (
	"cmp"
	"fmt"

	"patchwatch/track"
)

// AppendPatch appends a patch's mail to an mbox as git am reads it: almost always one mail, and one for each commit
// where several are attached. The trailers that replies gave are put below their own. Only the first commit of a mail
// has its Message-ID, since programs take the second of two mails with one id for a copy.
func AppendPatch(out []byte, p track.MailView, raw []byte, given []track.Trailer) ([]byte, error) {
	commits, err := Commits(raw, p.Submitter)
	if err != nil {
		return nil, err
	}
	for i := range commits {
		var fields []Field
		if i == 0 {
			fields = append(fields, Field{Name: "Message-ID", Value: p.MsgID})
		}
		fields = append(fields, Field{Name: "X-Patchwatch-Id", Value: fmt.Sprint(p.ID)})
		out = appendCommit(out, p, &commits[i], given, fields)
	}
	return out, nil
}

// appendCommit appends a commit to an mbox. The tracker fills in what its mail does not say.
func appendCommit(out []byte, p track.MailView, c *Commit, given []track.Trailer, fields []Field) []byte {
	if c.From == "" { // git am wants an author, whatever it is
		c.From = Mailbox(track.Person{Name: p.Submitter.Name, Email: cmp.Or(p.Submitter.Email, "unknown")})
	}
	if c.Date == "" {
		c.Date = p.Date.UTC().Format("Mon, 2 Jan 2006 15:04:05 -0700")
	}
	if len(given) > 0 {
		c.ToUTF8()
		c.Message = []byte(withTrailers(string(c.Message), given) + "\n")
		if len(c.Patch) > 0 && c.Patch[0] != '-' {
			c.Message = append(c.Message, '\n') // no line of dashes follows
		}
	}
	return AppendMbox(out, c, p.Date, fields...)
}

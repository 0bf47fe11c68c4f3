package dbtest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"patchwatch/track"
)

// Archive makes n mails such as lists carry: series of four under a cover with two replies each, single patches with a
// reply, talk; 5 KB each, some three references, as many senders as a list has.
func Archive(n int) []*track.Mail {
	r := rand.New(rand.NewPCG(7, 7))
	var out []*track.Mail
	send := func(sender int, subject string, refs ...string) string {
		id := fmt.Sprintf("%d.%x-mailer@host%d.example.org", len(out), r.Uint64(), sender)
		m := made(id, len(out)*7, subject, refs...)
		m.From = track.Person{Name: fmt.Sprintf("Person %d", sender),
			Email: fmt.Sprintf("person%d@example.org", sender)}
		m.Content = text(r, 1500)
		if m.Diff != "" {
			m.Diff, m.Hash = text(r, 3500), strings.Repeat("ab", 20)
			m.Trailers = []track.Trailer{{Key: "Signed-off-by", Value: m.From.Name + " <" + m.From.Email + ">"}}
			m.Files = []string{"net/core/dev.c", "net/core/sock.c"}
		} else {
			m.Content = text(r, 5000)
		}
		out = append(out, m)
		return id
	}
	for len(out) < n {
		sender := r.IntN(200)
		switch r.IntN(3) {
		case 0:
			cover := send(sender, "[0/4] net: a series of four")
			for i := 1; i <= 4; i++ {
				patch := send(sender, fmt.Sprintf("[%d/4] net: part %d", i, i), cover)
				reply := send(r.IntN(200), "Re: net: part", patch, cover)
				again := send(sender, "Re: net: part", reply, patch, cover)
				send(r.IntN(200), "Re: net: part", again, reply, patch, cover)
			}
		case 1:
			patch := send(sender, "net: a single patch")
			send(r.IntN(200), "Re: net: a single patch", patch)
		default:
			thread := []string{send(sender, "talk of this and that")}
			for range 5 {
				thread = append([]string{send(r.IntN(200), "Re: talk of this and that", thread...)}, thread...)
			}
		}
	}
	return out[:n]
}

func text(r *rand.Rand, size int) string {
	words := []string{"static", "int", "return", "if", "(err)", "net:", "the", "of", "patch", "+\tdev->flags",
		"-\tfree(x);", "struct", "sk_buff", "\n"}
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(words[r.IntN(len(words))])
		b.WriteByte(' ')
	}
	return b.String()
}

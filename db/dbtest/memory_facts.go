package dbtest

import (
	"slices"

	"patchwatch/db/engine"
)

// view answers from the rows of one moment.
type view struct{ *state }

func (v *view) Known(keys []engine.Bytes) (map[engine.Bytes]engine.Known, error) {
	out := map[engine.Bytes]engine.Known{}
	for _, key := range keys {
		for _, m := range v.named(key.MsgID) {
			if m.SHA256 == key.SHA256 {
				out[key] = engine.Known{ID: m.ID, Delivered: m.Delivered, ImportedAs: m.ImportedAs}
			}
		}
	}
	return out, nil
}

func (v *view) Copies(names []engine.Name) (map[engine.Name][]engine.Copy, error) {
	out := map[engine.Name][]engine.Copy{}
	once(names, func(name engine.Name) {
		for _, m := range v.named(name.MsgID) {
			if m.Project == name.Project {
				out[name] = append(out[name], engine.Copy{ID: m.ID, SHA256: m.SHA256, Chosen: m.Chosen, First: m.First,
					ByList: m.ByList, Delivered: m.Delivered})
			}
		}
	})
	return out, nil
}

func (v *view) Mails(ids []int64) (map[int64]*engine.Mail, error) {
	out := map[int64]*engine.Mail{}
	for _, id := range ids {
		if m := v.mails.get(id); m != nil {
			c := copyOf(m.Mail)
			out[id] = &c
		}
	}
	return out, nil
}

func (v *view) Namings(emails []string) (map[string]engine.Naming, error) {
	out := map[string]engine.Naming{}
	once(emails, func(email string) {
		for _, m := range v.sentBy(email) {
			if !m.names() {
				continue
			}
			n := m.naming()
			if best, there := out[email]; !there || n.Before(&best) {
				out[email] = n
			}
		}
	})
	return out, nil
}

func (m *mail) naming() engine.Naming {
	return engine.Naming{Mail: m.ID, MsgID: m.MsgID, Date: m.Date, Email: m.Sender, Name: m.SenderName}
}

func (v *view) Holds(sums []engine.Sum) ([]bool, error) {
	stored := map[engine.Sum]bool{}
	for _, m := range v.mails.all() {
		stored[m.SHA256] = true
	}
	out := make([]bool, len(sums))
	for i, sum := range sums {
		out[i] = stored[sum]
	}
	return out, nil
}

func (v *view) LastMail() (int64, error) { return v.mails.last(), nil }

func (v *view) After(id int64, most int) ([]engine.MailKey, error) {
	var out []engine.MailKey
	for _, m := range v.mails.from(id) {
		if len(out) == most {
			break
		}
		if m.ID > id {
			out = append(out, mailKeyOf(m))
		}
	}
	return out, nil
}

func mailKeyOf(m *mail) engine.MailKey {
	return engine.MailKey{ID: m.ID, MsgID: m.MsgID, SHA256: m.SHA256, Delivered: m.Delivered, ImportedAs: m.ImportedAs}
}

func (v *view) Unrouted(most int) ([]engine.MailKey, error) {
	var out []engine.MailKey
	for _, m := range v.mails.all() {
		if m.Project == 0 {
			out = append(out, mailKeyOf(m))
		}
	}
	slices.Reverse(out)
	return first(out, most), nil
}

func (v *view) Frames(ids []int64, f func(id int64, frame []byte) error) error {
	for _, id := range ids {
		var frame []byte
		if m := v.mails.get(id); m != nil {
			frame = slices.Clone(m.frame)
		}
		if err := f(id, frame); err != nil {
			return err
		}
	}
	return nil
}

package ops

import (
	"cmp"
	"fmt"
	"path/filepath"
	"time"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/watcher"
)

// FailedMail is a mail in the folder failed of a Maildir.
type FailedMail struct {
	Dir     string    `json:"maildir"`
	Name    string    `json:"name"`
	From    string    `json:"from"`    // as far as it can be read, and only after ReadHeader
	Subject string    `json:"subject"` // likewise
	Size    int64     `json:"size"`
	Time    time.Time `json:"time"`
	Reason  string    `json:"reason"`
}

// Path is where its file is.
func (m FailedMail) Path() string { return filepath.Join(m.Dir, "failed", m.Name) }

// FailedMails lists those of some Maildirs.
func FailedMails(dirs []string) ([]FailedMail, error) {
	var out []FailedMail
	for _, dir := range dirs {
		mails, err := watcher.Failed(dir)
		if err != nil {
			return nil, err
		}
		for _, m := range mails {
			out = append(out, FailedMail{Dir: dir, Name: m.Name, Size: m.Size, Time: m.Time.UTC(), Reason: m.Reason})
		}
	}
	return out, nil
}

// ReadHeader reads From and Subject from the beginning of the mail. As a whole it could not be read, so they may be
// missing.
func (m *FailedMail) ReadHeader() {
	start, _, err := watcher.ReadFile(m.Path(), 64<<10)
	if err != nil {
		return
	}
	read, err := ingest.Parse(start)
	if err != nil {
		return
	}
	m.Subject = read.Subject.Full
	if read.From != (track.Person{}) {
		m.From = cmp.Or(read.From.Name, read.From.Email)
	}
}

// PickFailed returns the mails with these names.
func PickFailed(mails []FailedMail, names []string) ([]FailedMail, error) {
	var out []FailedMail
	for _, name := range names {
		m, err := PickOneFailed(mails, name)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// PickOneFailed returns the mail with this name. It is an error if several Maildirs have one.
func PickOneFailed(mails []FailedMail, name string) (FailedMail, error) {
	var found []FailedMail
	for _, m := range mails {
		if m.Name == name {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 0:
		return FailedMail{}, fmt.Errorf("there is no failed mail %q; patchwatch failed list lists them", name)
	case 1:
		return found[0], nil
	}
	return FailedMail{}, fmt.Errorf("%q is in failed of %d Maildirs; say which with --maildir", name, len(found))
}

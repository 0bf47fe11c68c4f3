package dbtest

import (
	"fmt"
	"strings"
	"time"

	"patchwatch/track"
)

// listID is the list of all mails made here.
const listID = "frob.lists.example.org"

var epoch = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// made is a mail with the given id, subject and references; its text is its subject.
func made(id string, minute int, subject string, refs ...string) *track.Mail {
	m := &track.Mail{
		MsgID: "<" + id + ">", Date: epoch.Add(time.Duration(minute) * time.Minute), ListIDs: []string{listID},
		From: track.Person{Name: "Ann", Email: "ann@example.org"}, Content: subject,
		Subject: track.Subject{Full: subject, Rest: subject, Version: 1},
	}
	m.Delivered = m.Date.Add(time.Second)
	for _, r := range refs {
		m.Refs = append(m.Refs, "<"+r+">")
	}
	m.Reply = strings.HasPrefix(subject, "Re:")
	if n, err := fmt.Sscanf(subject, "[%d/%d]", &m.Subject.Number, &m.Subject.Total); n == 2 && err == nil {
		m.Subject.Marked = true
	}
	if !m.Reply && !(m.Subject.Marked && m.Subject.Number == 0) && !strings.HasPrefix(subject, "talk") {
		m.Diff = "diff of " + id
	}
	return m
}

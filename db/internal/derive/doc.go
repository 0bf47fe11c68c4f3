// Package derive stores mails and brings all that follows from them in line, inside one transaction: which copy stands
// for a Message-ID (choose.go), what a change reaches (neighbours.go, replies.go), what track.Assemble makes of that
// part and which rows differ (derive.go, patches.go, person.go), and what is new for readers (events.go). A rebuild
// does the same for all mails, part by part (parts.go, rebuild.go).
package derive

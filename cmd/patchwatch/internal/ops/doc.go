// Package ops is for those who look after a running patchwatch: what status says, metrics, what a service manager is
// told, failed mail, and what check finds in a Maildir.
package ops

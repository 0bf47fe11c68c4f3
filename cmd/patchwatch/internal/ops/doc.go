// Package ops is what those see who look after a running patchwatch: what status says, metrics, what a service
// manager is told, and what check finds in a Maildir.
package ops

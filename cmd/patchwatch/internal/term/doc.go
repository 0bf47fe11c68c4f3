// Package term is how a command line talks to whoever runs it: tables that fit the screen, colours, a pager, a
// progress line, JSON, and log lines. It knows nothing of mail or patches, and imports nothing of ours.
//
// Text from outside must not move the cursor, colour the screen, or turn the line's direction round: what could is
// shown as a visible escape.
package term

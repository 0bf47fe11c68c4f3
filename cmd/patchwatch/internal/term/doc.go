// Package term is how a command line talks to people: tables that fit the screen, colours, a pager, a progress line,
// JSON, log lines, a man page. It knows nothing of mail or patches, and imports nothing of ours.
//
// Text from outside must not move the cursor, colour the screen, or change the direction of the line. Characters that
// could are shown as visible escapes.
//
// Text from outside must not move the cursor, colour the screen, or turn the line's direction round: what could is
// shown as a visible escape.
package term

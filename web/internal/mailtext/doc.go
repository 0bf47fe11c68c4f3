// Package mailtext makes the text of a mail fit to be shown on a page: it says what each line is (words, a quotation, a
// part of a diff, a signature), where links are, and which characters a reader would not see. Read makes the structure,
// and Append writes it as HTML. Nothing in it knows of HTTP or of a database.
//
// Anybody can write a mail, so all of this takes time and memory in proportion to the text.
package mailtext

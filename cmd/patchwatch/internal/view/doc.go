// Package view is what commands show of mails, patches and series, to people and as JSON, and which of them an ID
// means.
package view

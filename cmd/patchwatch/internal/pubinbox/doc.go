// Package pubinbox reads the git repositories in which public-inbox keeps mail, through git's own commands. It knows
// git and these formats, and nothing of mail.
//
// A repository of the second format (public-inbox-v2-format(5)) has in each commit one file: "m" is a mail that came,
// and "d" one that was deleted. An inbox has several of these repositories, its epochs: git/0.git, git/1.git and so on.
// In a repository of the first format (public-inbox-v1-format(5)) every mail is a file that is named by the SHA-1 of
// its Message-ID, and a deleted mail is a file that is gone.
//
// A repository may be a stranger's. It is never written to, no hook, program or remote of its configuration is used,
// and what is read of it is bounded.
package pubinbox

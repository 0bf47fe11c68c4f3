package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"

	"github.com/spf13/cobra"
)

// manCommand is hidden: only people who make packages need it.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "Write the man page",
		Long:    "Writes patchwatch(1), made of what --help says. SOURCE_DATE_EPOCH gives its date, else it is of today.",
		Example: "  patchwatch man | man -l -",
		Args:    cobra.NoArgs,
		Hidden:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := io.WriteString(a.out, manPage(cmd.Root(), manDate()))
			return err
		},
	}
}

func manDate() time.Time {
	seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return time.Now()
	}
	return time.Unix(seconds, 0)
}

// manPage is patchwatch(1).
func manPage(root *cobra.Command, date time.Time) string {
	var p term.ManPage
	p.Line(`.TH PATCHWATCH 1 "` + date.UTC().Format(time.DateOnly) + `" "patchwatch ` + term.Roff(thisBuild().Version) +
		`" "User Commands"`)
	p.Macro("SH", "NAME")
	p.Line("patchwatch \\- " + term.Roff(strings.ToLower(root.Short[:1])+root.Short[1:]))
	p.Macro("SH", "SYNOPSIS")
	p.Line(`\fBpatchwatch\fR [\fB\-\-db\fR \fIFILE\fR] \fICOMMAND\fR [\fIARGUMENT\fR...]`)
	p.Macro("SH", "DESCRIPTION")
	p.Text(root.Long)
	p.Macro("SH", "OPTIONS")
	p.Line("Every command takes these.")
	p.Flags(root.PersistentFlags())
	p.Item(`\fB\-h\fR, \fB\-\-help\fR`, "say how the command is used")
	for _, group := range root.Groups() {
		p.Group(root, group)
	}
	p.Macro("SH", "EXAMPLES")
	p.Line("What a day begins with:")
	p.Example(root.Example)
	for _, s := range manSections {
		p.Macro("SH", s.title)
		for _, i := range s.items {
			p.Item(`\fB`+term.Roff(i[0])+`\fR`, i[1])
		}
	}
	p.Macro("SH", "SEE ALSO")
	p.Line(`\fBgit\-am\fR(1), \fBsystemd.service\fR(5)`)
	return p.String()
}

// manSections are the sections that no command's help has.
var manSections = []struct {
	title string
	items [][2]string
}{
	{"EXIT STATUS", [][2]string{
		{strconv.Itoa(exitDone), "All is done, or a watcher was stopped by SIGINT or SIGTERM."},
		{strconv.Itoa(exitFailed), "Something failed, and standard error says what; status --check, check, compare and " +
			"stress found something."},
		{strconv.Itoa(exitUsage), "The command line is wrong, and nothing was done."},
		{strconv.Itoa(exitTempFail), "deliver could not write the mail: the MTA is to keep it and try again."},
		{"130, 143", "A command that only reads was ended by SIGINT or SIGTERM."},
		{strconv.Itoa(exitAtOnce), "A second signal ended it before the batch in hand was finished. No mail is lost by " +
			"that."},
	}},
	{"ENVIRONMENT", [][2]string{
		{"PATCHWATCH_DB", "The database, where --db names none."},
		{"PATCHWATCH_HOST", "The name of this machine among those with one database, where --host gives none."},
		{"GOMEMLIMIT", "The memory that watch and import try to stay below, as 256MiB, in place of a goal of their own."},
		{"NOTIFY_SOCKET, WATCHDOG_USEC", "Set by systemd: watch tells there what it does, and that it is not stuck."},
	}},
	{"FILES", [][2]string{
		{"patchwatch.db", "The database: mails, decisions, and what is derived from them. Beside it -wal and -shm while " +
			"it is used."},
		{"MAILDIR/new", "Where mail is delivered, and waits until it is stored."},
		{"MAILDIR/cur", "Mail that is stored."},
		{"MAILDIR/failed", "Mail that can't be read; for each a file NAME.reason says why."},
		{"MAILDIR/patchwatch.paused", "Why a watcher takes no mail from there; it is only there as long as that is so."},
		{"MAILDIR/patchwatch.stuck", "The same of mail that stays in new while other mail is taken."},
		{"/etc/default/patchwatch", "Which Maildirs the service watches, and its database."},
		{"/var/lib/patchwatch", "The service's Maildir and database. Removing the package leaves them there."},
	}},
}

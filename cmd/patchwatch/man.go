package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manCommand is hidden: whoever makes a package needs it, others have its output.
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

// manPage is the man page, for man(7) as groff and mandoc read it.
func manPage(root *cobra.Command, date time.Time) string {
	var p page
	p.line(`.TH PATCHWATCH 1 "` + date.UTC().Format(time.DateOnly) + `" "patchwatch ` + roff(thisBuild().Version) +
		`" "User Commands"`)
	p.macro("SH", "NAME")
	p.line("patchwatch \\- " + roff(strings.ToLower(root.Short[:1])+root.Short[1:]))
	p.macro("SH", "SYNOPSIS")
	p.line(`\fBpatchwatch\fR [\fB\-\-db\fR \fIFILE\fR] \fICOMMAND\fR [\fIARGUMENT\fR...]`)
	p.macro("SH", "DESCRIPTION")
	p.text(root.Long)
	p.macro("SH", "OPTIONS")
	p.line("Every command takes these.")
	p.flags(root.PersistentFlags())
	p.item(`\fB\-h\fR, \fB\-\-help\fR`, "say how the command is used")
	for _, group := range root.Groups() {
		p.group(root, group)
	}
	p.macro("SH", "EXAMPLES")
	p.line("What a day begins with:")
	p.example(root.Example)
	for _, s := range manSections {
		p.macro("SH", s.title)
		for _, i := range s.items {
			p.item(`\fB`+roff(i[0])+`\fR`, i[1])
		}
	}
	p.macro("SH", "SEE ALSO")
	p.line(`\fBgit\-am\fR(1), \fBsystemd.service\fR(5)`)
	return p.String()
}

// manSections are what no command knows by itself.
var manSections = []struct {
	title string
	items [][2]string
}{
	{"EXIT STATUS", [][2]string{
		{strconv.Itoa(exitDone), "All is done, or a watcher was stopped by SIGINT or SIGTERM."},
		{strconv.Itoa(exitFailed), "Something failed, and standard error says what; status --check, check, compare and stress found something."},
		{strconv.Itoa(exitUsage), "The command line is wrong, and nothing was done."},
		{strconv.Itoa(exitTempFail), "deliver could not write the mail: the MTA is to keep it and try again."},
		{"130, 143", "A command that only reads was ended by SIGINT or SIGTERM."},
		{strconv.Itoa(exitAtOnce), "A second signal ended it before the batch in hand was finished. No mail is lost by that."},
	}},
	{"ENVIRONMENT", [][2]string{
		{"PATCHWATCH_DB", "The database, where --db names none."},
		{"GOMEMLIMIT", "The memory that watch and import try to stay below, as 256MiB, in place of a goal of their own."},
		{"NOTIFY_SOCKET, WATCHDOG_USEC", "Set by systemd: watch tells there what it does, and that it is not stuck."},
	}},
	{"FILES", [][2]string{
		{"patchwatch.db", "The database: mails, decisions, and what is derived from them. Beside it -wal and -shm while it is used."},
		{"MAILDIR/new", "Where mail is delivered, and waits until it is stored."},
		{"MAILDIR/cur", "Mail that is stored."},
		{"MAILDIR/failed", "Mail that can't be read; for each a file NAME.reason says why."},
		{"MAILDIR/patchwatch.paused", "Why a watcher takes no mail from there; it is only there as long as that is so."},
		{"/etc/default/patchwatch", "Which Maildirs the service watches, and its database."},
		{"/var/lib/patchwatch", "The service's Maildir and database. Removing the package leaves them there."},
	}},
}

// page is a man page in the making.
type page struct{ strings.Builder }

func (p *page) line(text string) { p.WriteString(text + "\n") }

func (p *page) macro(name string, args ...string) {
	p.WriteString("." + name)
	for _, a := range args {
		p.WriteString(` "` + roff(a) + `"`)
	}
	p.WriteString("\n")
}

func (p *page) item(tag, text string) {
	p.line(".TP")
	p.line(tag)
	p.line(roff(text))
}

func (p *page) group(root *cobra.Command, group *cobra.Group) {
	p.macro("SH", strings.ToUpper(group.Title))
	for _, c := range root.Commands() {
		if c.GroupID == group.ID && c.Name() != "help" {
			p.command(c)
		}
	}
}

// command writes what its help says, and the commands that it holds.
func (p *page) command(c *cobra.Command) {
	if c.Hidden {
		return
	}
	p.macro("SS", c.UseLine())
	p.text(withStop(c.Short))
	if c.Long != "" {
		p.line(".PP")
		p.text(c.Long)
	}
	p.flags(c.LocalFlags())
	if c.Example != "" {
		p.line(".PP")
		p.line("Examples:")
		p.example(c.Example)
	}
	for _, sub := range c.Commands() {
		p.command(sub)
	}
}

func withStop(sentence string) string { return strings.TrimSuffix(sentence, ".") + "." }

// text writes paragraphs, of which lines that begin with spaces are kept as they are.
func (p *page) text(text string) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for len(lines) > 0 {
		kept := 0
		for kept < len(lines) && strings.HasPrefix(lines[kept], "  ") {
			kept++
		}
		switch {
		case kept > 0:
			p.example(strings.Join(lines[:kept], "\n"))
			lines = lines[kept:]
			continue
		case lines[0] != "":
			p.line(roff(lines[0]))
		case !strings.HasPrefix(lines[1], "  "): // an example brings its own space
			p.line(".PP")
		}
		lines = lines[1:]
	}
}

func (p *page) example(text string) {
	p.line(".PP\n.RS 4\n.nf")
	for _, l := range strings.Split(text, "\n") {
		p.line(roff(strings.TrimPrefix(l, "  ")))
	}
	p.line(".fi\n.RE")
}

func (p *page) flags(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		tag := `\fB` + roff("--"+f.Name) + `\fR`
		if f.Shorthand != "" {
			tag = `\fB` + roff("-"+f.Shorthand) + `\fR, ` + tag
		}
		if value != "" {
			tag += ` \fI` + roff(value) + `\fR`
		}
		if !slices.Contains([]string{"", "false", "0", "0s", "[]"}, f.DefValue) {
			usage += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		p.item(tag, usage)
	})
}

// roff writes text so that nothing in it is a command, and quotes and hyphens are those of a keyboard.
func roff(text string) string {
	text = roffSigns.Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	var out strings.Builder
	for _, r := range text {
		if r < 0x80 {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, `\[u%04X]`, r)
		}
	}
	return out.String()
}

var roffSigns = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, `"`, `\(dq`)

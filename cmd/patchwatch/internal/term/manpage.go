package term

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ManPage is a man page in the making, for man(7) as groff and mandoc read it.
type ManPage struct{ strings.Builder }

// Line writes a line as it is.
func (p *ManPage) Line(text string) { p.WriteString(text + "\n") }

// Macro writes a request, such as SH, with its arguments.
func (p *ManPage) Macro(name string, args ...string) {
	p.WriteString("." + name)
	for _, a := range args {
		p.WriteString(` "` + Roff(a) + `"`)
	}
	p.WriteString("\n")
}

// Item writes a tag and, below it, a text.
func (p *ManPage) Item(tag, text string) {
	p.Line(".TP")
	p.Line(tag)
	p.Line(Roff(text))
}

// Group writes a section of the commands of a group: what their help says, and the commands that they hold.
func (p *ManPage) Group(root *cobra.Command, group *cobra.Group) {
	p.Macro("SH", strings.ToUpper(group.Title))
	for _, c := range root.Commands() {
		if c.GroupID == group.ID && c.Name() != "help" {
			p.command(c)
		}
	}
}

func (p *ManPage) command(c *cobra.Command) {
	if c.Hidden {
		return
	}
	p.Macro("SS", c.UseLine())
	p.Text(withStop(c.Short))
	if c.Long != "" {
		p.Line(".PP")
		p.Text(c.Long)
	}
	p.Flags(c.LocalFlags())
	if c.Example != "" {
		p.Line(".PP")
		p.Line("Examples:")
		p.Example(c.Example)
	}
	for _, sub := range c.Commands() {
		p.command(sub)
	}
}

func withStop(sentence string) string { return strings.TrimSuffix(sentence, ".") + "." }

// Text writes paragraphs, of which lines that begin with spaces are kept as they are.
func (p *ManPage) Text(text string) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for len(lines) > 0 {
		kept := 0
		for kept < len(lines) && strings.HasPrefix(lines[kept], "  ") {
			kept++
		}
		switch {
		case kept > 0:
			p.Example(strings.Join(lines[:kept], "\n"))
			lines = lines[kept:]
			continue
		case lines[0] != "":
			p.Line(Roff(lines[0]))
		case !strings.HasPrefix(lines[1], "  "): // an example brings its own space
			p.Line(".PP")
		}
		lines = lines[1:]
	}
}

// Example writes lines as they are typed.
func (p *ManPage) Example(text string) {
	p.Line(".PP\n.RS 4\n.nf")
	for _, l := range strings.Split(text, "\n") {
		p.Line(Roff(strings.TrimPrefix(l, "  ")))
	}
	p.Line(".fi\n.RE")
}

// Flags writes an item for each flag.
func (p *ManPage) Flags(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		tag := `\fB` + Roff("--"+f.Name) + `\fR`
		if f.Shorthand != "" {
			tag = `\fB` + Roff("-"+f.Shorthand) + `\fR, ` + tag
		}
		if value != "" {
			tag += ` \fI` + Roff(value) + `\fR`
		}
		if !slices.Contains([]string{"", "false", "0", "0s", "[]"}, f.DefValue) {
			usage += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		p.Item(tag, usage)
	})
}

// Roff escapes text so that nothing in it is a request, and quotes and hyphens stay those of a keyboard.
func Roff(text string) string {
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

var roffSigns = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`,
	"`", `\(ga`, "^", `\(ha`, "~", `\(ti`, `"`, `\(dq`)

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
)

// contract is every command that people and their scripts rely on.
var contract = []string{
	"watch", "import", "deliver", "status", "failed list", "failed show", "failed retry", "project add", "project list", "project set",
	"project remove", "list", "series", "show", "mbox", "state", "dump", "compare", "check", "rebuild",
	"stress", "backup", "failed drop", "delegate", "series name", "series why",
}

func TestEveryCommandHasHelp(t *testing.T) {
	var names []string
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		names = append(names, strings.TrimPrefix(c.CommandPath(), "patchwatch "))
		checkHelp(t, c)
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit((&app{}).command())
	for _, name := range contract {
		if !slices.Contains(names, name) {
			t.Errorf("there is no command %s", name)
		}
	}
}

func checkHelp(t *testing.T, c *cobra.Command) {
	t.Helper()
	switch {
	case c.Short == "" || strings.Contains(c.Short, "\n") || strings.HasSuffix(c.Short, "."):
		t.Errorf("%s: what it does is to be said in one line without a full stop: %q", c.CommandPath(), c.Short)
	case !strings.Contains(c.Example, "patchwatch "):
		t.Errorf("%s has no example", c.CommandPath())
	}
	for _, line := range strings.Split(c.Long+"\n"+c.Example, "\n") {
		if term.Columns(line) > 120 {
			t.Errorf("%s: this line of its help is too long for a screen: %s", c.CommandPath(), line)
		}
	}
}

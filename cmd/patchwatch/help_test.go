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
	"watch", "import", "deliver", "status", "failed list", "failed show", "failed retry", "failed drop",
	"project add", "project list", "project set", "project remove", "project state add", "project state list",
	"list", "series", "series name", "series why",
	"series move", "series split", "series reset", "series link", "series unlink", "show", "mbox", "raw", "log", "events",
	"state", "delegate", "archive", "unarchive", "hide", "unhide", "check-result",
	"bundle list", "bundle show", "bundle create", "bundle add", "bundle remove", "bundle delete",
	"serve", "user add", "user list", "user set", "user password", "user disable", "user enable",
	"user token", "user tokens", "user revoke",
	"dump", "compare", "check", "rebuild", "stress", "backup", "copy", "prune",
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

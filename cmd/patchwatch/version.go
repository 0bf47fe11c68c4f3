package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db/sqlite"
)

// version and commit are set by the Makefile. In a plain go build they are empty, and thisBuild asks the module and
// the repository.
var version, commit string

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Say which patchwatch this is",
		Long:  "Says in one line which version this is, and then each part in a line of its own, the commit too.",
		Example: `  patchwatch version
  patchwatch version --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			v := thisBuild()
			if asJSON {
				return term.JSON(a.out, v)
			}
			fmt.Fprintf(a.out, "patchwatch %s, %s, SQLite %s\n", v.Version, v.Go, v.SQLite)
			fmt.Fprintf(a.out, "version  %s\ncommit   %s\ngo       %s\nsqlite   %s\n", v.Version, v.Commit, v.Go, v.SQLite)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

type build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	SQLite  string `json:"sqlite"`
}

func thisBuild() build {
	b := build{Version: version, Commit: commit, Go: runtime.Version(), SQLite: sqlite.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.Version = cmp.Or(b.Version, info.Main.Version)
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Commit = cmp.Or(b.Commit, s.Value)
			}
		}
	}
	b.Version, b.Commit = cmp.Or(b.Version, "(unknown version)"), cmp.Or(b.Commit, "(unknown commit)")
	return b
}

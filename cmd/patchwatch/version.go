package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"patchwatch/db"
)

// version is set by the Makefile; a plain go build leaves what the module says.
var version = ""

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which patchwatch this is",
		Example: "  patchwatch version",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			fmt.Printf("patchwatch %s, %s, SQLite %s\n", versionInWords(), runtime.Version(), db.SQLiteVersion())
			return nil
		},
	}
}

func versionInWords() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown version)"
}

package main

import (
	"cmp"
	"net/mail"
	"strings"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/view"
	"patchwatch/db"
)

func (a *app) delegateCommand() *cobra.Command {
	var project string
	c := &cobra.Command{
		Use:   "delegate ID... WHO",
		Short: "Say who looks after patches",
		Long: `Delegates patches to an address, or to nobody; of a series, all its patches. No mail, no rule and no rebuild
changes it again.

` + view.IDsHelp,
		Example: `  patchwatch delegate 12 ann@example.org
  patchwatch delegate s12 s13 ann@example.org
  patchwatch delegate 12 nobody`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, who := args[:len(args)-1], args[len(args)-1]
			address, err := delegateAddress(who)
			if err != nil {
				return err
			}
			return a.decide(cmd.Context(), project, ids, cmp.Or(address, who), func(s *db.Store, patches []int64) error {
				return s.SetDelegate(cmd.Context(), a.actor(), patches, address)
			})
		},
	}
	projectFlag(c, &project)
	return c
}

// delegateAddress reads an address, or "nobody", which is none.
func delegateAddress(who string) (string, error) {
	if who == "nobody" {
		return "", nil
	}
	address, err := parseAddress(who)
	if err != nil {
		return "", usagef("%w; nobody is for no delegate", err)
	}
	return address, nil
}

// parseAddress reads an address, with a name or without, and returns it as it is stored and as list --delegate finds
// it.
func parseAddress(text string) (string, error) {
	address, err := mail.ParseAddress(text)
	if err != nil {
		return "", usagef("%q is no address", text)
	}
	return strings.ToLower(address.Address), nil
}

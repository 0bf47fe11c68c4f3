package main

import (
	"cmp"
	"context"
	"fmt"
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
		Long: `Delegates patches to an address, an account or nobody; of a series, all its patches. "me" is the account that
has your name. No mail, no rule and no rebuild changes it again.

` + view.IDsHelp,
		Example: `  patchwatch delegate 12 ann@example.org
  patchwatch delegate s12 s13 ann@example.org
  patchwatch delegate 12 nobody`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, who := args[:len(args)-1], args[len(args)-1]
			return a.decide(cmd.Context(), view.FindPatches, project, ids, func(s *db.Store, patches []int64) (string, error) {
				address, err := a.delegateOf(cmd.Context(), s, who)
				if err != nil {
					return "", err
				}
				return cmp.Or(address, who), s.SetDelegate(cmd.Context(), a.actor(), patches, address)
			})
		},
	}
	projectFlag(c, &project)
	return c
}

// delegateOf reads an address, the name of an account, "me" (the account of who asks) or "nobody" (none).
func (a *app) delegateOf(ctx context.Context, s *db.Store, who string) (string, error) {
	if who == "nobody" {
		return "", nil
	}
	if strings.Contains(who, "@") {
		if address, err := parseAddress(who); err == nil {
			return address, nil
		}
	}
	name := who
	if who == "me" {
		name = string(a.actor())
	}
	u, err := findUser(ctx, s, name)
	switch {
	case err == nil:
		return u.Delegate(), nil
	case who == "me":
		return "", fmt.Errorf("there is no account %q that could be you; an address does as well", name)
	}
	return "", usagef("%q is no address, and no account; nobody is for no delegate", who)
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

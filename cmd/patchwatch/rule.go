package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

func (a *app) ruleCommand() *cobra.Command {
	return group("rule", "Say who looks after patches that touch certain files",
		`A patch is delegated to somebody when all files that it touches have a rule for that person. What a person decided
about a patch goes before every rule.`,
		"  patchwatch project rule add netdev 'drivers/net/*' net@example.org\n  patchwatch project rule list netdev",
		a.ruleAddCommand(), a.ruleListCommand(), a.ruleRemoveCommand())
}

type ruleJSON struct {
	Pattern  string `json:"pattern"`
	Delegate string `json:"delegate"`
	Priority int    `json:"priority"`
}

func toRulesJSON(rules []track.Rule) []ruleJSON {
	out := []ruleJSON{}
	for _, r := range rules {
		out = append(out, ruleJSON(r))
	}
	return out
}

func (a *app) ruleAddCommand() *cobra.Command {
	var priority int
	c := &cobra.Command{
		Use:   "add LINK_NAME PATTERN ADDRESS",
		Short: "Delegate patches by the files they touch",
		Long: `Delegates the patches of a project that touch files which match a pattern: * stands for any text, also with /
in it, ? for one character, [abc] for one of several. Of several rules that match a file the one of the highest priority
counts, then the first by its pattern.`,
		Example: `  patchwatch project rule add netdev 'drivers/net/wireless/*' wifi@example.org --priority 1
  patchwatch project rule add netdev 'drivers/net/*' net@example.org`,
		Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			address, err := parseAddress(args[2])
			if err != nil {
				return err
			}
			r := track.Rule{Pattern: args[1], Delegate: address, Priority: priority}
			if r.Pattern == "" || len(r.Pattern) > 1000 {
				return usagef("a pattern has 1 to 1000 characters")
			}
			return a.changing(cmd.Context(), func(s *db.Store) error {
				return a.withProgress("rule add", func(tell db.Progress) error {
					return s.AddRule(cmd.Context(), a.actor(), args[0], r, intake.Reread, tell)
				})
			})
		},
	}
	c.Flags().IntVar(&priority, "priority", 0, "the higher is asked first")
	return c
}

func (a *app) ruleListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list LINK_NAME",
		Short:   "List a project's rules, in the order in which they are asked",
		Example: "  patchwatch project rule list netdev",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				p, err := findProject(cmd, s, args[0])
				if err != nil {
					return err
				}
				if asJSON {
					return term.JSON(a.out, toRulesJSON(p.Rules))
				}
				t := term.Table{Headings: []string{"PRIORITY", "DELEGATE", "PATTERN"}, Flexible: 1, Whole: 2}
				for _, r := range p.Rules {
					t.Row(fmt.Sprint(r.Priority), r.Delegate, r.Pattern)
				}
				return t.Print(a.out, a.screen)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

func (a *app) ruleRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "remove LINK_NAME PATTERN",
		Short:   "Take a rule away",
		Example: "  patchwatch project rule remove netdev 'drivers/net/*'",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changing(cmd.Context(), func(s *db.Store) error {
				return a.withProgress("rule remove", func(tell db.Progress) error {
					return s.RemoveRule(cmd.Context(), a.actor(), args[0], args[1], intake.Reread, tell)
				})
			})
		},
	}
}

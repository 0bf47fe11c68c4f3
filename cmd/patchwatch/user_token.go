package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
	"patchwatch/web/auth"
)

func (a *app) userTokenCommand() *cobra.Command {
	var label string
	var readOnly bool
	c := &cobra.Command{
		Use:   "token NAME",
		Short: "Make an API token",
		Long: `Makes a token for programs of this account, and prints it. It is shown this once: the database keeps only a
hash. Programs send it as "Authorization: Token ...", or as the password of Basic authentication.`,
		Example: `  patchwatch user token ann --label ci
  git config pw.token "$(patchwatch user token ann --label git-pw)"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changing(cmd.Context(), func(s *db.Store) error {
				u, err := findUser(cmd.Context(), s, args[0])
				if err != nil {
					return err
				}
				token := auth.NewToken()
				if _, err := s.AddCredential(cmd.Context(), a.actor(), track.Credential{
					User: u.ID, Kind: track.TokenCredential, Label: label, ReadOnly: readOnly, Made: time.Now(),
				}, auth.HashOf(token)); err != nil {
					return err
				}
				fmt.Fprintln(a.out, token)
				return nil
			})
		},
	}
	c.Flags().StringVar(&label, "label", "", "a `NAME` by which people know it")
	c.Flags().BoolVar(&readOnly, "read-only", false, "it changes nothing")
	return c
}

type credentialJSON struct {
	ID       int64      `json:"id"`
	Kind     string     `json:"kind"`
	Label    string     `json:"label"`
	ReadOnly bool       `json:"read_only"`
	Made     time.Time  `json:"made"`
	Used     *time.Time `json:"used"`
	Network  string     `json:"network"`
}

// kindsOfCredentials are the words for them.
var kindsOfCredentials = map[track.CredentialKind]string{
	track.SessionCredential: "session", track.TokenCredential: "token", track.PasswordCredential: "link",
}

func (a *app) userTokensCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "tokens NAME",
		Short:   "List what opens an account: tokens, sessions, links",
		Example: "  patchwatch user tokens ann",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reading(cmd.Context(), func(s *db.Store) error {
				u, err := findUser(cmd.Context(), s, args[0])
				if err != nil {
					return err
				}
				all, err := s.Credentials(cmd.Context(), u.ID)
				if err != nil {
					return err
				}
				return a.printCredentials(all, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return c
}

func (a *app) printCredentials(all []track.Credential, asJSON bool) error {
	rows := []credentialJSON{}
	t := term.Table{Headings: []string{"ID", "KIND", "MAY", "MADE", "LAST USED", "FROM", "LABEL"}, Flexible: 6}
	for _, c := range all {
		row := credentialJSON{c.ID, kindsOfCredentials[c.Kind], c.Label, c.ReadOnly, c.Made, nil, c.Network}
		used, may := "-", "read, write"
		if !c.Used.IsZero() {
			row.Used, used = &c.Used, c.Used.Format("2006-01-02")
		}
		if c.ReadOnly {
			may = "read"
		}
		rows = append(rows, row)
		t.Row(fmt.Sprint(c.ID), row.Kind, may, c.Made.Format("2006-01-02"), used, orDash(c.Network), c.Label)
	}
	if asJSON {
		return term.JSON(a.out, rows)
	}
	if len(all) == 0 {
		fmt.Fprintln(a.err, "no tokens, sessions or links")
		return nil
	}
	return t.Print(a.out, a.screen)
}

func (a *app) userRevokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "revoke NAME ID...",
		Short:   "End tokens, sessions and links",
		Long:    "Ends what opens an account, by the numbers that user tokens shows.",
		Example: "  patchwatch user revoke ann 12",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var ids []int64
			for _, text := range args[1:] {
				id, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return usagef("%q is no number; patchwatch user tokens shows them", text)
				}
				ids = append(ids, id)
			}
			return a.changing(cmd.Context(), func(s *db.Store) error {
				u, err := findUser(cmd.Context(), s, args[0])
				if err != nil {
					return err
				}
				return s.Revoke(cmd.Context(), a.actor(), u.ID, ids...)
			})
		},
	}
}

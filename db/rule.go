package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/track"
)

// AddRule has patches that touch certain files looked after by somebody, from now on and where nobody decided before.
// A rule of the same pattern is replaced.
func (s *Store) AddRule(
	ctx context.Context, by track.Actor, linkName string, r track.Rule, read derive.Reader, progress derive.Progress,
) error {
	if err := s.decideBy(ctx, by, func(w *writing) error { return w.addRule(linkName, r) }); err != nil {
		return err
	}
	_, err := s.Finish(ctx, read, progress)
	return err
}

func (w *writing) addRule(linkName string, r track.Rule) error {
	return w.changeRules(linkName, r.Pattern, func(rules []track.Rule, at int) ([]track.Rule, error) {
		if at >= 0 {
			rules = slices.Delete(rules, at, at+1)
		}
		return append(rules, r), nil
	})
}

// RemoveRule takes a rule away.
func (s *Store) RemoveRule(
	ctx context.Context, by track.Actor, linkName, pattern string, read derive.Reader, progress derive.Progress,
) error {
	if err := s.decideBy(ctx, by, func(w *writing) error { return w.removeRule(linkName, pattern) }); err != nil {
		return err
	}
	_, err := s.Finish(ctx, read, progress)
	return err
}

func (w *writing) removeRule(linkName, pattern string) error {
	return w.changeRules(linkName, pattern, func(rules []track.Rule, at int) ([]track.Rule, error) {
		if at < 0 {
			return nil, fmt.Errorf("rule %q of project %s: %w", pattern, linkName, engine.ErrNotFound)
		}
		return slices.Delete(rules, at, at+1), nil
	})
}

// changeRules has f change the rules of a project; at is where the one of the pattern is, below 0 if there is none.
func (w *writing) changeRules(
	linkName, pattern string, f func(rules []track.Rule, at int) ([]track.Rule, error),
) error {
	all, err := w.Tx.Projects()
	if err != nil {
		return err
	}
	row := named(all, linkName)
	if row == nil {
		return fmt.Errorf("project %s: %w", linkName, engine.ErrNotFound)
	}
	find := func() int {
		return slices.IndexFunc(row.Rules, func(r track.Rule) bool { return r.Pattern == pattern })
	}
	before := ruleInWords(row.Rules, find())
	if row.Rules, err = f(row.Rules, find()); err != nil {
		return err
	}
	if err := w.PutProject(row); err != nil {
		return err
	}
	if err := w.Note("rule", linkName, "", before, ruleInWords(row.Rules, find())); err != nil {
		return err
	}
	return w.leaveDeciding(row.ID)
}

// ruleInWords is a rule as the log has it.
func ruleInWords(rules []track.Rule, at int) string {
	if at < 0 {
		return ""
	}
	r := rules[at]
	if r.Priority == 0 {
		return r.Pattern + " -> " + r.Delegate
	}
	return fmt.Sprintf("%s -> %s (priority %d)", r.Pattern, r.Delegate, r.Priority)
}

// settingsOf are the settings of a project as the log has them: those that are not at their defaults.
func settingsOf(p *track.Project) string {
	var out []string
	add := func(key, value string) {
		if value != "" {
			out = append(out, key+"="+value)
		}
	}
	add("list-id", p.ListID)
	add("list-email", p.ListEmail)
	add("name", p.Name)
	add("subject-match", p.SubjectMatch)
	add("web-url", p.WebURL)
	add("scm-url", p.ScmURL)
	add("webscm-url", p.WebScmURL)
	add("list-archive-url", p.ListArchiveURL)
	add("list-archive-url-format", p.ListArchiveURLFormat)
	add("commit-url-format", p.CommitURLFormat)
	for key, on := range map[string]bool{
		"mail-states": p.MailStates, "mail-delegates": p.MailDelegates, "private": p.Private,
		"show-dependencies": p.ShowDependencies, "supersede": p.Supersede,
	} {
		if on {
			add(key, "yes")
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// settingsBefore are those of a project before it was added: empty if it was not there.
func settingsBefore(all []engine.Project, id int64) string {
	for i := range all {
		if all[i].ID == id && !all[i].Removed {
			return settingsOf(&all[i].Project)
		}
	}
	return ""
}

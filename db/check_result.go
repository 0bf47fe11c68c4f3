package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// isCheckContext tells what may be said to have been checked, as in Patchwork.
func isCheckContext(context string) bool {
	return context != "" && len(context) <= 255 && !strings.ContainsFunc(context, func(r rune) bool {
		return !isLetterOrDigit(r) && r != '-' && r != '_'
	})
}

// AddCheck notes what a program found out about a patch, and gives it with its number and date. It stays with the
// patch, by project and Message-ID, whatever becomes of its row.
func (s *Store) AddCheck(ctx context.Context, by track.Actor, c track.Check, patch int64) (track.Check, error) {
	err := s.decideBy(ctx, by, func(w *writing) error { return w.addCheck(&c, patch) })
	return c, err
}

func (w *writing) addCheck(c *track.Check, patch int64) error {
	if !isCheckContext(c.Context) {
		return fmt.Errorf("check %q: a context has letters, digits, hyphens and underscores", c.Context)
	}
	if c.State < track.CheckPending || c.State > track.CheckFail {
		return fmt.Errorf("check %s: there is no state %d", c.Context, c.State)
	}
	if c.User == 0 {
		return fmt.Errorf("check %s: %w", c.Context, errNoUser)
	}
	if _, err := w.user(c.User); err != nil {
		return err
	}
	rows, err := w.patchRows([]int64{patch})
	if err != nil {
		return err
	}
	row := rows[0]
	mails, err := w.Tx.Mails([]int64{row.Mail})
	if err != nil {
		return err
	}
	name := engine.NameOf(mails[row.Mail])
	c.Project, c.MsgID = name.Project, name.MsgID
	if c.Date, err = w.Now(); err != nil {
		return err
	}
	before, err := w.Tx.NewestChecks([]engine.Name{name})
	if err != nil {
		return err
	}
	if err := w.Tx.AddChecks([]*track.Check{c}); err != nil {
		return err
	}
	if row.Checked = track.Count(append(before[name], *c)).Combined(); row.Checked != rows[0].Checked {
		if err := w.Tx.Put(&engine.Derived{Patches: []engine.PatchRow{row}}); err != nil {
			return err
		}
	}
	w.LogAbout("check", name, checkWords(sameCheck(before[name], c)), checkWords(c))
	w.Tell(engine.Event{Category: track.CheckCreated, Project: c.Project, Mail: row.Mail, Check: c.ID})
	return nil
}

// sameCheck is what the same user said of the same context; nil: nothing.
func sameCheck(all []track.Check, c *track.Check) *track.Check {
	at := slices.IndexFunc(all, func(o track.Check) bool { return o.User == c.User && o.Context == c.Context })
	if at < 0 {
		return nil
	}
	return &all[at]
}

// checkWords is a check as the log has it: "build success".
func checkWords(c *track.Check) string {
	if c == nil {
		return ""
	}
	return c.Context + " " + c.State.String()
}

// Checks gives all checks of patches, those of each by number.
func (s *Store) Checks(ctx context.Context, patches []int64) (map[int64][]track.Check, error) {
	out := make(map[int64][]track.Check, len(patches))
	return out, s.ask(ctx, func(v engine.View) error {
		names, err := namesOf(v, patches)
		if err != nil {
			return err
		}
		all := make([]engine.Name, 0, len(names))
		for _, n := range names {
			all = append(all, n)
		}
		checks, err := v.Checks(all)
		for id, n := range names {
			if len(checks[n]) > 0 {
				out[id] = checks[n]
			}
		}
		return err
	})
}

// ChecksOf gives all checks of patches as lists have them, by the number in there: what Checks reads of their mails is
// known already.
func (s *Store) ChecksOf(ctx context.Context, patches []track.MailBrief) (map[int64][]track.Check, error) {
	out := make(map[int64][]track.Check, len(patches))
	return out, s.ask(ctx, func(v engine.View) error {
		names := make([]engine.Name, len(patches))
		for i, p := range patches {
			names[i] = engine.Name{Project: p.Project, MsgID: p.MsgID}
		}
		checks, err := v.Checks(names)
		for i, p := range patches {
			if all := checks[names[i]]; len(all) > 0 {
				out[p.ID] = all
			}
		}
		return err
	})
}

// ChecksOn gives all checks of the patch that a mail, which it is found by, is a copy of.
func (s *Store) ChecksOn(ctx context.Context, mail int64) ([]track.Check, error) {
	return asked(ctx, s, func(v engine.View) ([]track.Check, error) { return v.ChecksOn(mail) })
}

// CheckResult finds a check by its number, or by one that a Patchwork server gave it.
func (s *Store) CheckResult(ctx context.Context, id int64) (c track.Check, err error) {
	err = s.view(ctx, func(v engine.View) error {
		found, err := v.ChecksNumbered([]int64{id})
		var there bool
		if c, there = found[id]; err != nil || there {
			return err
		}
		here, err := adoptedAs(v, track.AliasCheck, id)
		if err != nil {
			return err
		}
		found, err = v.ChecksNumbered([]int64{here})
		if c, there = found[here]; err == nil && !there {
			err = fmt.Errorf("check %d: %w", id, engine.ErrNotFound)
		}
		return err
	})
	return c, err
}

// namesOf gives the names of mails, by number of any copy.
func namesOf(v engine.View, ids []int64) (map[int64]engine.Name, error) {
	mails, err := v.Mails(ids)
	out := make(map[int64]engine.Name, len(mails))
	for id, m := range mails {
		out[id] = engine.NameOf(m)
	}
	return out, err
}

package dbtest

import (
	"context"
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// wantDecidedShown wants the rows of what is derived to show what is hidden, what checks say and what series are
// called, as it is decided. While a change of projects is not finished they need not.
func wantDecidedShown(t tester, after string, e engine.Engine) {
	t.Helper()
	if err := e.Look(context.Background(), func(v engine.View) error {
		works, err := v.Works()
		if err != nil || len(works) > 0 {
			return err
		}
		if err := v.EachMail(func(m *engine.DerivedMail) error { return isShown(v, m) }); err != nil {
			return err
		}
		return v.EachSeries(func(s *engine.SeriesRow, members []engine.Member) error { return isSeriesShown(v, s, members) })
	}); err != nil {
		t.Fatalf("%s: %v", after, err)
	}
}

func isShown(v engine.View, m *engine.DerivedMail) error {
	name := engine.NameOf(&m.Mail)
	decided, err := v.Decisions([]engine.Name{name})
	if err != nil {
		return err
	}
	checks, err := v.Checks([]engine.Name{name})
	if err != nil {
		return err
	}
	hidden := hides(decided[name])
	said := track.Count(checks[name]).Combined()
	switch p, c, r := m.Patch, m.Cover, m.Reply; {
	case p != nil && (p.Hidden != hidden || p.Checked != said),
		c != nil && c.Hidden != hidden, r != nil && r.Hidden != hidden:
		return fmt.Errorf("hidden: %v, checks say %v, but %s, %s, %s", hidden, said, shown(p), shown(c), shown(r))
	}
	return nil
}

func hides(d engine.Decision) bool { return d.Hidden != nil && *d.Hidden }

func isSeriesShown(v engine.View, s *engine.SeriesRow, members []engine.Member) error {
	hidden, given := true, ""
	for _, m := range members {
		name := engine.Name{Project: s.Project, MsgID: m.MsgID}
		decided, err := v.Decisions([]engine.Name{name})
		if err != nil {
			return err
		}
		d := decided[name]
		hidden = hidden && hides(d)
		if given == "" && d.SeriesName != nil {
			given = *d.SeriesName
		}
	}
	if s.Hidden != hidden || s.Given != given {
		return fmt.Errorf("hidden: %v, named %q, but %+v", hidden, given, *s)
	}
	return nil
}

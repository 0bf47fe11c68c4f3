package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"patchwatch/track"
)

// Kinds of refusal that a caller may want to tell apart.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("conflict")
)

// Reader reads a stored mail anew: ingest.Parse, which this package does not know.
type Reader func(raw []byte) (*track.Mail, error)

// Projects lists the tracked projects by link name.
func (s *Store) Projects(ctx context.Context) ([]track.Project, error) {
	rows, err := s.readers.QueryContext(ctx, projectsQuery)
	if err != nil {
		return nil, explain(err)
	}
	var out []track.Project
	if err := eachRow(rows, scanProjects(&out)); err != nil {
		return nil, explain(err)
	}
	rules, err := s.readers.QueryContext(ctx, rulesQuery)
	if err != nil {
		return nil, explain(err)
	}
	return out, explain(eachRow(rules, scanRules(out)))
}

const projectsQuery = `
	SELECT id, link_name, list_id, list_email, name, subject_match, on_sight, mail_states, mail_delegates
	FROM project WHERE NOT removed ORDER BY link_name`

func scanProjects(out *[]track.Project) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var p track.Project
		if err := scan(&p.ID, &p.LinkName, &p.ListID, &p.ListEmail, &p.Name, &p.SubjectMatch, &p.OnSight, &p.MailStates, &p.MailDelegates); err != nil {
			return err
		}
		*out = append(*out, p)
		return nil
	}
}

const rulesQuery = `SELECT project, pattern, delegate, priority FROM rule ORDER BY project, priority DESC, pattern`

// scanRules hands each rule to the project that it belongs to.
func scanRules(projects []track.Project) func(scan func(...any) error) error {
	byID := make(map[int64]*track.Project, len(projects))
	for i := range projects {
		byID[projects[i].ID] = &projects[i]
	}
	return func(scan func(...any) error) error {
		var id int64
		var r track.Rule
		if err := scan(&id, &r.Pattern, &r.Delegate, &r.Priority); err != nil {
			return err
		}
		if p := byID[id]; p != nil {
			p.Rules = append(p.Rules, r)
		}
		return nil
	}
}

func (w *writer) projects() ([]track.Project, error) {
	var out []track.Project
	if err := w.each(projectsQuery, nil, scanProjects(&out)); err != nil {
		return nil, err
	}
	return out, w.each(rulesQuery, nil, scanRules(out))
}

// AddProject adds a project and routes the mail that waited for it. A project that was made on sight for the same
// list becomes this one, with all that was decided in it; and from now on none is made on sight. It returns how many
// stored mails are routed otherwise than before.
func (s *Store) AddProject(ctx context.Context, p track.Project, read Reader) (moved int, err error) {
	err = s.write(ctx, func(w *writer) error {
		if err := w.insertProject(p); err != nil {
			return err
		}
		moved, err = w.reroute(read)
		return err
	})
	return moved, err
}

func (w *writer) insertProject(p track.Project) error {
	projects, err := w.projects()
	if err != nil {
		return err
	}
	for _, o := range projects {
		switch {
		case o.ListID == p.ListID && o.OnSight:
			return w.adopt(o.ID, p)
		case strings.EqualFold(o.LinkName, p.LinkName):
			return fmt.Errorf("there is a project %s already: %w", o.LinkName, ErrConflict)
		case o.ListID == p.ListID && o.SubjectMatch == p.SubjectMatch:
			return fmt.Errorf("project %s has the list id %s and the same subject rule: %w", o.LinkName, o.ListID, ErrConflict)
		}
	}
	if err := w.decideAllOnSight(); err != nil {
		return err
	}
	return w.exec(`
		INSERT INTO project (link_name, list_id, list_email, name, subject_match, mail_states, mail_delegates)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (link_name) DO UPDATE SET removed = 0, on_sight = 0, list_id = excluded.list_id,
			list_email = excluded.list_email, name = excluded.name, subject_match = excluded.subject_match,
			mail_states = excluded.mail_states, mail_delegates = excluded.mail_delegates`,
		p.LinkName, p.ListID, p.ListEmail, p.Name, p.SubjectMatch, p.MailStates, p.MailDelegates)
}

func (w *writer) adopt(id int64, p track.Project) error {
	if err := w.decideAllOnSight(); err != nil {
		return err
	}
	// A removed project of that link name would be in the way; its decisions go with it to the adopted one.
	if err := w.exec(`
		UPDATE OR IGNORE decision SET project = ?1
		WHERE project = (SELECT id FROM project WHERE link_name = ?2 AND id <> ?1)`, id, p.LinkName); err != nil {
		return err
	}
	if err := w.exec(`UPDATE project SET link_name = 'removed ' || id || ' ' || link_name WHERE link_name = ? AND id <> ?`, p.LinkName, id); err != nil {
		return err
	}
	return w.exec(`
		UPDATE project SET link_name = ?, list_email = ?, name = ?, subject_match = ?, mail_states = ?, mail_delegates = ?
		WHERE id = ?`,
		p.LinkName, p.ListEmail, p.Name, p.SubjectMatch, p.MailStates, p.MailDelegates, id)
}

// decideAllOnSight makes ordinary projects of those that were made on sight. The first decision about projects is
// also one about these: they must not vanish, with their patches, because another was added.
func (w *writer) decideAllOnSight() error {
	return w.exec(`UPDATE project SET on_sight = 0`)
}

// SetProject changes the project of p's link name to p, and routes mail anew where that matters.
func (s *Store) SetProject(ctx context.Context, p track.Project, read Reader) (moved int, err error) {
	err = s.write(ctx, func(w *writer) error {
		if err := w.decideAllOnSight(); err != nil {
			return err
		}
		res, err := w.run(`
			UPDATE project SET list_id = ?, list_email = ?, name = ?, subject_match = ?, mail_states = ?, mail_delegates = ?
			WHERE link_name = ? AND NOT removed`,
			p.ListID, p.ListEmail, p.Name, p.SubjectMatch, p.MailStates, p.MailDelegates, p.LinkName)
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fmt.Errorf("project %s: %w", p.LinkName, ErrNotFound)
		}
		if moved, _, err = w.reread(read, nil); err != nil {
			return err
		}
		return w.rebuild(nil) // what mail may set decides states and delegates even where no mail reads otherwise
	})
	return moved, err
}

// AddRule has patches that touch certain files looked after by somebody, from now on and where nobody decided before.
// A rule of the same pattern is replaced.
func (s *Store) AddRule(ctx context.Context, linkName string, r track.Rule) error {
	return s.changeRules(ctx, linkName, func(w *writer, project int64) error {
		return w.exec(`
			INSERT INTO rule (project, pattern, delegate, priority) VALUES (?, ?, ?, ?)
			ON CONFLICT (project, pattern) DO UPDATE SET delegate = excluded.delegate, priority = excluded.priority`,
			project, r.Pattern, r.Delegate, r.Priority)
	})
}

// RemoveRule takes a rule away.
func (s *Store) RemoveRule(ctx context.Context, linkName, pattern string) error {
	return s.changeRules(ctx, linkName, func(w *writer, project int64) error {
		res, err := w.run(`DELETE FROM rule WHERE project = ? AND pattern = ?`, project, pattern)
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fmt.Errorf("rule %q of project %s: %w", pattern, linkName, ErrNotFound)
		}
		return nil
	})
}

func (s *Store) changeRules(ctx context.Context, linkName string, change func(w *writer, project int64) error) error {
	return s.write(ctx, func(w *writer) error {
		var project int64
		found, err := w.row(`SELECT id FROM project WHERE link_name = ? AND NOT removed`, []any{linkName}, &project)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("project %s: %w", linkName, ErrNotFound)
		}
		if err := change(w, project); err != nil {
			return err
		}
		return w.rebuild(nil)
	})
}

// RemoveProject stops tracking a project. Its mail stays stored, unrouted; what was decided in it comes back when a
// project of this link name is added again.
func (s *Store) RemoveProject(ctx context.Context, linkName string, read Reader) (moved int, err error) {
	err = s.write(ctx, func(w *writer) error {
		if err := w.decideAllOnSight(); err != nil {
			return err
		}
		res, err := w.run(`UPDATE project SET removed = 1 WHERE link_name = ? AND NOT removed`, linkName)
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fmt.Errorf("project %s: %w", linkName, ErrNotFound)
		}
		moved, err = w.reroute(read)
		return err
	})
	return moved, err
}

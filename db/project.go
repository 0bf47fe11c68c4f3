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
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	rows, err := r.QueryContext(ctx, projectsQuery)
	if err != nil {
		return nil, explain(err)
	}
	var out []track.Project
	if err := eachRow(rows, scanProjects(&out)); err != nil {
		return nil, explain(err)
	}
	rules, err := r.QueryContext(ctx, rulesQuery)
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

// everyProject has the removed ones too: until their mail is routed anew, it is theirs.
func (w *writer) everyProject() ([]track.Project, error) {
	all, err := w.projects()
	if err != nil {
		return nil, err
	}
	err = w.each(`SELECT id, link_name FROM project WHERE removed ORDER BY id`, nil, func(scan func(...any) error) error {
		var p track.Project
		err := scan(&p.ID, &p.LinkName)
		all = append(all, p)
		return err
	})
	return all, err
}

// AddProject adds a project and routes the mail that waited for it. A project that was made on sight for the same
// list becomes this one, with all that was decided in it; and from now on none is made on sight. It returns how many
// stored mails are routed otherwise than before.
//
// The decision stands at once, and watchers go on while stored mails are routed anew. If that is broken off, Finish does the
// rest, and so does adding the same project again.
func (s *Store) AddProject(ctx context.Context, p track.Project, read Reader, progress Progress) (moved int, err error) {
	if err := s.write(ctx, func(w *writer) error { return w.addProject(p) }); err != nil {
		return 0, err
	}
	return s.Finish(ctx, read, progress)
}

func (w *writer) addProject(p track.Project) error {
	if _, err := track.CompileSubjectMatch(p.SubjectMatch); err != nil {
		return fmt.Errorf("project %s: %w", p.LinkName, err)
	}
	if half, err := w.halfAdded(p); err != nil || half {
		return err
	}
	if err := w.insertProject(p); err != nil {
		return err
	}
	id, err := w.projectNamed(p.LinkName)
	if err != nil {
		return err
	}
	if err := w.leaveDeciding(id); err != nil {
		return err
	}
	return w.leaveRouting()
}

// halfAdded tells whether exactly this project is there, and its mail not yet routed.
func (w *writer) halfAdded(p track.Project) (half bool, err error) {
	half, err = w.row(`
		SELECT 1 FROM project WHERE NOT removed AND NOT on_sight
		AND (link_name, list_id, list_email, name, subject_match, mail_states, mail_delegates) IS (?, ?, ?, ?, ?, ?, ?)
		AND EXISTS (SELECT 1 FROM unfinished WHERE unfinished.project IS NULL)`,
		[]any{p.LinkName, p.ListID, p.ListEmail, p.Name, p.SubjectMatch, p.MailStates, p.MailDelegates}, new(int))
	return half, err
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
	if _, err := w.decideAllOnSight(); err != nil {
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
	if _, err := w.decideAllOnSight(); err != nil {
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
// also one about these: they must not vanish, with their patches, because another was added. It is true if there were any:
// then mail is routed by other rules than before.
func (w *writer) decideAllOnSight() (any bool, err error) {
	res, err := w.run(`UPDATE project SET on_sight = 0 WHERE on_sight`)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// SetProject changes the project of p's link name to p, and looks at stored mail anew where that matters, as AddProject does.
func (s *Store) SetProject(ctx context.Context, p track.Project, read Reader, progress Progress) (moved int, err error) {
	if err := s.write(ctx, func(w *writer) error { return w.setProject(p) }); err != nil {
		return 0, err
	}
	return s.Finish(ctx, read, progress)
}

func (w *writer) setProject(p track.Project) error {
	if _, err := track.CompileSubjectMatch(p.SubjectMatch); err != nil {
		return fmt.Errorf("project %s: %w", p.LinkName, err)
	}
	id, err := w.projectNamed(p.LinkName)
	if err != nil {
		return err
	}
	var was track.Project
	if _, err := w.row(`SELECT list_id, list_email, subject_match, mail_states, mail_delegates FROM project WHERE id = ?`, []any{id},
		&was.ListID, &was.ListEmail, &was.SubjectMatch, &was.MailStates, &was.MailDelegates); err != nil {
		return err
	}
	first, err := w.decideAllOnSight()
	if err != nil {
		return err
	}
	if err := w.exec(`
		UPDATE project SET list_id = ?, list_email = ?, name = ?, subject_match = ?, mail_states = ?, mail_delegates = ? WHERE id = ?`,
		p.ListID, p.ListEmail, p.Name, p.SubjectMatch, p.MailStates, p.MailDelegates, id); err != nil {
		return err
	}
	if was.MailStates != p.MailStates || was.MailDelegates != p.MailDelegates {
		if err := w.leaveDeciding(id); err != nil {
			return err
		}
	}
	if first || was.ListID != p.ListID || was.ListEmail != p.ListEmail || was.SubjectMatch != p.SubjectMatch {
		return w.leaveRouting()
	}
	return nil
}

// AddRule has patches that touch certain files looked after by somebody, from now on and where nobody decided before.
// A rule of the same pattern is replaced.
func (s *Store) AddRule(ctx context.Context, linkName string, r track.Rule, read Reader, progress Progress) error {
	if err := s.write(ctx, func(w *writer) error { return w.addRule(linkName, r) }); err != nil {
		return err
	}
	_, err := s.Finish(ctx, read, progress)
	return err
}

func (w *writer) addRule(linkName string, r track.Rule) error {
	project, err := w.projectNamed(linkName)
	if err != nil {
		return err
	}
	if err := w.exec(`
		INSERT INTO rule (project, pattern, delegate, priority) VALUES (?, ?, ?, ?)
		ON CONFLICT (project, pattern) DO UPDATE SET delegate = excluded.delegate, priority = excluded.priority`,
		project, r.Pattern, r.Delegate, r.Priority); err != nil {
		return err
	}
	return w.leaveDeciding(project)
}

// RemoveRule takes a rule away.
func (s *Store) RemoveRule(ctx context.Context, linkName, pattern string, read Reader, progress Progress) error {
	if err := s.write(ctx, func(w *writer) error { return w.removeRule(linkName, pattern) }); err != nil {
		return err
	}
	_, err := s.Finish(ctx, read, progress)
	return err
}

func (w *writer) removeRule(linkName, pattern string) error {
	project, err := w.projectNamed(linkName)
	if err != nil {
		return err
	}
	res, err := w.run(`DELETE FROM rule WHERE project = ? AND pattern = ?`, project, pattern)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return fmt.Errorf("rule %q of project %s: %w", pattern, linkName, ErrNotFound)
	}
	return w.leaveDeciding(project)
}

// projectNamed is the number of a project that is tracked.
func (w *writer) projectNamed(linkName string) (id int64, err error) {
	there, err := w.row(`SELECT id FROM project WHERE link_name = ? AND NOT removed`, []any{linkName}, &id)
	if err == nil && !there {
		err = fmt.Errorf("project %s: %w", linkName, ErrNotFound)
	}
	return id, err
}

// RemoveProject stops tracking a project. Its mail stays stored, unrouted; what was decided in it comes back when a
// project of this link name is added again.
func (s *Store) RemoveProject(ctx context.Context, linkName string, read Reader, progress Progress) (moved int, err error) {
	if err := s.write(ctx, func(w *writer) error { return w.removeProject(linkName) }); err != nil {
		return 0, err
	}
	return s.Finish(ctx, read, progress)
}

func (w *writer) removeProject(linkName string) error {
	half, err := w.row(`
		SELECT 1 FROM project WHERE link_name = ? AND removed AND EXISTS (SELECT 1 FROM unfinished WHERE unfinished.project IS NULL)`,
		[]any{linkName}, new(int))
	if err != nil || half { // removed already, and its mail not yet routed
		return err
	}
	id, err := w.projectNamed(linkName)
	if err != nil {
		return err
	}
	if _, err := w.decideAllOnSight(); err != nil {
		return err
	}
	if err := w.exec(`UPDATE project SET removed = 1 WHERE id = ?`, id); err != nil {
		return err
	}
	return w.leaveRouting()
}

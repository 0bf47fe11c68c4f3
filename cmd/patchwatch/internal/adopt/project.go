package adopt

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"patchwatch/track"
)

// local is the project here that the one there becomes: one of its link name, else one of its list, else a new one.
// What a person set of a project that is here stays.
func (a *adopting) local(ctx context.Context) (track.Project, error) {
	listID := strings.ToLower(strings.Trim(strings.TrimSpace(a.there.ListID), "<>"))
	here, err := a.findLocal(ctx, listID)
	if err != nil || here != nil {
		return value(here), err
	}
	if err := a.AddProject(ctx, a.fresh(listID)); err != nil {
		return track.Project{}, fmt.Errorf("project %q can't be tracked here: %w", a.there.LinkName, err)
	}
	here, err = a.findLocal(ctx, listID)
	if err == nil && here == nil {
		err = fmt.Errorf("project %q was added and is not there", a.there.LinkName)
	}
	return value(here), err
}

func value(p *track.Project) track.Project {
	if p == nil {
		return track.Project{}
	}
	return *p
}

func (a *adopting) findLocal(ctx context.Context, listID string) (*track.Project, error) {
	all, err := a.Store.Projects(ctx)
	if err != nil {
		return nil, err
	}
	for i, p := range all {
		if strings.EqualFold(p.LinkName, a.there.LinkName) && !p.OnSight {
			if p.ListID != listID {
				return nil, fmt.Errorf("project %s is of the list %s here and of %q there", p.LinkName, p.ListID, listID)
			}
			return &all[i], nil
		}
	}
	for i, p := range all {
		if p.ListID == listID && p.SubjectMatch == a.there.SubjectMatch && !p.OnSight {
			return &all[i], nil
		}
	}
	return nil, nil
}

// fresh is the project as it is to be added, with the server's settings, and its number if that is free.
func (a *adopting) fresh(listID string) track.Project {
	t := &a.there
	p := track.Project{ID: t.ID, LinkName: t.LinkName, ListID: listID, Name: t.Name, SubjectMatch: t.SubjectMatch,
		WebURL: site(t.WebURL), ScmURL: site(t.ScmURL), WebScmURL: site(t.WebScmURL), ListArchiveURL: site(t.ListArchiveURL),
		ListArchiveURLFormat: format(t.ListArchiveURLFormat), CommitURLFormat: format(t.CommitURLFormat),
		ShowDependencies: t.ShowDependencies}
	if t.ID < 0 || t.ID > track.MaxAlias {
		p.ID = 0
	}
	if strings.Contains(t.ListEmail, "@") {
		p.ListEmail = strings.ToLower(strings.TrimSpace(t.ListEmail))
	}
	if _, err := track.CompileSubjectMatch(p.SubjectMatch); err != nil {
		a.Left(t.LinkName, fmt.Sprintf("its rule for subjects is none here: %v", err))
		p.SubjectMatch = ""
	}
	return p
}

// site is a URL as project set takes it; empty: it is none.
func site(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || len(text) > 2000 {
		return ""
	}
	return text
}

func format(text string) string {
	if !isLink(text) || !strings.Contains(text, "{}") || len(text) > 2000 {
		return ""
	}
	return text
}

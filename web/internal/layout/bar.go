package layout

// Bar leads around in a project.
type Bar struct {
	Project Link
	Tabs    []Tab
	mine    bool // a tab leads to what waits for the viewer in the project
}

// Tab is a place in a project.
type Tab struct {
	Text, URL string
	Current   bool
}

// Place is a tab of a project's bar.
type Place int

// The tabs of a project's bar. On other pages of a project, none is the current one.
const (
	Nowhere Place = iota
	Series
	Patches
	Mail
	Mine
)

// Around is where the bar of a project leads.
type Around struct {
	Project Link
	Mail    string // the archive of its list
	Mine    string // what waits for the viewer in it; empty: nobody has logged in
}

// Bar is the bar of a page that is in one of the places.
func (a Around) Bar(in Place) *Bar {
	b := &Bar{Project: a.Project, mine: a.Mine != "", Tabs: []Tab{
		{Text: "Series", URL: a.Project.URL + "series/", Current: in == Series},
		{Text: "Patches", URL: a.Project.URL + "list/", Current: in == Patches},
		{Text: "Mail", URL: a.Mail, Current: in == Mail},
	}}
	if b.mine {
		b.Tabs = append(b.Tabs, Tab{Text: "Mine", URL: a.Mine, Current: in == Mine})
	}
	return b
}

package main

import (
	"net/http"
	"testing"
)

// TestSettingsOfANewUser asks for what users see of themselves before they have set anything. As in Patchwork, they
// want no mail, and a page has a hundred rows.
func TestSettingsOfANewUser(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", nil)
	w.watchOnce("md", 0)
	token := w.token("ann")
	p, at := w.serve()
	defer p.stop()
	var got struct{ Settings map[string]any }
	bot{at: at, token: token}.must(t, http.StatusOK, "GET", "/api/users/1/", nil, &got)
	for name, want := range map[string]any{"send_email": false, "items_per_page": 100.0, "show_ids": false} {
		if got.Settings[name] != want {
			t.Errorf("%s is %v, not %v", name, got.Settings[name], want)
		}
	}
}

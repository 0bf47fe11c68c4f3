package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPictures writes what each page of the table looks like into the folder that PATCHWATCH_PICTURES names, in each
// width and colour: NAME.png, NAME-dark.png, NAME-360.png, NAME-360-dark.png, and what a printer gets, NAME.pdf.
// PATCHWATCH_PAGES names those that are wanted; otherwise it is all of them.
func TestPictures(t *testing.T) {
	dir := os.Getenv("PATCHWATCH_PICTURES")
	if dir == "" {
		t.Skip("PATCHWATCH_PICTURES names no folder: make pictures does")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	wanted := strings.Fields(os.Getenv("PATCHWATCH_PAGES"))
	take := func(s *server, open tabs, pages ...shown) {
		for _, p := range pages {
			if len(wanted) == 0 || slices.Contains(wanted, p.name) {
				takePictures(t, open.of(t, s, p.as), p, dir)
			}
		}
	}
	take(newServer(t), tabs{}, table...)
	take(newEmpty(t), tabs{}, empty...)
	take(newFaulty(t), tabs{}, faults...)
	if len(wanted) == 0 || slices.Contains(wanted, huge.name) {
		s, open := newServer(t), tabs{}
		open.of(t, s, "").deliverHuge()
		take(s, open, huge)
	}
}

func takePictures(t *testing.T, b *tab, p shown, dir string) {
	b.expect(p.status)
	b.view(1280, "light")
	b.visitShown(p)
	for _, width := range []int64{1280, 360} {
		for _, scheme := range []string{"light", "dark"} {
			b.view(width, scheme)
			name := p.name
			if width != 1280 {
				name += fmt.Sprintf("-%d", width)
			}
			if scheme == "dark" {
				name += "-dark"
			}
			keep(t, b, chromedp.FullScreenshot(100), filepath.Join(dir, name+".png"))
		}
	}
	b.view(1280, "light")
	keep(t, b, chromedp.PrintToPDF(), filepath.Join(dir, p.name+".pdf"))
}

func keep(t *testing.T, b *tab, picture chromedp.Action[[]byte], name string) {
	t.Helper()
	ctx, end := b.limited()
	defer end()
	data, err := chromedp.Run(ctx, picture)
	if err == nil {
		err = os.WriteFile(name, data, 0o644)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

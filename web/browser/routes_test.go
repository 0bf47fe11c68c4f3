package browser

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryRouteIsListed reads the sources of the web for all routes that are read by GET, and wants each to be in the
// table, or among those that answer with no page.
func TestEveryRouteIsListed(t *testing.T) {
	t.Parallel()
	routes := routesOf(t, "..")
	if len(routes) < 50 {
		t.Fatalf("only %d routes are found: %q", len(routes), routes)
	}
	listed := slices.Clone(noPages)
	for _, p := range table {
		listed = append(listed, p.route)
	}
	for _, r := range routes {
		if !slices.Contains(listed, r) {
			t.Errorf("%s is neither in the table of pages nor among those that are none", r)
		}
	}
	for _, r := range listed {
		if r != "" && !slices.Contains(routes, r) {
			t.Errorf("%s is listed, and is no route", r)
		}
	}
}

// routesOf reads the packages below a folder.
func routesOf(t *testing.T, dir string) (all []string) {
	t.Helper()
	packages := map[string][]*ast.File{} // by folder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		packages[filepath.Dir(path)] = append(packages[filepath.Dir(path)], f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, files := range packages {
		for _, r := range routesIn(files) {
			switch room := filepath.Base(dir); {
			case strings.HasPrefix(r, "/"):
			case room == "api": // below /api/, and none is a page
				continue
			case room == "inbox":
				r = "/{list}/" + r
			case room == "admin":
				r = "/admin/" + r + "{$}"
			}
			all = append(all, r)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// routesIn are the patterns in the sources of a package: what is given to Handle or HandleFunc with the method GET or
// without one, and the field pattern, or path, of a route that has something to read.
func routesIn(files []*ast.File) (all []string) {
	constants := constantsOf(files)
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if called, ok := n.Fun.(*ast.SelectorExpr); ok && strings.HasPrefix(called.Sel.Name, "Handle") && len(n.Args) == 2 {
					pattern, known := value(n.Args[0], constants)
					if path, get := strings.CutPrefix(pattern, "GET "); known && (get || strings.HasPrefix(pattern, "/")) {
						all = append(all, path)
					}
				}
			case *ast.BasicLit: // in a table of routes
				if pattern, known := value(n, nil); known && strings.HasPrefix(pattern, "GET /") {
					all = append(all, strings.TrimPrefix(pattern, "GET "))
				}
			case *ast.CompositeLit:
				if pattern, ok := patternOf(n, constants); ok {
					all = append(all, pattern)
				}
			}
			return true
		})
	}
	return all
}

func patternOf(n *ast.CompositeLit, constants map[string]string) (pattern string, reads bool) {
	found := false
	for _, e := range n.Elts {
		field, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch name, _ := field.Key.(*ast.Ident); {
		case name == nil:
		case name.Name == "pattern" || name.Name == "path":
			pattern, found = value(field.Value, constants)
		case name.Name == "page" || name.Name == "get":
			reads = true
		}
	}
	return pattern, found && reads
}

// constantsOf are the constants of a package that are texts.
func constantsOf(files []*ast.File) map[string]string {
	all := map[string]string{}
	for range 3 { // some are made of others
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool {
				if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == len(spec.Values) {
					for i := range spec.Names {
						if v, known := value(spec.Values[i], all); known {
							all[spec.Names[i].Name] = v
						}
					}
				}
				return true
			})
		}
	}
	return all
}

// value is the text that an expression of constants has. A constant of the package layout is known by its own name.
func value(e ast.Expr, constants map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		v, err := strconv.Unquote(e.Value)
		return v, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		v, ok := constants[e.Name]
		return v, ok
	case *ast.SelectorExpr:
		return "/static/", e.Sel.Name == "StaticPath"
	case *ast.BinaryExpr:
		x, okX := value(e.X, constants)
		y, okY := value(e.Y, constants)
		return x + y, okX && okY
	}
	return "", false
}

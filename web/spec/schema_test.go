package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// folder is where Patchwork's files are; PATCHWORK_OPENAPI names another one.
const folder = "../../../shared/openapi"

// schema is what Patchwork's file of one version says.
type schema struct {
	version string
	plain   map[string]any // the file
	*jsonschema.Compiler
	held map[string]bool // "GET /api/1.3/patches/{id}": an answer of it was held against the file
}

// readFile reads the file of a version as it stands. Where there is none, the test is skipped.
func readFile(t *testing.T, version string) *schema {
	t.Helper()
	dir := folder
	if d := os.Getenv("PATCHWORK_OPENAPI"); d != "" {
		dir = d
	}
	text, err := os.ReadFile(filepath.Join(dir, "v"+version+".yaml"))
	if os.IsNotExist(err) {
		t.Skipf("no answer is held against Patchwork's OpenAPI files: they are not in %s, nor does PATCHWORK_OPENAPI "+
			"name their folder", dir)
	}
	s := &schema{version: version, held: map[string]bool{}}
	if err == nil {
		err = yaml.Unmarshal(text, &s.plain)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// file is what the validator calls the file.
const file = "file:///openapi.json"

// readSchema reads the file of a version and mends it. The schemas in it are JSON Schema, as OpenAPI 3.1 has it.
func readSchema(t *testing.T, version string) *schema {
	t.Helper()
	s := readFile(t, version)
	s.mend()
	text, err := json.Marshal(s.plain)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	s.Compiler = jsonschema.NewCompiler()
	s.AssertFormat()
	s.RegisterFormat(&jsonschema.Format{Name: "iso8601", Validate: isDate})
	if err := s.AddResource(file, doc); err != nil {
		t.Fatal(err)
	}
	return s
}

// isDate takes dates as Patchwork writes them: without a zone, with microseconds or without a fraction.
func isDate(v any) error {
	text, ok := v.(string)
	if !ok {
		return nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04:05.000000"} {
		if t, err := time.Parse(layout, text); err == nil && t.Format(layout) == text {
			return nil
		}
	}
	return fmt.Errorf("%q is no date", text)
}

// faults lists what the file does not allow in an answer, and what it has that the answer lacks.
func (s *schema) faults(method, path string, w *httptest.ResponseRecorder) (all []string) {
	at, found := s.answer(method, s.path(path), w.Code)
	switch {
	case !found:
		return []string{"the file knows no such answer"}
	case at == "" && w.Body.Len() > 0:
		return []string{"the file knows no body of it"}
	case at == "":
		return nil
	case w.Result().Header.Get("Content-Type") != "application/json":
		return []string{"it is no JSON, but " + w.Result().Header.Get("Content-Type")}
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		return []string{err.Error()}
	}
	of, err := s.Compile(file + "#" + at)
	if err != nil {
		return []string{err.Error()}
	}
	var wrong *jsonschema.ValidationError
	if err := of.Validate(v); errors.As(err, &wrong) {
		for _, unit := range wrong.BasicOutput().Errors {
			if unit.Error != nil {
				all = append(all, unit.InstanceLocation+": "+unit.Error.String())
			}
		}
	}
	if w.Code < 400 {
		all = append(all, s.lacks(s.at(at), v, "$")...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// path is how the file calls a path: without the final slash, but for the index, and never without a version.
func (s *schema) path(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if path == "" {
		return "/api/" + s.version + "/"
	}
	return "/api/" + s.version + "/" + strings.TrimSuffix(path, "/")
}

// answer finds an answer in the file, and gives the JSON Pointer of the schema of its body; empty: it has none.
func (s *schema) answer(method, path string, status int) (schema string, found bool) {
	for pattern := range object(s.plain["paths"]) {
		if !matches(pattern, path) {
			continue
		}
		s.held[method+" "+pattern] = true
		at := pointer("paths", pattern, strings.ToLower(method), "responses", fmt.Sprint(status))
		if ref, ok := s.at(at)["$ref"].(string); ok {
			at = strings.TrimPrefix(ref, "#")
		}
		body := at + pointer("content", "application/json", "schema")
		switch {
		case s.at(body) != nil:
			return body, true
		case s.at(at) != nil:
			return "", true
		}
	}
	return "", false
}

func pointer(names ...string) (at string) {
	for _, n := range names {
		at += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(n)
	}
	return at
}

// unheld lists what the file has of some methods, and no answer was held against.
func (s *schema) unheld(methods ...string) (all []string) {
	for pattern, item := range object(s.plain["paths"]) {
		for _, m := range methods {
			if name := m + " " + pattern; object(item)[strings.ToLower(m)] != nil && !s.held[name] {
				all = append(all, name)
			}
		}
	}
	return all
}

// at finds an object by its JSON Pointer; nil: there is none.
func (s *schema) at(pointer string) map[string]any {
	m := s.plain
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		m = object(m[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)])
	}
	return m
}

func matches(pattern, path string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(a, b, func(a, b string) bool { return a == b || strings.HasPrefix(a, "{") })
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

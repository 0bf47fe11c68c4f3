package spec

import (
	"maps"
	"slices"
	"strings"
)

// follow finds what a $ref leads to.
func (s *schema) follow(m map[string]any) map[string]any {
	for m["$ref"] != nil {
		m = s.at(strings.TrimPrefix(m["$ref"].(string), "#"))
	}
	return m
}

// lacks finds properties that a schema has and a value has not, and the other way round. The files do not say that any
// is needed, nor that there are no others, but clients find exactly these in Patchwork's answers.
func (s *schema) lacks(m map[string]any, v any, at string) (all []string) {
	m = s.follow(m)
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			all = append(all, s.lacks(object(m["items"]), one, at+"[]")...)
		}
	case map[string]any:
		for _, choice := range []string{"oneOf", "anyOf"} {
			if choices, ok := m[choice].([]any); ok {
				return s.lacksAll(choices, v, at)
			}
		}
		properties := s.properties(m)
		if len(properties) == 0 {
			return nil // anything
		}
		for name, of := range properties {
			if value, ok := v[name]; ok {
				all = append(all, s.lacks(of, value, at+"."+name)...)
			} else if optional[name] == "" {
				all = append(all, at+": lacks "+name)
			}
		}
		for name := range v {
			if properties[name] == nil {
				all = append(all, at+": has "+name+", which the schema does not know")
			}
		}
	}
	return all
}

// properties are those of a schema and of all that it is made of.
func (s *schema) properties(m map[string]any) map[string]map[string]any {
	all := map[string]map[string]any{}
	of, _ := m["allOf"].([]any)
	for _, one := range of {
		maps.Copy(all, s.properties(s.follow(object(one))))
	}
	for name, p := range object(m["properties"]) {
		all[name] = object(p)
	}
	return all
}

// lacksAll is what a value lacks of the schema that fits it best.
func (s *schema) lacksAll(choices []any, v map[string]any, at string) (fewest []string) {
	first := true
	for _, one := range choices {
		m := s.follow(object(one))
		if m["type"] == "null" || !named(s.properties(m)["category"], v["category"]) {
			continue
		}
		if l := s.lacks(m, v, at); first || len(l) < len(fewest) {
			fewest, first = l, false
		}
	}
	if first {
		return []string{at + ": is nothing that the schema knows"}
	}
	return fewest
}

// named tells whether a schema allows a text, which says of which kind an event is.
func named(m map[string]any, text any) bool {
	all, ok := m["enum"].([]any)
	return !ok || slices.Contains(all, text)
}

package postgres

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"patchwatch/db/engine"
)

// Step is a step of a plan.
type Step struct {
	Type  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Index string `json:"Index Name"`
	Cond  string `json:"Index Cond"`
	Steps []Step `json:"Plans"`
}

// Plans are how the server answers what was asked since an engine was opened, by the statements of its connections.
func Plans(e engine.Engine) (map[string]Step, error) {
	d := e.(*database)
	conns := slices.Clone(d.readers.conns)
	if d.writer != nil {
		conns = append(conns, d.writer)
	}
	plans := map[string]Step{}
	for _, c := range conns {
		for query, there := range maps.Clone(c.prepared) {
			word, _, _ := strings.Cut(strings.TrimSpace(query), " ")
			if !slices.Contains([]string{"SELECT", "UPDATE", "DELETE", "INSERT", "WITH"}, strings.Trim(word, "(\n")) {
				continue
			}
			plan, err := c.plan(there.name, strings.Count(query, "?"))
			if err != nil {
				return nil, fmt.Errorf("%w: %s", err, query)
			}
			plans[query] = plan
		}
	}
	return plans, nil
}

func (c *conn) plan(name string, args int) (Step, error) {
	query := "EXPLAIN (FORMAT JSON) EXECUTE " + name
	if args > 0 {
		query += "(" + strings.TrimSuffix(strings.Repeat("NULL, ", args), ", ") + ")"
	}
	var text string
	err := c.Each(query, nil, func(scan func(...any) error) error { return scan(&text) })
	if err != nil {
		return Step{}, err
	}
	var plans []struct{ Plan Step }
	err = json.Unmarshal([]byte(text), &plans)
	return plans[0].Plan, err
}

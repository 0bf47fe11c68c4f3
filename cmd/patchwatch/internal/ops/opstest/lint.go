// Package opstest has what tests hold metrics against.
package opstest

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var sample = regexp.MustCompile(`^([a-z_]+)(\{[a-z]+="([^"\\\n]|\\.)*"` +
	`(,[a-z]+="([^"\\\n]|\\.)*")*\})? -?([0-9.e+-]+|\+Inf|NaN)$`)

// Lint holds metrics against the text format, and asks promtool where it is installed.
func Lint(t testing.TB, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "# ") && !sample.MatchString(line) {
			t.Errorf("no sample: %q", line)
		}
	}
	if _, err := exec.LookPath("promtool"); err != nil {
		return
	}
	c := exec.Command("promtool", "check", "metrics")
	c.Stdin = strings.NewReader(text)
	if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}

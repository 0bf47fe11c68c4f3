package ops

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// exposition builds Prometheus' text format. The official client would do the same with nine modules more.
type exposition struct{ text strings.Builder }

func (e *exposition) begin(name, kind, help string) {
	fmt.Fprintf(&e.text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

var escapeLabel = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// value writes one sample; labels are names and values in turn.
func (e *exposition) value(name string, v float64, labels ...string) {
	e.text.WriteString(name)
	for i := 0; i < len(labels); i += 2 {
		e.text.WriteByte("{,"[min(i, 1)])
		fmt.Fprintf(&e.text, `%s="%s"`, labels[i], escapeLabel.Replace(strings.ToValidUTF8(labels[i+1], "\ufffd")))
	}
	if len(labels) > 0 {
		e.text.WriteByte('}')
	}
	e.text.WriteString(" " + decimal(v) + "\n")
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (e *exposition) histogram(name, help string, h *Histogram) {
	e.begin(name, "histogram", help)
	e.buckets(name, h)
}

// buckets writes one of the histograms of a name; labels are names and values in turn.
func (e *exposition) buckets(name string, h *Histogram, labels ...string) {
	total := int64(0)
	for i, bound := range h.Bounds {
		if h.Counts != nil {
			total += h.Counts[i]
		}
		e.value(name+"_bucket", float64(total), slices.Concat(labels, []string{"le", decimal(bound)})...)
	}
	e.value(name+"_bucket", float64(h.N), slices.Concat(labels, []string{"le", "+Inf"})...)
	e.value(name+"_sum", h.Sum, labels...)
	e.value(name+"_count", float64(h.N), labels...)
}

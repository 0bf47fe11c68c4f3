package ingest

import (
	"strings"
	"testing"
)

// TestFoldedTrailers holds that a trailer is taken whole over its lines, and nothing of what stands below it.
func TestFoldedTrailers(t *testing.T) {
	for text, want := range map[string]string{
		"Reviewed-by: Nora Novak\n <nora@x.org>":  "Reviewed-by: Nora Novak <nora@x.org>",
		"Acked-by:\n\tNora Novak\n\t<nora@x.org>": "Acked-by: Nora Novak <nora@x.org>",
		"Tested-by: Nora Novak with a long name\n<nora@x.org>\n" +
			"<other@x.org>": "Tested-by: Nora Novak with a long name <nora@x.org>",
		"Tested-by: Nora <nora@x.org>,\n  Odo <odo@x.org>":                "Tested-by: Nora <nora@x.org>, Odo <odo@x.org>",
		"Tested-by: Nora <nora@x.org>\n  # on two boards":                 "Tested-by: Nora <nora@x.org> # on two boards",
		"Tested-by: Nora <nora@x.org> (on\n  two boards)\n  and more":     "Tested-by: Nora <nora@x.org> (on two boards)",
		"Tested-by: Nora <nora@x.org>\n    $ make test":                   "Tested-by: Nora <nora@x.org>",
		"Tested-by: Nora <nora@x.org>\n a/file.c | 2 +-\n 1 file changed": "Tested-by: Nora <nora@x.org>",
		"Tested-by: Nora <nora@x.org>\n  Acked-by: Odo <odo@x.org>":       "Tested-by: Nora <nora@x.org>",
		"Tested-by: Nora\n\n <nora@x.org>":                                "",
		"Tested-by: Nora\nand so on <nora@x.org>":                         "",
		"Tested-by: Nora\n> <nora@x.org>":                                 "",
		"Tested-by: Nora\nAcked-by: Odo <odo@x.org>":                      "Acked-by: Odo <odo@x.org>",
		"Tested-by: " + strings.Repeat("x\n ", maxFolds+1) +
			"Nora <nora@x.org>": "",
		"Reviewed-by: Nora <nora at x.org>":  "Reviewed-by: Nora <nora at x.org>",
		"Reviewed-by: nora@x.org":            "Reviewed-by: nora@x.org",
		"Reviewed-by: Nora (nora@x.org)":     "Reviewed-by: Nora (nora@x.org)",
		"Assisted-by: Robot:model-1":         "Assisted-by: Robot:model-1",
		"Assisted-by: <tool>\nGenerated-by:": "",
		"Reviewed-by:":                       "",
		"Reviewed-by: pending, see below":    "",
		"Reviewed-by: TBD":                   "",
		"Reviewed-by: <put your name here>\nTested-by: <looks good at this>\nAcked-by: @odo": "",
	} {
		got := ""
		for _, f := range mustParse(t, "Subject: Re: x\n\ntext\n\n"+text+"\n").Trailers {
			got += f.Key + ": " + f.Value + "\n"
		}
		if got = strings.TrimSuffix(got, "\n"); got != want {
			t.Errorf("%q:\n%q, want\n%q", text, got, want)
		}
	}
}

// TestLongTrailer: what is longer than a line of mail may be gives no credit, so that no stranger's reply fills a
// commit.
func TestLongTrailer(t *testing.T) {
	t.Parallel()
	const by = "Reviewed-by: A <a@x.org>"
	for text, want := range map[string]int{
		by + " # " + strings.Repeat("x", 900):                                 1,
		by + " # " + strings.Repeat("x", maxLine):                             0,
		by + " # " + strings.Repeat("x", 100_000) + "\nAcked-by: B <b@x.org>": 1,
	} {
		if got := findTrailers(text, nil); len(got) != want {
			t.Errorf("%.60q of %d bytes: %d trailers, want %d", text, len(text), len(got), want)
		}
	}
}

package ingest

import "testing"

func TestReadLeaf(t *testing.T) {
	t.Parallel()
	raw := []byte("From: a@x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=iso-8859-1\n" +
		"Content-Transfer-Encoding: quoted-printable\n\n=E4\n--b\nContent-Type: application/pdf; name=\"a b.pdf\"\n" +
		"Content-Transfer-Encoding: base64\n\nAAEC\n--b--\n")
	for n, want := range map[int]string{1: "text/plain  true ä", 2: "application/pdf a b.pdf false \x00\x01\x02"} {
		leaf, err := ReadLeaf(raw, n)
		if err != nil || leaf == nil {
			t.Fatalf("%d: %v %v", n, leaf, err)
		}
		text := "false"
		if leaf.Text {
			text = "true"
		}
		if got := leaf.Type + " " + leaf.FileName + " " + text + " " + string(leaf.Body); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for _, n := range []int{-1, 0, 3} {
		if leaf, err := ReadLeaf(raw, n); leaf != nil || err != nil {
			t.Errorf("%d: %v %v", n, leaf, err)
		}
	}
	if leaf, err := ReadLeaf(nil, 1); leaf != nil || err != nil {
		t.Errorf("of no mail: %v %v", leaf, err)
	}
}

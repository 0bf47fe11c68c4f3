package engine

import (
	"testing"

	"patchwatch/track"
)

// The change-id of a mail is among its facts.
func TestChangeIDIsKept(t *testing.T) {
	got, err := MoreOf(&track.Mail{ChangeID: "20261103-brush-up-a1b2c3d4e5f6"})
	if want := `{"ChangeID":"20261103-brush-up-a1b2c3d4e5f6"}`; err != nil || got != want {
		t.Errorf("%v, %v; want %s", got, err, want)
	}
}

package track

import "testing"

func TestIsResend(t *testing.T) {
	for name, want := range map[string]bool{
		"[RESEND] x": true, "[RESEND,v2,1/3] x": true, "[net,resend] x": true, "[v2 RESEND 1/3] x": true, "[RE-SEND] x": true,
		"x": false, "RESEND x": false, "[v2] RESEND x": false, "[resender] x": false, "": false, "[": false,
	} {
		if got := IsResend(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

package hook

import (
	"time"

	"patchwatch/track"
)

// waits are the times between attempts: short ones at first, so that a receiver that is being restarted is hardly late;
// the last one again and again.
var waits = []time.Duration{
	250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second,
	15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour,
}

// giveUpAfter is how long a hook may fail. It is more than a weekend.
const giveUpAfter = 3 * 24 * time.Hour

// unattended is how late an attempt is before which nobody tried: the server did not run, or its clock was set forward.
const unattended = 12 * time.Hour

// after is how a hook is when an attempt has failed at a time. The days after which it is given up are those in which
// it was tried: a server that ran again after a weekend would otherwise give up at its first attempt.
func after(p track.HookProgress, f *failure, now time.Time) track.HookProgress {
	if p.Failures == 0 || now.Sub(p.NextTry) > unattended {
		p.FailingSince = now
	}
	p.Failures++
	wait := max(waits[min(p.Failures, len(waits))-1], f.after)
	p.NextTry, p.Fault = now.Add(wait), f.why
	if now.Sub(p.FailingSince) >= giveUpAfter {
		p.GivenUp = now
	}
	return p
}

// waitsAt tells whether a hook is not to be tried yet. No wait is longer than the longest: then the clock was set back
// since, and the hook could wait for years.
func waitsAt(p track.HookProgress, now time.Time) bool {
	return p.NextTry.After(now) && !p.NextTry.After(now.Add(waits[len(waits)-1]))
}

package watcher

import (
	"strconv"
	"time"
)

// reportEvery bounds how often Config.Changed is called while nothing but times changes.
const reportEvery = time.Second

// report tells Config.Changed when a pause has begun or ended since before, a mail cannot be read or can be again, or
// when it has not been told for a while.
func (e *engine[T]) report(before string) {
	now := time.Now()
	if e.paused() == before && now.Sub(e.told) < reportEvery {
		return
	}
	e.told = now
	e.Changed(e.state())
}

// paused is all the reasons why something is not taken, in one text, to see whether they change.
func (e *engine[T]) paused() string {
	reasons := e.pause.reason
	for _, b := range e.boxes {
		_, unreadable := b.left.count()
		reasons += "\n" + b.pause.reason + strconv.Itoa(unreadable)
	}
	return reasons
}

func (e *engine[T]) state() State {
	s := State{Paused: e.pause.reason, Since: e.pause.since}
	for _, b := range e.boxes {
		s.Dirs = append(s.Dirs, b.state())
	}
	return s
}

func (b *box) state() DirState {
	odd, unreadable := b.left.count()
	s := DirState{
		Dir: b.dir, Paused: b.pause.reason, Since: b.pause.since,
		LastScan: b.lastScan, Odd: odd, Unreadable: unreadable, Stuck: b.left.stuck(time.Now()),
	}
	if micros := b.lastEvent.Load(); micros != 0 {
		s.LastEvent = time.UnixMicro(micros)
	}
	return s
}

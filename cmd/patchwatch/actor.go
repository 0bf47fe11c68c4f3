package main

import (
	"os"
	"os/user"
	"strconv"

	"patchwatch/track"
)

// actor is who decides by this command: the system's user. One without a name is known by number.
func (a *app) actor() track.Actor {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return track.Actor(u.Username)
	}
	return track.Actor("uid " + strconv.Itoa(os.Getuid()))
}

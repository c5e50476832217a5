// Package poker implements the rules of planning poker and nothing else.
//
// A [Room] takes a [Command] and returns the [Event]s that happened, or a refusal
// and no change at all. It knows no clock (the caller passes the time), no log, no
// network, no goroutine and no encoding. A Room belongs to one goroutine at a time.
// The passing of time is a command too: the caller sends [Tick] at [Room.Deadline],
// for example for the end of a count-down.
//
// Secrecy is a rule of the game, so this package keeps it: events and [Snapshot]s
// are safe to show to every member. The value and comment of a hidden estimate
// leave a Room in two ways only: [Room.Own], which is for the estimator's own
// connections, and [Room.State], which is for the store.
package poker

// Package poker holds the rules of planning poker and nothing else.
//
// A [Room] takes a [Command] and answers with the [Event]s that happened, or
// with a refusal and no change at all. It knows no clock (the caller says what
// time it is), no log, no network, no goroutine and no encoding; a Room belongs
// to one goroutine at a time. What time alone brings about, such as the end of
// a count-down, is a command too: the caller sends [Tick] at [Room.Deadline].
//
// Secrecy is a rule of the game, so it is kept here: events and [Snapshot]s are
// safe to show to every member. The value and comment of a hidden estimate
// leave a Room by two doors only: [Room.Own], which is for the estimator's own
// connections, and [Room.State], which is for the store.
package poker

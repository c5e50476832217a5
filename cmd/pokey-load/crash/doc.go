// Package crash kills a Pokey server in the middle of the game, again and again. It
// checks the server's promises: nothing acknowledged is lost, nothing happens twice,
// nothing hidden is revealed. It also measures how long people have to wait.
//
// It starts the server's binary itself, so it needs nothing but the binary and
// a directory, and everybody in the rooms is a [client.Client] whose every
// request, answer and message goes into a [history.History].
package crash

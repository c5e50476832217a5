package client

import (
	"context"
	"time"
)

// Hooks are called for events on the connection with the number conn, in order; nil
// hooks are not. All but Joining are called by Run's goroutine. They must not call
// the client.
type Hooks struct {
	// Opened tells that a connection was opened and welcomed, and for whom.
	Opened func(conn int, userID string)
	// Closed tells that it is gone.
	Closed func(conn int, err error)
	// Message gets every message before it is looked at. The bytes are only lent.
	Message func(conn int, msg []byte)
	// Joining tells that joinRoom is about to be sent, also by [Client.Do].
	Joining func(conn int, roomID string)
	// Status gets the room after each status and patch.
	Status func(conn int, room Room)
	// OwnEstimate gets the user's own estimate.
	OwnEstimate func(conn int, own OwnEstimate)
}

// OwnEstimate is the user's estimate according to the server. Given is false if
// there is none.
type OwnEstimate struct {
	RoomID  string
	Round   int
	Given   bool
	Value   string
	Comment string
}

// Config configures a [Client].
type Config struct {
	Site    *Site
	Session Session
	// Dial opens the connections where there is more than one site to choose
	// from; nil for those of Site and Session.
	Dial    func(ctx context.Context) (*Conn, error)
	Backoff Backoff // zero for [DefaultBackoff]
	// Silence is after how long without a message the server is asked whether it
	// is still there, and Patience how long it may take to say anything before the
	// connection is given up, also at its beginning. Zero, of either, is never.
	Silence, Patience time.Duration
	// Persistent clients repeat a request that is refused for the moment, as the page
	// does. For others, Do returns the refusal.
	Persistent bool
	Hooks      Hooks
}

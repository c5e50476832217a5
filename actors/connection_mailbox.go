package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
)

// newConnectionMailbox returns the mailbox of a connection's actor. It runs the actor on
// the goroutine that sends it a message while the actor is idle. A room that broadcasts
// therefore writes to the sockets itself, and a delivery neither starts a goroutine nor
// waits for one. Nobody is held up: a client's methods return at once, and the actor never
// waits.
//
// A client's own requests are the exception, and the actor's start and end. The goroutine
// that reads a connection is all that an idle connection keeps running, and it would keep
// the stack that the actor needs.
func newConnectionMailbox() actor.Mailbox {
	return newMailboxThat(func(message any, system bool) bool {
		_, request := message.(protocol.Incoming)
		return !system && !request
	})
}

package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// This is how a room's actor speaks to its subscribers, and how it ends.

// tellSeats sends an event to the joined connections of one user.
func (a *roomActor) tellSeats(user poker.UserID, e protocol.Event) {
	conns := a.seats.of(user)
	if len(conns) == 0 {
		return
	}
	event := deliverEvent{event: protocol.Encode(e)}
	for _, conn := range conns {
		a.send(conn, event)
	}
}

// moved sends the subscribers to whoever stands for the room now, also those who
// have looked already: they may have been sent back here by a node that did not
// know yet. If this node still thinks that the room is its own although somebody
// else has it, then its view is behind, and its clients are better off elsewhere.
func (a *roomActor) moved() {
	for conn := range a.seats.all() {
		if a.fenced && conn.Address == a.sys.address && a.sys.owns(roomKind, string(a.id)) {
			a.send(conn, disconnect{protocol.CloseMoved, "room moved"})
		} else {
			a.send(conn, rejoin{a.id})
		}
	}
}

func (a *roomActor) hangUpAll(code protocol.CloseCode, reason string) {
	for conn := range a.seats.all() {
		a.send(conn, disconnect{code, reason})
	}
}

func (a *roomActor) stopTimers() {
	if a.timer != nil {
		a.timer.Stop()
	}
	if a.cooling != nil {
		a.cooling.Stop()
	}
	if a.absence != nil {
		a.absence.Stop()
	}
	a.pages.drop()
	if a.erasing != nil {
		a.erasing.Stop()
	}
}

func (a *roomActor) retire() {
	if !a.retired {
		a.retired = true
		a.stopTimers()
		a.sys.root.Send(a.sys.rooms, retire{string(a.id), a.fenced})
	}
}

// passOn gives a message to the successor.
func (a *roomActor) passOn(message any) {
	switch message.(type) {
	case *actor.Terminated, due, absent, erase, pagesIdle: // of this actor's own life
	default:
		a.sys.handBackRoom(a.id, message)
	}
}

// crash sends the subscribers away; they come back to another actor.
func (a *roomActor) crash() {
	a.mail = newMail(a.sys)
	a.hangUpAll(protocol.CloseResync, "resynchronise")
	a.post()
	a.abandon()
	a.sys.root.Send(a.sys.rooms, crashed{string(a.id)})
}

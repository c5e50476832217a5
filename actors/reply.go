package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// replier answers callers, and tells connections of events, through send.
type replier struct {
	refusals *counterVec
	send     func(conn *actor.PID, message any)
}

// refuse tells a caller that nothing was changed.
func (r replier) refuse(c caller, code protocol.Code) {
	r.refusals.add(string(code))
	if c.conn == nil {
		return
	}
	e := protocol.NewError(code)
	e.ID, e.Request, e.RoomID = c.id, c.name, c.room
	r.send(c.conn, deliverEvent{event: protocol.Encode(*e), answers: c.id})
}

// accept tells a caller that the request was done. A request without an ID is answered
// by its effects alone.
func (r replier) accept(c caller, ok protocol.OK) {
	if c.conn == nil || c.id == "" {
		return
	}
	ok.ID = c.id
	r.send(c.conn, deliverEvent{event: ok.Encode(), answers: c.id})
}

// tell sends an encoded event to a connection.
func (r replier) tell(conn *actor.PID, event []byte) { r.send(conn, deliverEvent{event: event}) }

// deferredReplier queues answers as effects: each is sent once everything that was
// changed before it is committed, in the order of the queue.
type deferredReplier struct {
	now     replier // for answers inside effects
	effects *effects
}

// accept queues an ok that says whether the change is durable.
func (r deferredReplier) accept(c caller) {
	r.effects.after(func(durable bool) { r.now.accept(c, protocol.OK{Durable: &durable}) })
}

// confirm queues an ok to a request that changed nothing in a room.
func (r deferredReplier) confirm(c caller) {
	r.effects.after(func(bool) { r.now.accept(c, protocol.OK{}) })
}

// created queues the answer to createRoom.
func (r deferredReplier) created(c caller, room poker.RoomID) {
	r.effects.after(func(durable bool) {
		r.now.accept(c, protocol.OK{Durable: &durable, RoomID: room})
		r.now.tell(c.conn, protocol.Encode(protocol.RoomCreated{RoomID: room}))
	})
}

// refuse queues a refusal.
func (r deferredReplier) refuse(c caller, code protocol.Code) {
	r.effects.after(func(bool) { r.now.refuse(c, code) })
}

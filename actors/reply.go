package actors

import (
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// asked says who waits for the answer to what.
type asked struct {
	conn   *actor.PID // nil when nobody does
	id     string
	name   string
	room   poker.RoomID
	digest uint64
	raw    []byte // the request as it was written
}

// request is a message that somebody asked for.
type request interface{ asker() asked }

func askedBy(conn *actor.PID, in protocol.Incoming) asked {
	a := asked{conn: conn, id: in.ID, name: in.Name, digest: in.Digest, raw: in.Raw}
	if r, ok := in.Request.(protocol.RoomRequest); ok {
		a.room = r.Room()
	}
	return a
}

// voice is how clients are spoken to: send is told what goes to which connection.
type voice struct {
	counts *counts
	send   func(conn *actor.PID, message any)
}

// refuse tells whoever asked that nothing was changed.
func (v voice) refuse(a asked, code protocol.Code) {
	v.counts.refusals.add(string(code))
	if a.conn == nil {
		return
	}
	e := protocol.NewError(code)
	e.ID, e.Request, e.RoomID = a.id, a.name, a.room
	v.send(a.conn, deliverEvent{protocol.Encode(*e), a.id})
}

// accept tells whoever asked that it is done. A request without an id is
// answered by its effects alone.
func (v voice) accept(a asked, ok protocol.OK) {
	if a.conn == nil || a.id == "" {
		return
	}
	ok.ID = a.id
	v.send(a.conn, deliverEvent{protocol.Encode(ok), a.id})
}

// created answers createRoom.
func (v voice) created(by asked, room poker.RoomID, durable bool) {
	v.accept(by, protocol.OK{Durable: &durable, RoomID: room})
	v.tell(by.conn, protocol.RoomCreated{RoomID: room})
}

// tell sends an event to a connection.
func (v voice) tell(conn *actor.PID, e protocol.Event) {
	v.send(conn, deliverEvent{event: protocol.Encode(e)})
}

func (asked) LogValue() slog.Value { return redacted("request") }

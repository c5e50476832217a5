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

// refuse tells whoever asked that nothing was changed.
func (s *System) refuse(a asked, code protocol.Code) {
	s.counts.refusals.add(string(code))
	if a.conn == nil {
		return
	}
	e := protocol.NewError(code)
	e.ID, e.Request, e.RoomID = a.id, a.name, a.room
	s.send(a.conn, say{protocol.Encode(*e), a.id})
}

// accept tells whoever asked that it is done. A request without an id is
// answered by its effects alone.
func (s *System) accept(a asked, ok protocol.OK) {
	if a.conn == nil || a.id == "" {
		return
	}
	ok.ID = a.id
	s.send(a.conn, say{protocol.Encode(ok), a.id})
}

// tell sends events to connections.
func (s *System) tell(conn *actor.PID, e protocol.Event) {
	s.send(conn, say{event: protocol.Encode(e)})
}

func (asked) LogValue() slog.Value { return redacted("request") }

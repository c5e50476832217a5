package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/protocol"
)

// start sends a status to connections of this node.
func (f *fanout) start(send func(*actor.PID, any), status *protocol.Status, conns []*actor.PID) {
	if len(conns) == 0 {
		endSpan(f.span)
		send(f.room, delivered{f.broadcast})
		return
	}
	f.left.Store(int32(len(conns)))
	var message any = deliverStatus{status: status, fanout: f} // one for all
	for _, conn := range conns {
		send(conn, message)
	}
}

// arrived counts one connection that has the status. The last one tells the room.
func (f *fanout) arrived(send func(*actor.PID, any)) {
	if f.left.Add(-1) == 0 {
		endSpan(f.span)
		send(f.room, delivered{f.broadcast})
	}
}

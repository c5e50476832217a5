package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// sessionEnded closes a connection whose session is void.
var sessionEnded = disconnect{protocol.CloseSession, "session ended"}

// attach welcomes a connection. Nothing else is sent to it before.
func (a *userActor) attach(ctx actor.Context, m attach) {
	if m.issued < a.record.NotBefore {
		a.node.send(m.conn, sessionEnded)
		return
	}
	if a.leaving != nil {
		a.leaving.returning = append(a.leaving.returning, m)
		return
	}
	ctx.Watch(m.conn)
	first := len(a.conns) == 0
	a.conns[m.conn.Id] = m.conn
	if !m.again {
		a.replies.now.tell(m.conn, protocol.Encode(protocol.Welcome{
			Protocol: protocol.Version, UserID: a.id, Name: a.name(), Named: a.named(),
			Colour: a.record.Mark.Colour, Emoji: a.record.Mark.Emoji,
			Server: a.node.Version, Now: protocol.Time(time.Now()), Limits: a.node.Limits,
		}))
	}
	if first {
		a.renew()
		a.node.tellRegistries(roomsName, findRooms{a.id})
	}
}

// detach removes a connection whose actor has stopped or is out of reach.
func (a *userActor) detach(m *actor.Terminated) {
	if _, ok := a.conns[m.Who.Id]; !ok {
		return
	}
	delete(a.conns, m.Who.Id)
	if m.Why == actor.TerminatedReason_AddressTerminated {
		a.node.send(m.Who, reattach{}) // in case only the link was lost
	}
	if len(a.conns) == 0 {
		a.wentOffline()
	}
}

// wentOffline starts the time by which the user outlives their last connection.
func (a *userActor) wentOffline() {
	a.lastSeen = time.Now()
	if !a.record.blank() {
		a.commits.markDirty()
		a.timer.arm(a.node.UserExpiry, expire{})
	}
}

func (a *userActor) name() string {
	if a.record.Name == "" {
		return poker.Guest
	}
	return a.record.Name
}

// named is false for a user who has set no name, and nil for others.
func (a *userActor) named() *bool {
	if a.record.Name == "" {
		return new(false)
	}
	return nil
}

// redirect ends the actor, and sends the connections to the node that has the user now, as
// a room does with its subscribers.
func (a *userActor) redirect() {
	for _, conn := range a.conns {
		if a.commits.fenced && conn.Address == a.node.address && a.node.owns(userKind, string(a.id)) {
			a.node.send(conn, disconnect{protocol.CloseMoved, "user moved"})
		} else {
			a.node.send(conn, reattach{})
		}
	}
	a.retire()
}

func (a *userActor) disconnectAll(m disconnect) {
	for _, conn := range a.conns {
		a.node.send(conn, m)
	}
}

package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// attach welcomes a connection. Nothing else is sent to it before.
func (a *userActor) attach(ctx actor.Context, m attach) {
	if m.issued < a.record.NotBefore {
		a.sys.send(m.conn, sessionEnded)
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
		a.sys.tell(m.conn, protocol.Welcome{
			Protocol: protocol.Version, UserID: a.id, Name: a.name(), Named: a.named(),
			Server: a.sys.Version, Now: protocol.Time(time.Now()), Limits: a.sys.Limits,
		})
	}
	if first {
		a.renew()
		a.sys.tellRegistries(roomsName, findRooms{a.id})
	}
}

// detach takes a connection out whose actor has stopped or cannot be heard.
func (a *userActor) detach(m *actor.Terminated) {
	if _, ok := a.conns[m.Who.Id]; !ok {
		return
	}
	delete(a.conns, m.Who.Id)
	if m.Why == actor.TerminatedReason_AddressTerminated {
		a.sys.send(m.Who, reattach{}) // in case it is only the link
	}
	if len(a.conns) == 0 {
		a.left()
	}
}

// left begins the time for which the user outlives their last connection.
func (a *userActor) left() {
	a.lastSeen = time.Now()
	if !a.record.blank() {
		a.dirty = true
		a.arm(a.sys.UserExpiry, expire{})
	}
}

func (a *userActor) name() string {
	if a.record.Name == "" {
		return poker.Guest
	}
	return a.record.Name
}

// named is false for somebody who has not said their name, and nil for others.
func (a *userActor) named() *bool {
	if a.record.Name == "" {
		return new(false)
	}
	return nil
}

// moved sends the connections to whoever stands for the user now, as a room
// does with its own.
func (a *userActor) moved() {
	for _, conn := range a.conns {
		if a.fenced && conn.Address == a.sys.address && a.sys.owns(userKind, string(a.id)) {
			a.sys.send(conn, disconnect{protocol.CloseMoved, "user moved"})
		} else {
			a.sys.send(conn, reattach{})
		}
	}
}

func (a *userActor) hangUpAll(code protocol.CloseCode, reason string) {
	for _, conn := range a.conns {
		a.sys.send(conn, disconnect{code, reason})
	}
}

package actors

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// What a node knows of connections, its users and rooms lose when it dies, and
// what is said to it while it does is gone. Both are restored from here, the
// edge: a connection remembers where its user and its rooms were and what it
// has no answer to, and when one of them is elsewhere, or the link to it was
// lost, it attaches, joins and asks again. Asking twice does no harm, because
// requests are known when repeated.

// The messages by which a connection is kept attached.
type (
	// check has the connection see whether its user and rooms are where they were.
	// Everything says to make sure of those on other nodes although they are.
	check struct{ everything bool }
	// reattach says that the user's actor does not know this connection.
	reattach struct{}
	// rejoin says that the room's actor may not know this connection any more.
	rejoin struct{ room poker.RoomID }
	// probe asks a room's actor whether it knows this connection.
	// that has seen this version.
	probe struct {
		conn    *actor.PID
		version uint64
	}
)

// edge is what a connection remembers.
type edge struct {
	welcomed bool
	home     string // the incarnation of the node that the user's actor is on
	rooms    map[poker.RoomID]*entry
	open     []unanswered // oldest first
}

// entry is a room that the connection is in or has asked to join.
type entry struct {
	at      string // the incarnation of the room's node when it was asked
	in      bool
	epoch   string // of the room that it was shown last
	version uint64
}

// unanswered is a request with an id that is on its way.
type unanswered struct {
	in   protocol.Incoming
	sent time.Time
}

// maxUnanswered is how many requests with an id may be on their way: twice what
// a client may send at once by default. More than that wait for nothing but a
// store that does not answer.
const maxUnanswered = 64

func (a *connectionActor) attach(self *actor.PID) {
	_, a.home = a.sys.placement.View().Owner(userKind, string(a.user))
	a.sys.tellUser(a.user, attach{conn: self, again: a.welcomed})
}

// forward passes a request to the user's actor.
func (a *connectionActor) forward(self *actor.PID, in protocol.Incoming) {
	if r, ok := in.Request.(protocol.JoinRoom); ok {
		a.asking(r.RoomID)
	}
	a.sys.tellUser(a.user, fromClient{conn: self, in: in})
}

// asking notes where a room is that is asked to let the connection in.
func (a *connectionActor) asking(room poker.RoomID) {
	if a.rooms == nil {
		a.rooms = map[poker.RoomID]*entry{}
	}
	e := a.rooms[room]
	if e == nil {
		e = &entry{}
		a.rooms[room] = e
	}
	_, e.at = a.sys.placement.View().Owner(roomKind, string(room))
}

// shown notes what the connection sees of a room, and reports whether it is to
// be passed on. A broadcast may come later than the word that the connection has
// left, and an answer to a join later than that of the room's next actor, on
// another node.
func (a *connectionActor) shown(m show) bool {
	e := a.rooms[m.status.RoomID]
	switch {
	case e == nil || !e.in && !m.whole:
		return false
	case e.epoch == m.status.Epoch && m.status.Version < e.version:
		return false
	}
	e.in, e.epoch, e.version = true, m.status.Epoch, m.status.Version
	return true
}

func (a *connectionActor) left(room poker.RoomID) { delete(a.rooms, room) }

// expect notes a request that is to be answered, and reports whether it may be
// asked. Within one process nothing is lost, so nothing needs to be noted.
func (a *connectionActor) expect(in protocol.Incoming) bool {
	if in.ID == "" || a.sys.alone {
		return true
	}
	if len(a.open) >= maxUnanswered {
		return false
	}
	a.open = append(a.open, unanswered{in, time.Now()})
	return true
}

// answered reports whether an event is to be passed on: it is not if it answers
// a request that has been asked twice and answered before.
func (a *connectionActor) answered(id string) bool {
	if id == "" || a.sys.alone {
		return true
	}
	i := slices.IndexFunc(a.open, func(u unanswered) bool { return u.in.ID == id })
	if i < 0 {
		return false
	}
	a.open = slices.Delete(a.open, i, i+1)
	return true
}

// check attaches, joins and asks again where that is called for.
func (a *connectionActor) check(self *actor.PID, everything bool) {
	view := a.sys.placement.View()
	address, home := view.Owner(userKind, string(a.user))
	lost := home != a.home
	if lost || (everything && address != a.sys.address) {
		a.attach(self)
	}
	for room, e := range a.rooms {
		address, at := view.Owner(roomKind, string(room))
		switch {
		case !e.in && at != e.at:
			delete(a.rooms, room) // if it is still wanted, it is asked for below
		case at != e.at:
			a.rejoin(self, room)
			lost = true
		case everything && e.in && address != a.sys.address:
			a.sys.tellRoom(room, probe{self, e.version})
		}
	}
	if lost {
		a.repeat(self, 0)
	} else if everything {
		a.repeat(self, pulseInterval/2)
	}
}

// rejoin joins a room that the connection is in, at whoever stands for it now.
func (a *connectionActor) rejoin(self *actor.PID, room poker.RoomID) {
	if e := a.rooms[room]; e == nil || !e.in {
		return
	}
	a.forward(self, protocol.NewJoinRoom(room))
}

// repeat asks again what has not been answered for some time.
func (a *connectionActor) repeat(self *actor.PID, after time.Duration) {
	for i := range a.open {
		if u := &a.open[i]; time.Since(u.sent) >= after {
			u.sent = time.Now()
			a.forward(self, u.in)
		}
	}
}

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
// lost, it attaches, joins and asks again, until it is answered. Asking twice
// does no harm, because requests are known when repeated.

// edge is what a connection remembers.
type recovery struct {
	welcomed bool
	home     string // the incarnation of the node that the user's actor is on
	rooms    map[poker.RoomID]*attachment
	pending  []pendingRequest // oldest first
	nudge    *time.Timer      // while something is unanswered
}

// entry is a room that the connection is in or has asked to join.
type attachment struct {
	at      string // the incarnation of the room's node when it was asked
	in      bool
	wanted  bool // the client has asked for a whole status
	joining bool // this connection has, for itself
	epoch   string
	version uint64 // that was shown last
}

// unanswered is a request with an id that is on its way.
type pendingRequest struct {
	in         protocol.Incoming
	sent       time.Time // when it was asked last
	retryAfter time.Duration
}

const (
	// maxUnanswered is how many requests with an id may be on their way: twice
	// what a client may send at once by default. More than that wait for nothing
	// but a store that does not answer.
	maxPending = 64
	// askAgain is how long an answer may take before it is asked for again for the
	// first time; after that it may take twice as long.
	firstRetry = time.Second
)

func (a *connectionActor) attach(self *actor.PID) {
	_, a.home = a.sys.placement.View().Owner(userKind, string(a.user))
	a.sys.tellUser(a.user, attach{conn: self, again: a.welcomed, issued: a.issued.Unix()})
}

// forward passes a request to the user's actor. Own says that it is this
// connection's own.
func (a *connectionActor) forward(self *actor.PID, in protocol.Incoming, own bool) {
	if r, ok := in.Request.(protocol.JoinRoom); ok {
		e := a.attachment(r.RoomID)
		_, e.at = a.sys.placement.View().Owner(roomKind, string(r.RoomID))
		e.wanted = e.wanted || !own
	}
	a.sys.tellUser(a.user, fromClient{conn: self, in: in})
}

func (a *connectionActor) attachment(room poker.RoomID) *attachment {
	if a.rooms == nil {
		a.rooms = map[poker.RoomID]*attachment{}
	}
	e := a.rooms[room]
	if e == nil {
		e = &attachment{}
		a.rooms[room] = e
	}
	return e
}

// shown notes what the connection sees of a room, and reports whether it is to
// be passed on, and whether as something new. Nothing is passed on twice unless
// the client has asked for it. A broadcast may come later than the word that the
// connection has left, and an answer to a join later than that of the room's
// next actor, on another node.
func (a *connectionActor) shown(m deliverStatus) (pass, anew bool) {
	e := a.rooms[m.status.RoomID]
	if e == nil || !e.in && !m.whole {
		return false, false
	}
	same := e.epoch == m.status.Epoch
	if m.whole {
		e.joining = false
		anew = e.wanted || !same
	}
	if same && (m.status.Version < e.version || m.status.Version == e.version && !anew) {
		return false, false
	}
	if m.whole {
		e.wanted = false
	}
	e.in, e.epoch, e.version = true, m.status.Epoch, m.status.Version
	return true, anew
}

// left forgets a room that the connection is out of, but not that the client has
// asked to join it again.
func (a *connectionActor) left(room poker.RoomID) {
	if e := a.rooms[room]; e != nil && e.wanted {
		*e = attachment{at: e.at, wanted: true}
		return
	}
	delete(a.rooms, room)
}

// expect notes a request that is to be answered, and reports whether it may be
// asked. Within one process nothing is lost, so nothing needs to be noted.
func (a *connectionActor) expect(self *actor.PID, in protocol.Incoming) bool {
	if in.ID == "" || a.sys.singleNode {
		return true
	}
	if len(a.pending) >= maxPending {
		return false
	}
	a.pending = append(a.pending, pendingRequest{in, time.Now(), firstRetry})
	a.arm(self)
	return true
}

// answered reports whether an event is to be passed on: it is not if it answers
// a request that has been asked twice and answered before.
func (a *connectionActor) answered(id string) bool {
	if id == "" || a.sys.singleNode {
		return true
	}
	i := slices.IndexFunc(a.pending, func(u pendingRequest) bool { return u.in.ID == id })
	if i < 0 {
		return false
	}
	a.pending = slices.Delete(a.pending, i, i+1)
	return true
}

// check attaches, joins and asks again where that is called for.
func (a *connectionActor) check(self *actor.PID, m check) {
	unsure := func(address string) bool { return m.remote && (m.local || address != a.sys.address) }
	view := a.sys.placement.View()
	address, home := view.Owner(userKind, string(a.user))
	if home != a.home || unsure(address) {
		a.attach(self)
	}
	for room, e := range a.rooms {
		address, at := view.Owner(roomKind, string(room))
		switch {
		case !e.in && at != e.at:
			delete(a.rooms, room) // if it is still wanted, it is asked for below
		case at != e.at:
			e.joining = true
		case (e.in || e.wanted) && unsure(address):
			a.sys.tellRoom(room, probe{self, e.version})
		}
	}
	a.repeat(self, !m.remote)
}

// rejoin joins a room that the connection is in, at whoever stands for it now.
func (a *connectionActor) rejoin(self *actor.PID, room poker.RoomID) {
	e := a.rooms[room]
	if e == nil || !e.in {
		return
	}
	e.joining = true
	a.forward(self, protocol.NewJoinRoom(room), true)
	a.arm(self)
}

// repeat joins and asks again what is due for it, or everything that is
// unanswered.
func (a *connectionActor) repeat(self *actor.PID, everything bool) {
	for room, e := range a.rooms {
		if e.joining {
			a.rejoin(self, room)
		}
	}
	for i := range a.pending {
		u := &a.pending[i]
		if everything || time.Since(u.sent) >= u.retryAfter {
			u.sent, u.retryAfter = time.Now(), 2*firstRetry
			a.forward(self, u.in, false)
		}
	}
}

// arm has the connection nudged as long as it waits for something.
func (a *connectionActor) arm(self *actor.PID) {
	if a.nudge == nil {
		a.nudge = a.sys.sendAfter(firstRetry, self, retryTick{})
	}
}

func (a *connectionActor) nudged(self *actor.PID) {
	a.nudge = nil
	a.repeat(self, false)
	if len(a.pending) > 0 {
		a.arm(self)
	}
}

package actors

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// recovery is what a connection remembers to survive the loss of a message, a link
// or a node: where its user and its rooms were, and which requests are unanswered.
//
// A node that dies takes with it what its users and rooms know of connections, and
// every message sent to it meanwhile. When a connection learns that one of them
// lives elsewhere, or that a link was lost, it attaches, joins and sends again,
// until it is answered. Sending twice is harmless: users and rooms recognise a
// repeated request.
type recovery struct {
	node   *node
	user   poker.UserID
	issued time.Time // when the session was
	origin uint64    // stands for the client's address
	self   *actor.PID

	welcomed bool
	home     string           // the incarnation of the node of the user's actor
	rooms    []attachment     // few: a browser is in one room
	pending  []pendingRequest // oldest first
	timer    *time.Timer      // while something is unanswered
	spans    *requestSpans
}

// pendingRequest is a request with an id that is not answered yet.
type pendingRequest struct {
	in         protocol.Incoming
	sent       time.Time // last
	retryAfter time.Duration
}

const (
	// maxPending is how many requests with an id may be unanswered: twice what a
	// client may send at once by default. Only a store that does not answer keeps
	// more of them waiting.
	maxPending = 64
	// firstRetry is how long an answer may take before the request is sent again.
	// From then on it is sent at half that rate.
	firstRetry = time.Second
)

func newRecovery(n *node, user poker.UserID, issued time.Time, origin uint64) recovery {
	return recovery{node: n, user: user, issued: issued, origin: origin}
}

// start attaches the connection to its user.
func (r *recovery) start(self *actor.PID) {
	r.self = self
	r.attach()
}

func (r *recovery) stop() {
	if r.timer != nil {
		r.timer.Stop()
	}
}

func (r *recovery) attach() {
	_, r.home = r.node.placement.View().Owner(userKind, string(r.user))
	r.node.tellUser(r.user, attach{conn: r.self, again: r.welcomed, issued: r.issued.Unix()})
}

// send passes a request of the client to the user's actor. It reports false, and
// does nothing, if too many are unanswered.
func (r *recovery) send(in protocol.Incoming) bool {
	// Within one process no message is lost, so none needs to be remembered.
	if in.ID != "" && !r.node.singleNode {
		if len(r.pending) >= maxPending {
			return false
		}
		r.pending = append(r.pending, pendingRequest{in, time.Now(), firstRetry})
		r.startTimer()
	}
	r.forward(in)
	return true
}

func (r *recovery) forward(in protocol.Incoming) {
	if join, ok := in.Request.(protocol.JoinRoom); ok {
		r.attachTo(join.RoomID).requested = true
	}
	r.tellUser(in)
}

func (r *recovery) tellUser(in protocol.Incoming) {
	r.node.tellUser(r.user, fromClient{conn: r.self, in: in, origin: r.origin, span: r.spans.of(in.ID)})
}

// passEvent reports whether an event is for the client: it is unless it answers a
// request that was sent twice and has been answered.
func (r *recovery) passEvent(answers string) bool {
	r.welcomed = true // the first event is the welcome
	if answers == "" || r.node.singleNode {
		return true
	}
	i := slices.IndexFunc(r.pending, func(p pendingRequest) bool { return p.in.ID == answers })
	if i < 0 {
		return false
	}
	r.pending = slices.Delete(r.pending, i, i+1)
	return true
}

// passStatus reports whether a status is for the client, and whether it has to be
// sent whole. No version is passed on twice unless the client asked for it. A
// broadcast may arrive after the room was left, and the answer to a join after
// that of the room's successor on another node.
func (r *recovery) passStatus(m deliverStatus) (pass, whole bool) {
	a := r.attached(m.status.RoomID)
	if a == nil || !a.in && !m.whole {
		return false, false
	}
	same := a.epoch == m.status.Epoch
	if m.whole {
		a.rejoining = false
		whole = a.requested || !same
	}
	if same && (m.status.Version < a.version || m.status.Version == a.version && !whole) {
		return false, false
	}
	if m.whole {
		a.requested = false
	}
	a.in, a.epoch, a.version = true, m.status.Epoch, m.status.Version
	a.room = m.status.RoomID // the same text in the same place: comparing them reads neither
	return true, whole
}

// leftRoom forgets a room, unless the client has asked to join it again.
func (r *recovery) leftRoom(room poker.RoomID) {
	switch a := r.attached(room); {
	case a == nil:
	case a.requested:
		*a = attachment{room: room, home: a.home, requested: true}
	default:
		r.detach(room)
	}
}

// check attaches and joins again where the user or a room has moved, and sends
// again what is due.
func (r *recovery) check(m check) {
	unsure := func(address string) bool { return m.remote && (m.local || address != r.node.address) }
	view := r.node.placement.View()
	address, home := view.Owner(userKind, string(r.user))
	if home != r.home || unsure(address) {
		r.attach()
	}
	for i := len(r.rooms) - 1; i >= 0; i-- { // backwards, since detach removes the one
		a := &r.rooms[i]
		address, home := view.Owner(roomKind, string(a.room))
		switch {
		case !a.in && home != a.home:
			r.detach(a.room) // a pending request to join it is sent again below
		case home != a.home:
			a.rejoining = true
		case (a.in || a.requested) && unsure(address):
			r.node.tellRoom(a.room, probe{r.self, a.version})
		}
	}
	r.retry(!m.remote)
}

// reattach is for a user's actor that does not know the connection.
func (r *recovery) reattach() {
	r.attach()
	r.retry(true)
}

// rejoin is for a room's actor that may not know the connection.
func (r *recovery) rejoin(room poker.RoomID) {
	r.joinAgain(room)
	r.retry(true)
}

// joinAgain joins a room that the connection is in, wherever it lives now.
func (r *recovery) joinAgain(room poker.RoomID) {
	if a := r.attached(room); a == nil || !a.in {
		return
	}
	r.attachTo(room).rejoining = true
	r.tellUser(protocol.NewJoinRoom(room))
	r.startTimer()
}

// retry joins again where that is outstanding, and sends the unanswered requests
// again that are due, or all of them.
func (r *recovery) retry(all bool) {
	for i := range r.rooms {
		if r.rooms[i].rejoining {
			r.joinAgain(r.rooms[i].room)
		}
	}
	for i := range r.pending {
		p := &r.pending[i]
		if all || time.Since(p.sent) >= p.retryAfter {
			p.sent, p.retryAfter = time.Now(), 2*firstRetry
			r.forward(p.in)
		}
	}
}

// startTimer has retryOverdue called after firstRetry.
func (r *recovery) startTimer() {
	if r.timer == nil {
		r.timer = r.node.sendAfter(firstRetry, r.self, retryTick{})
	}
}

func (r *recovery) retryOverdue() {
	r.timer = nil
	r.retry(false)
	if len(r.pending) > 0 {
		r.startTimer()
	}
}

package history

import (
	"strconv"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Kind is the kind of a request to a room.
type Kind int

// The kinds of requests that a history knows.
const (
	Join Kind = iota + 1
	Estimate
	Withdraw
	Reveal
	Hide
	Clear
	SetTopic
)

func (k Kind) String() string {
	names := [...]string{Join: "join", Estimate: "estimate", Withdraw: "withdraw", Reveal: "reveal", Hide: "hide", Clear: "clear", SetTopic: "topic"}
	if k < Join || int(k) >= len(names) {
		return "kind " + strconv.Itoa(int(k))
	}
	return names[k]
}

// Ask is a request to a room.
type Ask struct {
	Kind    Kind
	Room    string // its id
	User    string // id of the user who asks
	Round   int    // as given in the request; zero for none
	Observe bool   // of Join: as an observer
	Value   string // of Estimate and SetTopic
	Comment string // of Estimate
}

// Request is the message that asks for it.
func (a Ask) Request() client.Request {
	switch a.Kind {
	case Join:
		if a.Observe {
			return client.JoinRoom(a.Room, "observer")
		}
		return client.JoinRoom(a.Room, "estimator")
	case Estimate:
		return client.Estimate(a.Room, a.Round, &a.Value, a.Comment)
	case Withdraw:
		return client.Estimate(a.Room, a.Round, nil, "")
	case Reveal:
		return client.Reveal(a.Room, a.Round)
	case Hide:
		return client.Hide(a.Room, a.Round)
	case Clear:
		return client.Clear(a.Room, a.Round)
	case SetTopic:
		return client.SetTopic(a.Room, a.Value)
	}
	panic("history: no request for " + a.Kind.String())
}

// Op is a request with its time and its outcome, if that is known.
type Op struct {
	Ask
	Call    int64 // nanoseconds since the history began
	Return  int64 // of the answer, if there is one
	Outcome Outcome
	Code    string // of a refusal
	Sent    int    // how often it was sent
}

// Outcome is a client's knowledge about its request.
type Outcome int

// The outcomes.
const (
	Unknown Outcome = iota // not answered: it may yet have its effect
	Durable                // acknowledged, and not to be lost
	Applied                // acknowledged as not saved, so that a crash may undo it
	Refused                // refused: it has no effect
)

// read is the first view that a connection got of a room: a status, or the user's own
// estimate.
type read struct {
	conn int
	user string
	call int64 // of the join
	at   int64
	room *client.Room        // nil for an own estimate
	own  *client.OwnEstimate // nil for a status
}

// History is everything recorded so far. It is safe for concurrent use. It
// holds all requests and reads until it is dropped.
type History struct {
	now func() int64

	mu       sync.Mutex
	rooms    map[string]*room
	users    map[int]string // by connection
	canaries map[string]*canary
	faults   []Fault
	known    map[Fault]bool
	crashes  []crash
	messages int
	statuses int
	ops      int
	reads    int
}

// room is the record of one room.
type room struct {
	id    string
	owner string
	ops   []*Op
	reads []read
	watch watch
	tap   tap
}

// New makes an empty history that begins now.
func New() *History {
	began := time.Now()
	return &History{
		now:   func() int64 { return int64(time.Since(began)) },
		rooms: make(map[string]*room), users: make(map[int]string),
		canaries: make(map[string]*canary), known: make(map[Fault]bool),
	}
}

// Created tells that a user made a room. It comes before anything else about
// the room; whatever is recorded about an unknown room is left out.
func (h *History) Created(roomID, owner string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rooms[roomID] = &room{id: roomID, owner: owner, watch: newWatch(), tap: newTap()}
}

// Begin records a request. It is called before the request is sent.
func (h *History) Begin(a Ask) *Op {
	h.mu.Lock()
	defer h.mu.Unlock()
	op := &Op{Ask: a, Call: h.now()}
	if r := h.rooms[a.Room]; r != nil {
		r.ops = append(r.ops, op)
		h.ops++
		h.tapBegin(r, op)
	}
	return op
}

// End records the answer to a request. It is called after the answer came; a
// request that is never answered has no End.
func (h *History) End(op *Op, reply client.Reply) {
	h.mu.Lock()
	defer h.mu.Unlock()
	op.Return, op.Code, op.Sent = h.now(), reply.Code, reply.Sent
	switch {
	case !reply.OK:
		op.Outcome = Refused
	case reply.Durable:
		op.Outcome = Durable
	default:
		op.Outcome = Applied
	}
	if r := h.rooms[op.Room]; r != nil && reply.OK {
		r.tapEnd(op)
	}
}

// Hooks returns hooks that record everything that a client receives.
func (h *History) Hooks() client.Hooks {
	return client.Hooks{
		Opened:      h.opened,
		Closed:      h.closed,
		Message:     h.message,
		Joining:     h.joining,
		Status:      h.status,
		OwnEstimate: h.ownEstimate,
	}
}

func (h *History) opened(conn int, user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users[conn] = user
}

func (h *History) closed(conn int, _ error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.users, conn)
	for _, r := range h.rooms {
		delete(r.watch.conns, conn)
	}
}

package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// board is what the subscribers of a room were shown last, and when they may be
// shown the next. A room that is idle broadcasts at once; after a broadcast it
// waits a few times what that one took, until the last connection had it, and
// then commits and shows only the newest state. A small room never notices; in a
// large one, or on a busy machine, a burst of estimates becomes a few commits and
// broadcasts.
type board struct {
	shown   *poker.Snapshot  // what was broadcast last
	whole   *protocol.Status // for who joins: the newest, without a patch
	turn    uint64           // counts broadcasts
	start   time.Time        // of the last one
	nodes   int              // that have not said that they have it
	cooling *time.Timer      // nil when the room may broadcast
}

const (
	coolingFactor = 4
	// coolingMost is how long a room waits at the most, also for a connection
	// that ended before it could say that it has the broadcast.
	coolingMost = 50 * time.Millisecond
)

// snapshot is the room as every member may see it.
func (a *roomActor) snapshot() *poker.Snapshot {
	s := a.room.Snapshot()
	s.Unsaved = a.unsaved
	return s
}

// current is the newest status, whole. It is called when nothing is waiting to
// be committed: what it shows, nothing takes back.
func (a *roomActor) current() *protocol.Status {
	if a.whole == nil || a.whole.Version != a.room.Version() {
		a.whole = protocol.NewStatus(nil, a.snapshot())
	}
	return a.whole
}

// early says that what is new could not be shown yet: what comes until it can
// be shares a commit and a broadcast.
func (a *roomActor) early() bool { return a.cooling != nil }

// publish shows the room to every subscriber who has not seen this version,
// unless it is too early.
func (a *roomActor) publish() {
	if a.room == nil || a.committing || a.closing || a.fenced || a.cooling != nil {
		return
	}
	if a.shown != nil && a.shown.Version == a.room.Version() {
		return
	}
	next := a.snapshot()
	status := protocol.NewStatus(a.shown, next)
	a.shown = next
	if !a.seats.empty() {
		a.display(status)
	}
}

// display begins a broadcast.
func (a *roomActor) display(status *protocol.Status) {
	a.turn++
	a.start = time.Now()
	a.broadcast(status)
	a.cooling = a.sys.sendAfter(coolingMost, a.self, cooled{a.turn})
}

// showAgain is for connections that have not got what was shown, since a letter
// to their node was lost. Those who have it do not notice.
func (a *roomActor) showAgain() {
	if a.publish(); a.cooling == nil && !a.committing && !a.closing && !a.fenced {
		a.display(a.current())
	}
}

// broadcast sends a status once to each node that has connections of the room.
func (a *roomActor) broadcast(status *protocol.Status) {
	nodes := a.seats.nodes()
	a.nodes = len(nodes)
	for address, conns := range nodes {
		if address == a.sys.address {
			a.sys.fanOut(a.send, status, conns, &fanout{room: a.self, broadcast: a.turn})
			continue
		}
		names := make([]string, len(conns))
		for i, conn := range conns {
			names[i] = conn.Id
		}
		a.sys.send(actor.NewPID(address, gatewayName), statusFanout{status: status, conns: names, room: a.self, broadcast: a.turn})
	}
}

// delivered shortens the wait once it is known what the broadcast took.
func (a *roomActor) delivered(turn uint64) {
	if turn != a.turn {
		return
	}
	if a.nodes--; a.nodes > 0 || a.cooling == nil || !a.cooling.Stop() {
		return
	}
	took := time.Since(a.start)
	a.cooling.Reset(min(coolingFactor*took, max(coolingMost-took, 0)))
}

// cooled ends the wait.
func (a *roomActor) cooled(turn uint64) {
	if turn == a.turn {
		a.cooling = nil
		a.settle()
	}
}

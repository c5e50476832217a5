package actors

import (
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// board is what the subscribers of a room were shown last, and when they may be
// shown the next. A room that is idle broadcasts at once; after a broadcast it
// waits a few times what that one took, until the last connection had it, and
// then shows only the newest state. A small room never notices; in a large one,
// or on a busy machine, a burst of estimates becomes a few broadcasts.
type board struct {
	shown   *poker.Snapshot  // what was broadcast last
	whole   *protocol.Status // for who joins: the newest, without a patch
	fanout  *fanout          // the last broadcast
	cooling *time.Timer      // nil when the room may broadcast
}

// fanout is one broadcast on its way. The connection that has it last says so
// to the room.
type fanout struct {
	room  *actor.PID
	start time.Time
	left  atomic.Int32
}

// delivered says that every connection has a broadcast, or will not get it.
type delivered struct{ fanout *fanout }

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

// publish shows the room to every subscriber who has not seen this version,
// unless it is too early: then whoever ends the wait calls again.
func (a *roomActor) publish() {
	if a.room == nil || a.committing || a.closing || a.cooling != nil {
		return
	}
	if a.shown != nil && a.shown.Version == a.room.Version() {
		return
	}
	next := a.snapshot()
	status := protocol.NewStatus(a.shown, next)
	a.shown = next
	if a.seats.empty() {
		return
	}
	a.fanout = &fanout{room: a.self, start: time.Now()}
	a.fanout.left.Store(int32(a.seats.count()))
	for conn := range a.seats.all() {
		a.sys.root.Send(conn, show{status: status, fanout: a.fanout})
	}
	a.cooling = a.sys.sendAfter(coolingMost, a.self, cooled{a.fanout})
}

// delivered shortens the wait once it is known what the broadcast took.
func (a *roomActor) delivered(f *fanout) {
	if f != a.fanout || a.cooling == nil || !a.cooling.Stop() {
		return
	}
	took := time.Since(f.start)
	a.cooling.Reset(min(coolingFactor*took, max(coolingMost-took, 0)))
}

// cooled ends the wait.
func (a *roomActor) cooled(f *fanout) {
	if f == a.fanout {
		a.cooling = nil
		a.publish()
	}
}

package actors

import (
	"time"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// board is what the subscribers of a room were shown last, and when they may be
// shown the next. A room that is idle broadcasts at once; after a broadcast it
// waits a few times what that one took and then shows only the newest state. A
// small room never notices; in a large one a burst of estimates becomes a few
// broadcasts.
type board struct {
	shown   *poker.Snapshot  // what was broadcast last
	whole   *protocol.Status // for who joins: the newest, without a patch
	cooling *time.Timer      // nil when the room may broadcast
}

const (
	coolingFactor = 4
	coolingMost   = 50 * time.Millisecond
	// coolingLeast is what a timer is worth setting for.
	coolingLeast = 200 * time.Microsecond
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
	start := time.Now()
	next := a.snapshot()
	status := protocol.NewStatus(a.shown, next)
	for conn := range a.seats.all() {
		a.sys.root.Send(conn, show{status: status})
	}
	a.shown = next
	if wait := min(coolingFactor*time.Since(start), coolingMost); wait >= coolingLeast {
		a.cooling = a.sys.sendAfter(wait, a.self, cooled{})
	}
}

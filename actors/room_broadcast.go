package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

// broadcaster shows a room to its subscribers. An idle room is shown at once. After a
// broadcast the room is throttled for a few times as long as that broadcast took to
// reach the last connection; it then commits and shows only the newest state. A small
// room never notices. In a large one, or on a busy machine, a burst of estimates
// becomes a few commits and broadcasts.
type broadcaster struct {
	// given
	inbox inbox
	local string                           // the address of this node
	send  func(to *actor.PID, message any) // to connections here, and to other nodes

	// state
	room     *actor.PID       // gets delivered
	shown    *poker.Snapshot  // what was broadcast last
	whole    *protocol.Status // the newest status, not as a patch
	sequence uint64           // of the last broadcast
	began    time.Time        // when the last broadcast did
	pending  int              // nodes that have not confirmed the last broadcast
	throttle *time.Timer      // nil if the room may broadcast
}

const (
	// throttleFactor is how many times as long as a broadcast the pause after it is.
	throttleFactor = 4
	// maxThrottle is the longest pause. It also ends the wait for a connection that
	// stopped before it could confirm a broadcast.
	maxThrottle = 50 * time.Millisecond
)

// throttled reports whether new state must wait. What changes until then shares one
// commit and one broadcast.
func (b *broadcaster) throttled() bool { return b.throttle != nil }

// current returns the newest status, whole. The caller makes sure that nothing waits
// to be committed: what the status shows can no longer be lost.
func (b *broadcaster) current(room *poker.Room, unsaved bool) *protocol.Status {
	if b.whole == nil || b.whole.Version != room.Version() {
		b.whole = protocol.NewStatus(nil, snapshotOf(room, unsaved))
	}
	return b.whole
}

func snapshotOf(room *poker.Room, unsaved bool) *poker.Snapshot {
	s := room.Snapshot()
	s.Unsaved = unsaved
	return s
}

// publish shows the room to all subscribers, unless they have seen this version or the
// room is throttled.
func (b *broadcaster) publish(room *poker.Room, unsaved bool, to *subscribers) {
	if b.throttled() || b.shown != nil && b.shown.Version == room.Version() {
		return
	}
	next := snapshotOf(room, unsaved)
	status := protocol.NewStatus(b.shown, next)
	b.shown = next
	if !to.empty() {
		b.broadcast(status, to)
	}
}

// republish shows the room again, for connections that missed the last broadcast since
// a message to their node was lost. The others ignore it.
func (b *broadcaster) republish(room *poker.Room, unsaved bool, to *subscribers) {
	b.publish(room, unsaved, to)
	if !b.throttled() {
		b.broadcast(b.current(room, unsaved), to)
	}
}

// broadcast sends a status once to each node that has subscribers.
func (b *broadcaster) broadcast(status *protocol.Status, to *subscribers) {
	b.sequence++
	b.began = time.Now()
	nodes := to.byNode()
	b.pending = len(nodes)
	for address, conns := range nodes {
		if address == b.local {
			f := &fanout{room: b.room, broadcast: b.sequence}
			f.start(b.send, status, conns)
			continue
		}
		names := make([]string, len(conns))
		for i, conn := range conns {
			names[i] = conn.Id
		}
		b.send(actor.NewPID(address, gatewayName), statusFanout{status: status, conns: names, room: b.room, broadcast: b.sequence})
	}
	b.throttle = b.inbox.after(maxThrottle, throttleEnded{b.sequence})
}

// delivered shortens the pause once every node has confirmed the last broadcast.
func (b *broadcaster) delivered(sequence uint64) {
	if sequence != b.sequence {
		return
	}
	if b.pending--; b.pending > 0 || b.throttle == nil || !b.throttle.Stop() {
		return
	}
	took := time.Since(b.began)
	b.throttle.Reset(min(throttleFactor*took, max(maxThrottle-took, 0)))
}

// throttleEnded ends the pause after a broadcast, and reports whether it was the last
// one.
func (b *broadcaster) throttleEnded(sequence uint64) bool {
	if sequence != b.sequence {
		return false
	}
	b.throttle = nil
	return true
}

// stop stops the timer.
func (b *broadcaster) stop() {
	if b.throttle != nil {
		b.throttle.Stop()
	}
}

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
// becomes a few commits and broadcasts. Where a broadcast takes long, most of it is bytes,
// which are the same however many broadcasts share them, so the pause is as long as the
// broadcast and no longer.
type broadcaster struct {
	// given
	inbox  inbox
	local  string                                // the address of this node
	send   func(to *actor.PID, message any)      // to other nodes
	fanOut func(conns []*actor.PID, message any) // to connections of this node
	spans  *identitySpans

	// state
	room     *actor.PID       // gets delivered
	shown    *poker.Snapshot  // what was broadcast last
	whole    *protocol.Status // the newest status, not as a patch
	sequence uint64           // of the last broadcast
	here     *fanout          // of the last broadcast, until the room has sent it
	began    time.Time        // when the last broadcast did
	pending  int              // nodes that have not confirmed the last broadcast
	until    time.Time        // when the pause after it ends
	waiting  bool             // for that
	timer    *time.Timer      // of the wait; nil before the first
}

const (
	// throttleFactor is how many times as long as a broadcast the pause after it is.
	throttleFactor = 4
	// longThrottle is the pause from which on it is no longer than the broadcast.
	longThrottle = 10 * time.Millisecond
	// maxThrottle is the longest pause. It also ends the wait for a connection that
	// stopped before it could confirm a broadcast.
	maxThrottle = 50 * time.Millisecond
)

// throttled reports whether new state must wait, and has the room told when it need not
// any more. What changes until then shares one commit and one broadcast. In a room where
// one thing happens at a time nothing ever waits, so the pause mostly needs no timer.
func (b *broadcaster) throttled() bool {
	if b.waiting {
		return true
	}
	if b.until.IsZero() {
		return false
	}
	left := time.Until(b.until)
	if left <= 0 {
		b.until = time.Time{}
		return false
	}
	b.waiting = true
	if b.timer == nil {
		b.timer = b.inbox.after(left, throttleEnded{})
	} else {
		b.timer.Reset(ahead(left))
	}
	return true
}

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
	if b.shown != nil && b.shown.Version == room.Version() || b.throttled() {
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
	span := b.spans.broadcast(len(nodes))
	for address, conns := range nodes {
		if address == b.local {
			b.here = &fanout{room: b.room, broadcast: b.sequence}
			b.here.left.Store(int32(len(conns)) + 1) // the room itself counts: see sent
			b.fanOut(conns, deliverStatus{status: status, fanout: b.here})
			continue
		}
		names := make([]string, len(conns))
		for i, conn := range conns {
			names[i] = conn.Id
		}
		b.send(actor.NewPID(address, gatewayName), statusFanout{status: status, conns: names, room: b.room, broadcast: b.sequence, span: span})
	}
	b.until = b.began.Add(maxThrottle)
}

// sent says that what the room had to send has left it. Connections of this node have
// then mostly handled their status, and if all have, the room need not be told.
func (b *broadcaster) sent() {
	if f := b.here; f != nil {
		b.here = nil
		if f.left.Add(-1) == 0 {
			b.delivered(f.broadcast)
		}
	}
}

// delivered shortens the pause once every node has confirmed the last broadcast.
func (b *broadcaster) delivered(sequence uint64) {
	if sequence != b.sequence {
		return
	}
	b.pending--
	if b.pending == 0 {
		b.spans.delivered()
	}
	if b.pending > 0 || b.until.IsZero() || b.waiting && !b.timer.Stop() {
		return
	}
	took := time.Since(b.began)
	pause := min(throttleFactor*took, max(took, longThrottle), max(maxThrottle-took, 0))
	b.until = time.Now().Add(pause)
	if b.waiting {
		b.timer.Reset(ahead(pause))
	}
}

// throttleEnded ends the pause after the last broadcast.
func (b *broadcaster) throttleEnded() {
	b.waiting, b.until = false, time.Time{}
	b.spans.delivered() // as far as it went
}

// stop stops the timer.
func (b *broadcaster) stop() {
	if b.timer != nil {
		b.timer.Stop()
	}
}

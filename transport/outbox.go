package transport

import (
	"slices"

	"example.com/pokey/poker"
	"example.com/pokey/protocol"
)

const (
	// maxEvents and maxEventBytes limit what waits for a client. The event that
	// crosses the second is still taken, so that there is room for one long answer;
	// no event is longer than protocol.MaxEvent.
	maxEvents     = 64
	maxEventBytes = 256 << 10
	// batchBytes is about how many bytes are written at once.
	batchBytes = 16 << 10
)

// outbox has what waits for a client: frames in their order, and after them one
// status of each room. It is not safe for concurrent use.
type outbox struct {
	queue     []frame
	bytes     int // of the payloads in queue
	rooms     []slot
	tail      []byte // the payload of a frame whose header has been taken
	nextRoom  int    // the room whose turn it is, so that a busy one does not hold up others
	fullBytes int    // of whole statuses that the client has asked for; nextBatch of Conn resets it
}

type frame struct {
	opcode  byte
	payload []byte
}

// slot is the state of one room on this connection.
type slot struct {
	room    poker.RoomID
	version uint64           // that was sent last; zero if the next status must be whole
	pending *protocol.Status // the newest, nil if it has been sent
}

// push queues a frame, and returns false if too much is waiting.
func (o *outbox) push(opcode byte, payload []byte) bool {
	if len(o.queue) >= maxEvents || o.bytes >= maxEventBytes {
		return false
	}
	o.pushLast(opcode, payload)
	return true
}

// pushLast queues a frame, however much is waiting.
func (o *outbox) pushLast(opcode byte, payload []byte) {
	o.queue = append(o.queue, frame{opcode, payload})
	o.bytes += len(payload)
}

// status makes s the waiting status of its room, and reports whether it replaces
// another one. It ignores a status that is not newer than what the client has or is
// about to get; to have it sent, forget the room first.
func (o *outbox) status(s *protocol.Status) (replaced bool) {
	i := o.slot(s.RoomID)
	if i < 0 {
		i = len(o.rooms)
		o.rooms = append(o.rooms, slot{room: s.RoomID})
	}
	at := &o.rooms[i]
	if s.Version <= at.version || (at.pending != nil && s.Version <= at.pending.Version) {
		return false
	}
	replaced = at.pending != nil
	at.pending = s
	return replaced
}

// forget drops the state of a room.
func (o *outbox) forget(room poker.RoomID) {
	if i := o.slot(room); i >= 0 {
		o.rooms = slices.Delete(o.rooms, i, i+1)
	}
}

func (o *outbox) slot(room poker.RoomID) int {
	return slices.IndexFunc(o.rooms, func(s slot) bool { return s.room == room })
}

// clear drops everything but the rest of a frame that has begun.
func (o *outbox) clear() { *o = outbox{tail: o.tail} }

// nextBatch appends the next frames to dst, about batchBytes of them. Statuses come
// after everything in the queue. A large status is not copied: after its header,
// nextBatch returns the bytes that all connections share, instead of dst.
func (o *outbox) nextBatch(dst []byte) (b []byte, shared bool) {
	if tail := o.tail; tail != nil {
		o.tail = nil
		return tail, true
	}
	taken := 0
	for taken < len(o.queue) && len(dst) < batchBytes {
		next := &o.queue[taken]
		dst = appendFrame(dst, next.opcode, next.payload)
		o.bytes -= len(next.payload)
		taken++
	}
	o.queue = slices.Delete(o.queue, 0, taken)
	if len(o.queue) > 0 {
		return dst, false
	}
	if cap(o.queue) > 4 {
		o.queue = nil // frees what a congestion has taken
	}
	for range o.rooms {
		if len(dst) >= batchBytes || o.tail != nil {
			break
		}
		o.nextRoom %= len(o.rooms)
		message, asked := o.rooms[o.nextRoom].nextMessage()
		o.nextRoom++
		if asked {
			o.fullBytes += len(message)
		}
		switch {
		case message == nil:
		case len(message) < batchBytes:
			dst = appendFrame(dst, opText, message)
		default:
			dst = appendHeader(dst, opText, len(message))
			o.tail = message
		}
	}
	return dst, false
}

// weight estimates the bytes that wait.
func (o *outbox) weight() int {
	n := o.bytes + len(o.queue)*frameWeight + len(o.tail)
	for i := range o.rooms {
		if s := o.rooms[i].pending; s != nil {
			n += s.Size()
		}
	}
	return n
}

// nextMessage returns the status to send, as a patch if possible, nil if there is
// none. It also reports whether the client has asked for the whole status by
// joining.
func (s *slot) nextMessage() (message []byte, asked bool) {
	if s.pending == nil {
		return nil, false
	}
	asked = s.version == 0
	message = s.pending.Patch
	if message == nil || s.version == 0 || s.pending.Since != s.version {
		message = s.pending.Full()
	}
	s.version, s.pending = s.pending.Version, nil
	return message, asked
}

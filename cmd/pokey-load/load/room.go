package load

import (
	"strconv"
	"sync"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/wire"
)

// member is a member of a room with their one connection.
type member struct {
	room      *room
	number    int // 0 is the owner
	userID    string
	conn      *client.Conn
	view      *view // nil until there is a status
	joining   bool  // a whole room was asked for
	greeted   bool  // has seen everybody
	estimated int   // the round of the last estimate asked for
	passed    int   // of shape seq: the turn that was last seen
	requests  int   // so far; the id of the newest
	waiting   []request
}

// request is a request that is not answered yet.
type request struct {
	id   string
	sent time.Time
	msg  []byte
}

// outgoing is a message to send once the room is unlocked.
type outgoing struct {
	to  *member
	msg []byte
}

// The steps of a round: the estimate of each member by number, then these.
type step int

func (r *room) reveal() step { return step(len(r.members)) }
func (r *room) clear() step  { return step(len(r.members) + 1) }

// rememberedRounds is how far a member may fall behind and still be measured.
const rememberedRounds = 16

// round holds when each step of a round was sent; zero for not at all.
type round struct {
	number int
	sent   []time.Time
}

// room is a room with its members and their measurements. Its mutex guards all of it
// once the members read.
type room struct {
	id      string
	members []*member
	shape   shape
	ready   chan struct{} // closed when every member has seen every other

	mu       sync.Mutex
	reader   reader
	complete int  // members who have seen every other
	playing  bool // it has begun
	rounds   [rememberedRounds]round
	turn     turn
	tally    tally
}

// sent notes that a step of a round is being sent at a time, which may be the
// time at which it should have been.
func (r *room) sent(number int, s step, at time.Time) {
	slot := &r.rounds[number%rememberedRounds]
	if slot.number != number {
		slot.number = number
		slot.sent = make([]time.Time, len(r.members)+2)
	}
	slot.sent[s] = at
}

// ask makes the request of a step. It is called with mu held.
func (r *room) ask(s step, number int, at time.Time) outgoing {
	m := r.members[0]
	if int(s) < len(r.members) {
		m = r.members[s]
	}
	m.requests++
	id := strconv.Itoa(m.requests)
	msg := append(make([]byte, 0, 160), `{"request":"`...)
	switch s {
	case r.reveal():
		msg = append(msg, "reveal"...)
	case r.clear():
		msg = append(msg, "clear"...)
	default:
		msg = append(msg, "estimate"...)
	}
	msg = append(msg, `","id":"`...)
	msg = append(msg, id...)
	msg = append(msg, `","roomId":"`...)
	msg = append(msg, r.id...)
	msg = append(msg, `","round":`...)
	msg = strconv.AppendInt(msg, int64(number), 10)
	if int(s) < len(r.members) {
		msg = append(msg, `,"value":"`...)
		msg = append(msg, values[(int(s)+number)%len(values)]...)
		msg = append(msg, '"')
	}
	msg = append(msg, '}')
	r.sent(number, s, at)
	m.waiting = append(m.waiting, request{id: id, sent: at, msg: msg})
	r.tally.requests++
	return outgoing{to: m, msg: msg}
}

// values are cards of the deck that a room has by itself.
var values = [...]string{"1", "2", "3", "5", "8", "13"}

// update processes a status or a patch for a member and returns the messages to send in
// reply.
func (r *room) update(m *member, head wire.Head, msg []byte, now time.Time) ([]outgoing, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.frames++
	r.tally.bytes += uint64(len(msg))
	if head.Event == wire.RoomPatch && (m.view == nil || m.view.version != head.Since) {
		m.view = nil
		return r.resync(m), nil
	}
	before := m.view
	after, err := r.reader.read(head, msg, before)
	if err != nil {
		return nil, err
	}
	m.view, m.joining = after, false
	if before != nil && before.version < after.version {
		r.count(m, before, after, now)
	}
	r.countComplete(m)
	if !r.playing {
		return nil, nil
	}
	return r.shape.seen(r, m), nil
}

// begin lets the members play.
func (r *room) begin() []outgoing {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.playing = true
	return r.shape.begin(r)
}

// resync asks for the whole room, once for all patches that do not fit until it
// arrives.
func (r *room) resync(m *member) []outgoing {
	if m.joining {
		return nil
	}
	m.joining = true
	r.tally.resyncs++
	return []outgoing{{m, client.JoinRoom(r.id, "").Encode("")}}
}

// countComplete counts the members who see all members, until all do.
func (r *room) countComplete(m *member) {
	if m.greeted || m.view.present.count() < len(r.members) {
		return
	}
	m.greeted = true
	if r.complete++; r.complete == len(r.members) {
		close(r.ready)
	}
}

// answered processes the answer to a request. For a retryable refusal it returns the
// message to send again after a pause.
func (r *room) answered(m *member, head wire.Head, retryable bool, now time.Time) (again []outgoing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, w := range m.waiting {
		if w.id != string(head.ID) {
			continue
		}
		if retryable {
			r.tally.refuse(head.Code)
			return []outgoing{{m, w.msg}}
		}
		m.waiting = append(m.waiting[:i], m.waiting[i+1:]...)
		if head.Event == wire.Error {
			r.tally.refuse(head.Code)
		} else if r.tally.on && !w.sent.Before(r.tally.since) {
			r.tally.acks.add(now.Sub(w.sent))
		}
		return nil
	}
	if head.Event == wire.Error {
		r.tally.refuse(head.Code)
	}
	return nil
}

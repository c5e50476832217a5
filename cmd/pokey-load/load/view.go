package load

import (
	"bytes"
	"errors"
	"math/bits"

	"example.com/pokey/cmd/pokey-load/wire"
)

// view is a room at one version as its members see it. It is immutable.
type view struct {
	version   uint64
	round     int
	revealed  bool
	present   set // members
	estimated set // members who have an estimate
}

// set is a set of members by their numbers.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s set) put(i int, in bool) {
	if in {
		s[i/64] |= 1 << (i % 64)
	} else {
		s[i/64] &^= 1 << (i % 64)
	}
}

func (s set) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// missing calls f for each of the first n numbers that s has and old lacks; a
// nil old lacks all.
func (s set) missing(old set, f func(i int)) {
	for w, word := range s {
		if old != nil {
			word &^= old[w]
		}
		for ; word != 0; word &= word - 1 {
			f(w*64 + bits.TrailingZeros64(word))
		}
	}
}

var errRoom = errors.New("the room cannot be read")

// reader makes views of messages. Every member of a room gets the same bytes,
// so it reads each message once and knows it again by its bytes.
type reader struct {
	index  map[string]int // members' numbers by their user ids
	recent [8]message
	next   int
}

// message is a message that was read, and the view that resulted.
type message struct {
	since uint64 // zero for a whole room
	bytes []byte
	view  *view
}

// read is the view after a status or a patch. Before is the view the patch is
// for; it is not needed for a status.
func (r *reader) read(head wire.Head, msg []byte, before *view) (*view, error) {
	for i := range r.recent {
		known := &r.recent[i]
		if known.view != nil && known.view.version == head.Version && known.since == head.Since && bytes.Equal(known.bytes, msg) {
			return known.view, nil
		}
	}
	after := &view{version: head.Version, present: newSet(len(r.index)), estimated: newSet(len(r.index))}
	if head.Event == wire.RoomPatch {
		after.round, after.revealed = before.round, before.revealed
		copy(after.present, before.present)
		copy(after.estimated, before.estimated)
	}
	if err := r.apply(after, head.Body); err != nil {
		return nil, err
	}
	slot := &r.recent[r.next]
	r.next = (r.next + 1) % len(r.recent)
	slot.since, slot.view = head.Since, after
	slot.bytes = append(slot.bytes[:0], msg...)
	return after, nil
}

// apply reads a room or a merge patch of one, as far as it matters here.
func (r *reader) apply(v *view, body []byte) error {
	var inner error
	err := wire.Object(body, func(key, value []byte) bool {
		switch string(key) {
		case "round":
			round, ok := wire.Uint(value)
			if !ok {
				inner = errRoom
			}
			v.round = int(round)
		case "revealed":
			v.revealed = wire.True(value)
		case "members":
			inner = r.applyMembers(v, value)
		}
		return inner == nil
	})
	return errors.Join(err, inner)
}

func (r *reader) applyMembers(v *view, members []byte) error {
	var inner error
	err := wire.Object(members, func(id, member []byte) bool {
		i, known := r.index[string(id)]
		if !known {
			return true // not a player
		}
		if wire.Null(member) {
			v.present.put(i, false)
			v.estimated.put(i, false)
			return true
		}
		v.present.put(i, true)
		inner = wire.Object(member, func(key, value []byte) bool {
			if string(key) == "estimated" {
				v.estimated.put(i, wire.True(value))
			}
			return true
		})
		return inner == nil
	})
	return errors.Join(err, inner)
}

package history

import (
	"hash/maphash"
	"math"

	"github.com/anishathalye/porcupine"
)

// A server whose disk does not answer says so: it marks statuses as unsaved and
// acknowledges requests as not durable. A crash may undo those, until a later status is
// saved or a later request is durable. It may undo nothing else.

// crash is the end of a life of the server.
type crash struct {
	began, over int64 // before and after the kill
	newest      int   // connection with the life that ended
}

// Crash tells that the server is about to be killed. The returned function tells that it
// has been, and which connection was the newest.
func (h *History) Crash() (killed func(newest int)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		if r.mayBeUndone() {
			h.tapAgain(r)
		}
	}
	n := len(h.crashes)
	h.crashes = append(h.crashes, crash{began: h.now(), over: math.MaxInt64, newest: math.MaxInt})
	return func(newest int) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.crashes[n].over, h.crashes[n].newest = h.now(), newest
	}
}

// life returns the number of the server's life that a connection is with, from one on.
func (h *History) life(conn int) int {
	n := 1
	for _, c := range h.crashes {
		if conn > c.newest {
			n++
		}
	}
	return n
}

// mayBeUndone reports whether the room has acknowledged something that it may not have
// saved yet.
func (r *room) mayBeUndone() bool {
	var saved, applied int64 // when the last durable one was asked, and the last other one answered
	for _, op := range r.ops {
		switch op.Outcome {
		case Durable:
			saved = max(saved, op.Call)
		case Applied:
			applied = max(applied, op.Return)
		case Unknown, Refused:
		}
	}
	return applied > saved
}

// tapAgain forgets what requests have hidden that may be undone. It is called with mu held.
func (h *History) tapAgain(r *room) {
	t := &r.tap
	t.open, t.cleared = len(t.reveals) > 0, 0
	for i := range t.reveals {
		t.reveals[i].first, t.reveals[i].last = 1, 0
	}
	t.live = nil
	for _, c := range h.canaries {
		if c.op.Room == r.id {
			t.live = append(t.live, c)
		}
	}
}

// wasUnsaved reports whether anything of the room may have been undone.
func (r *room) wasUnsaved() bool {
	for _, op := range r.ops {
		if op.Outcome == Applied {
			return true
		}
	}
	for _, read := range r.reads {
		if read.room != nil && read.room.Unsaved {
			return true
		}
	}
	return false
}

// kept is a room in the server's memory and on its disk.
type kept struct{ now, disk state }

// forgetful is the model of a room whose server may go back to what it has saved.
func (m *roomModel) forgetful() porcupine.Model {
	n := porcupine.NondeterministicModel{
		Init:  func() []any { return []any{kept{m.empty(), m.empty()}} },
		Step:  func(from, input, _ any) []any { return m.next(from.(kept), input.(step)) },
		Equal: func(a, b any) bool { return a == b },
		Hash:  func(s any) uint64 { return maphash.Comparable(hashSeed, s.(kept)) },
	}
	return n.ToModel()
}

// next returns what there may be after a step. What a request has changed may be saved with
// it, or any time later: as good as with the next one.
func (m *roomModel) next(from kept, in step) []any {
	if in.crashes {
		return []any{kept{from.disk, from.disk}}
	}
	if in.read != nil {
		switch {
		case !m.shows(from.now, in.read):
			return nil
		case in.read.room != nil:
			return []any{kept{from.now, from.now}} // the unsaved ones are left out
		}
		return []any{from}
	}
	to, code := m.apply(from.now, in)
	ok, after := m.accepts(in.op, code, from.now, to)
	if !ok {
		return nil
	}
	saved := kept{after.(state), after.(state)}
	if unsaved := (kept{saved.now, from.disk}); in.op.Outcome != Durable && unsaved != saved {
		return []any{saved, unsaved}
	}
	return []any{saved}
}

// operationsWithCrashes are the room's requests and reads, but for those that saw what was
// not saved, and the crashes.
func (m *roomModel) operationsWithCrashes(r *room, crashes []crash) (all []porcupine.Operation) {
	unsaved := make(map[int]bool) // connections
	for _, read := range r.reads {
		if read.room != nil && read.room.Unsaved {
			unsaved[read.conn] = true
		}
	}
	for _, o := range m.operations(r) {
		if in := o.Input.(step); in.read == nil || !unsaved[in.read.conn] {
			all = append(all, o)
		}
	}
	for _, c := range crashes {
		all = append(all, porcupine.Operation{Input: step{crashes: true}, Call: c.began, Return: c.over})
	}
	return all
}

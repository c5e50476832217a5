package history

import "example.com/pokey/cmd/pokey-load/client"

// watch judges the versions of a room as they come.
type watch struct {
	conns   map[int]*seen
	epoch   string             // the newest
	highest uint64             // saved version of that epoch that anybody has seen
	content map[version]uint64 // digests by version of that epoch
}

// version is a version of a room. One that was not saved may be another one in another
// life of the server.
type version struct {
	number uint64
	life   int // zero if it was saved
}

// seen is what one connection has seen of a room.
type seen struct {
	joins   int    // asked for and not yet answered, as far as one can tell
	call    int64  // of the first join
	floor   uint64 // the highest version seen by anybody at that time
	floorOf string // its epoch
	status  bool   // whether there was one
	own     bool   // whether there was an own estimate
	epoch   string
	version uint64
}

func newWatch() watch {
	return watch{conns: make(map[int]*seen), content: make(map[version]uint64)}
}

func (h *History) joining(conn int, roomID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[roomID]
	if r == nil {
		return
	}
	s := r.watch.conns[conn]
	if s == nil {
		s = &seen{call: h.now(), floor: r.watch.highest, floorOf: r.watch.epoch}
		r.watch.conns[conn] = s
	}
	s.joins++
}

func (h *History) status(conn int, room client.Room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.statuses++
	r, user := h.rooms[room.ID], h.users[conn]
	if r == nil {
		return
	}
	h.agree(r, conn, user, room)
	h.exposes(r, user, room)
	s := r.watch.conns[conn]
	if s == nil {
		h.fault(Fault{Kind: OutOfOrder, Room: r.id, User: user}, "a status for a connection that did not join")
		return
	}
	if s.status {
		h.order(r, user, s, room)
	} else {
		s.status = true
		s.joins--
		h.reads++
		r.reads = append(r.reads, read{conn: conn, user: user, call: s.call, at: h.now(), room: &room})
		if s.floorOf == room.Epoch && room.Version < s.floor {
			h.fault(Fault{Kind: Lost, Room: r.id, User: user}, "joined at version %d after version %d was seen", room.Version, s.floor)
		}
	}
	s.epoch, s.version = room.Epoch, room.Version
}

// order judges a version by the one before on the same connection. Only the
// answer to a join may repeat it.
func (h *History) order(r *room, user string, s *seen, room client.Room) {
	switch {
	case room.Epoch != s.epoch || room.Version > s.version:
	case room.Version == s.version && s.joins > 0:
		s.joins--
	default:
		h.fault(Fault{Kind: OutOfOrder, Room: r.id, User: user}, "version %d after version %d", room.Version, s.version)
	}
}

// agree compares a status with what other clients saw of the same version, and
// checks that it does not contradict itself.
func (h *History) agree(r *room, conn int, user string, room client.Room) {
	w := &r.watch
	shown := version{number: room.Version}
	if room.Unsaved {
		shown.life = h.life(conn)
	}
	if w.epoch != room.Epoch {
		if w.epoch != "" {
			h.fault(Fault{Kind: Lost, Room: r.id, User: user}, "the room was revived: epoch %s after %s", room.Epoch, w.epoch)
		}
		w.epoch, w.highest = room.Epoch, 0
		clear(w.content)
	}
	if !room.Unsaved {
		w.highest = max(w.highest, room.Version)
	}
	digest, known := w.content[shown]
	if known && digest != room.Digest {
		h.fault(Fault{Kind: Divergent, Room: r.id, User: user}, "version %d has two contents", room.Version)
	}
	w.content[shown] = room.Digest
	n := 0
	for id, m := range room.Members {
		if m.Estimated {
			n++
		}
		if m.Shown != (m.Estimated && room.Revealed) {
			kind := Divergent
			if m.Shown && !room.Revealed {
				kind = Leaked
			}
			h.fault(Fault{Kind: kind, Room: r.id, User: user}, "version %d: revealed %v, member %s estimated %v, shown %v", room.Version, room.Revealed, id, m.Estimated, m.Shown)
		}
	}
	if n != room.Estimates {
		h.fault(Fault{Kind: Divergent, Room: r.id, User: user}, "version %d: %d estimates, %d members who have one", room.Version, room.Estimates, n)
	}
	if room.Revealed && room.RevealedBy == "" {
		h.fault(Fault{Kind: Divergent, Room: r.id, User: user}, "version %d: revealed by nobody", room.Version)
	}
	if room.HasSummary && !room.Revealed {
		h.fault(Fault{Kind: Leaked, Room: r.id, User: user}, "version %d: a summary while hidden", room.Version)
	}
}

func (h *History) ownEstimate(conn int, own client.OwnEstimate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[own.RoomID]
	if r == nil {
		return
	}
	s := r.watch.conns[conn]
	if s == nil || s.own {
		return
	}
	s.own = true
	h.reads++
	r.reads = append(r.reads, read{conn: conn, user: h.users[conn], call: s.call, at: h.now(), own: &own})
}

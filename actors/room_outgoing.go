package actors

import "github.com/asynkron/protoactor-go/actor"

// outgoing collects what a room sends to connections until the room has handled a
// message and all that waited behind it. Each connection of this node then gets one
// batch, and so writes to its client once. Another node gets one copy of a status that
// answers the joins of several of its connections; everything else leaves for other
// nodes at once.
type outgoing struct {
	// given
	local string                           // the address of this node
	send  func(to *actor.PID, message any) // to this node or another

	// state
	entries []outgoingEntry
	index   map[string]int // in entries, by the name of the connection
	conns   []*actor.PID   // connections of this node that get a broadcast, after their entries
	shared  any            // the broadcast, which is the same message for all of them
	remote  []remoteBatch
}

// outgoingEntry is what one connection will get: one message, or a batch.
type outgoingEntry struct {
	conn *actor.PID
	one  any
	more *batch
}

// remoteBatch is a status that several connections of another node will get.
type remoteBatch struct {
	address string
	statusFanout
}

// batch holds several messages for one connection, which handles them in order.
type batch struct {
	messages []any
	few      [3]any // their space, as far as it goes: an estimate is answered by three
}

func (e *outgoingEntry) add(message any) {
	if e.more == nil {
		e.more = new(batch)
		e.more.messages = append(e.more.few[:0], e.one)
	}
	e.more.messages = append(e.more.messages, message)
}

func newOutgoing(local string, send func(*actor.PID, any)) *outgoing {
	return &outgoing{local: local, send: send, index: map[string]int{}}
}

// add queues a message for a connection of this node, or another actor of another one.
func (o *outgoing) add(to *actor.PID, message any) {
	if to.Address != o.local {
		if s, ok := message.(deliverStatus); !ok || !o.addRemote(to, s) {
			o.send(to, message)
		}
		return
	}
	i, found := o.index[to.Id]
	if !found {
		o.index[to.Id] = len(o.entries)
		o.entries = append(o.entries, outgoingEntry{conn: to, one: message})
		return
	}
	o.entries[i].add(message)
}

// fanOut queues one message for many connections of this node. The caller must not
// change conns until flush. There is one fanOut between two calls of flush, or the
// earlier one goes first.
func (o *outgoing) fanOut(conns []*actor.PID, message any) {
	for _, conn := range o.conns {
		o.add(conn, o.shared)
	}
	o.conns, o.shared = conns, message
}

// addRemote queues a status that answers a join on another node together with others
// of the same status. It reports whether s is one.
func (o *outgoing) addRemote(conn *actor.PID, s deliverStatus) bool {
	if !s.whole {
		return false
	}
	for i := range o.remote {
		if b := &o.remote[i]; b.address == conn.Address && b.status == s.status {
			b.conns = append(b.conns, conn.Id)
			return true
		}
	}
	o.remote = append(o.remote, remoteBatch{conn.Address, statusFanout{status: s.status, conns: []string{conn.Id}, whole: true}})
	return true
}

// flush sends everything.
func (o *outgoing) flush() {
	for _, b := range o.remote {
		o.send(actor.NewPID(b.address, gatewayName), b.statusFanout)
	}
	o.remote = nil
	o.flushShared()
	for _, e := range o.entries {
		if e.more == nil {
			o.send(e.conn, e.one)
		} else {
			o.send(e.conn, e.more)
		}
	}
	clear(o.entries)
	o.entries = o.entries[:0]
	clear(o.index)
}

// flushShared sends the broadcast to those who get nothing else.
func (o *outgoing) flushShared() {
	for _, conn := range o.conns {
		if len(o.entries) > 0 {
			if i, found := o.index[conn.Id]; found {
				o.entries[i].add(o.shared)
				continue
			}
		}
		o.send(conn, o.shared)
	}
	o.conns, o.shared = nil, nil
}

// drop forgets everything that was not sent.
func (o *outgoing) drop() { *o = *newOutgoing(o.local, o.send) }

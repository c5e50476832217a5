package actors

import "github.com/asynkron/protoactor-go/actor"

// mail keeps what an actor says to connections of its own node until it has
// handled a message and all that waited behind it, so that each of them gets it
// at once, and writes to its client once.
type mail struct {
	voice
	sys   *System
	items []item
	at    map[string]int // in items, by the connection's name
}

// item is what one connection is told.
type item struct {
	conn  *actor.PID
	first any
	more  parcel
}

// parcel is messages for one connection, which it handles in order.
type parcel []any

func newMail(sys *System) *mail {
	m := &mail{sys: sys, at: map[string]int{}}
	m.voice = voice{&sys.counts, m.add}
	return m
}

func (m *mail) add(conn *actor.PID, message any) {
	if conn.Address != m.sys.address {
		m.sys.send(conn, message)
		return
	}
	i, there := m.at[conn.Id]
	if !there {
		m.at[conn.Id] = len(m.items)
		m.items = append(m.items, item{conn: conn, first: message})
		return
	}
	m.items[i].more = append(m.items[i].more, message)
}

// post sends what there is.
func (m *mail) post() {
	if len(m.items) == 0 {
		return
	}
	for _, i := range m.items {
		if i.more == nil {
			m.sys.root.Send(i.conn, i.first)
		} else {
			m.sys.root.Send(i.conn, append(parcel{i.first}, i.more...))
		}
	}
	clear(m.items)
	m.items = m.items[:0]
	clear(m.at)
}

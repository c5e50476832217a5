package actors

import "github.com/asynkron/protoactor-go/actor"

// mail keeps what an actor says to connections until it has handled a message
// and all that waited behind it. Each connection of this node then gets it at
// once, and writes to its client once; and to another node goes one copy of what
// answers the joins of many.
type mail struct {
	voice
	sys   *node
	items []item
	at    map[string]int // in items, by the connection's name
	away  []freight
}

// freight is what many connections of one other node are told.
type freight struct {
	address string
	statusFanout
}

// item is what one connection is told.
type item struct {
	conn  *actor.PID
	first any
	more  parcel
}

// parcel is messages for one connection, which it handles in order.
type parcel []any

func newMail(sys *node) *mail {
	m := &mail{sys: sys, at: map[string]int{}}
	m.voice = voice{&sys.counts, m.add}
	return m
}

func (m *mail) add(conn *actor.PID, message any) {
	if conn.Address != m.sys.address {
		if s, ok := message.(deliverStatus); !ok || !m.join(conn, s) {
			m.sys.send(conn, message)
		}
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

// join has the answer to a join go to another node with others of the same, and
// reports whether it does.
func (m *mail) join(conn *actor.PID, s deliverStatus) bool {
	if !s.whole {
		return false
	}
	for i := range m.away {
		if f := &m.away[i]; f.address == conn.Address && f.status == s.status {
			f.conns = append(f.conns, conn.Id)
			return true
		}
	}
	m.away = append(m.away, freight{conn.Address, statusFanout{status: s.status, conns: []string{conn.Id}, whole: true}})
	return true
}

// post sends what there is.
func (m *mail) post() {
	for _, f := range m.away {
		m.sys.send(actor.NewPID(f.address, gatewayName), f.statusFanout)
	}
	m.away = nil
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

package cluster

import (
	"container/list"
	"crypto/tls"
	"net"
	"sync"
)

// newestConns is connections of which nobody knows yet whether they are of use. There are
// only so many: when there is one more, the one that has been there for longest is closed.
// Whoever opens connections and says nothing keeps nobody out that way.
type newestConns struct {
	limit int

	mu  sync.Mutex
	all list.List // of net.Conn, the oldest first
}

// add adds a connection until done is called, which reports whether it had to give way.
func (n *newestConns) add(conn net.Conn) (done func() (gaveWay bool)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	mine := n.all.PushBack(conn)
	if n.all.Len() > n.limit {
		oldest, _ := n.all.Remove(n.all.Front()).(net.Conn)
		if secured, ok := oldest.(*tls.Conn); ok {
			oldest = secured.NetConn() // without a goodbye, which may take seconds
		}
		_ = oldest.Close()
	}
	return func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		before := n.all.Len()
		n.all.Remove(mine)
		return n.all.Len() == before
	}
}

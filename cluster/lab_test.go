package cluster

import (
	"context"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// lab is a network between nodes that can lose what one sends to another. As
// with TCP, what is lost arrives in the end, if the connection lasts.
type lab struct {
	mu    sync.Mutex
	lost  map[[2]string]chan struct{} // from an address to an address, until it is closed
	delay time.Duration               // of each way
}

func newLab() *lab { return &lab{lost: map[[2]string]chan struct{}{}} }

// cut has nothing arrive at to that from sends.
func (l *lab) cut(from, to string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost[[2]string{from, to}] == nil {
		l.lost[[2]string{from, to}] = make(chan struct{})
	}
}

// heal undoes all cuts.
func (l *lab) heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for way, healed := range l.lost {
		close(healed)
		delete(l.lost, way)
	}
}

// pass waits for what was sent then to arrive, and reports whether done lasts.
// TCP doubles its pauses: what had to wait has to wait as long again.
func (l *lab) pass(done <-chan struct{}, from, to string, sent time.Time) bool {
	arrives := sent.Add(l.delay)
	for {
		timer := time.NewTimer(time.Until(arrives))
		defer timer.Stop()
		select {
		case <-done:
			return false
		case <-timer.C:
		}
		l.mu.Lock()
		healed := l.lost[[2]string{from, to}]
		l.mu.Unlock()
		if healed == nil {
			return true
		}
		began := time.Now()
		select {
		case <-done:
			return false
		case <-healed:
			arrives = time.Now().Add(time.Since(began))
		}
	}
}

// connect puts the lab between n and the others, before n joins.
func (l *lab) connect(n *Node) {
	dial := n.link.tcp
	n.link.tcp = func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, dialTimeout)
		defer cancel()
		now := time.Now()
		if !l.pass(ctx.Done(), n.Self(), address, now) || !l.pass(ctx.Done(), address, n.Self(), now.Add(l.delay)) {
			return nil, os.ErrDeadlineExceeded
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c := &labConn{Conn: conn, in: make(chan chunk, 1<<12), out: make(chan chunk, 1<<12), ended: make(chan struct{})}
		c.arrives = func(at time.Time) bool { return l.pass(c.ended, address, n.Self(), at) }
		go c.read()
		go c.write(func(at time.Time) bool { return l.pass(c.ended, n.Self(), address, at) })
		return c, nil
	}
}

// labConn is a connection through a lab, at the end that made it.
type labConn struct {
	net.Conn
	in, out chan chunk
	arrives func(sent time.Time) bool
	rest    []byte
	end     sync.Once
	ended   chan struct{}
}

type chunk struct {
	data []byte
	sent time.Time
}

func (c *labConn) read() {
	defer close(c.in)
	for {
		b := make([]byte, 1<<14)
		n, err := c.Conn.Read(b)
		if err != nil {
			return
		}
		select {
		case c.in <- chunk{b[:n], time.Now()}:
		case <-c.ended:
			return
		}
	}
}

func (c *labConn) write(arrives func(sent time.Time) bool) {
	for {
		select {
		case <-c.ended:
			return
		case b := <-c.out:
			if !arrives(b.sent) {
				return
			}
			if _, err := c.Conn.Write(b.data); err != nil {
				_ = c.Close()
				return
			}
		}
	}
}

func (c *labConn) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		select {
		case <-c.ended:
			return 0, net.ErrClosed
		case next, ok := <-c.in:
			if !ok || !c.arrives(next.sent) {
				return 0, net.ErrClosed
			}
			c.rest = next.data
		}
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *labConn) Write(b []byte) (int, error) {
	select {
	case <-c.ended:
		return 0, net.ErrClosed
	case c.out <- chunk{slices.Clone(b), time.Now()}:
		return len(b), nil
	}
}

func (c *labConn) Close() error {
	c.end.Do(func() { close(c.ended) })
	return c.Conn.Close()
}

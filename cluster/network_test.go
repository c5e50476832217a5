package cluster

import (
	"context"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// lossyNetwork is a network between nodes that can lose what one sends to another.
// As with TCP, what is lost arrives in the end if the connection lasts. Its
// connections are pipes within the process, so that a test can run in virtual time,
// or real ones.
type lossyNetwork struct {
	real  bool
	delay time.Duration // of each direction

	mu        sync.Mutex
	lost      map[[2]string]chan struct{} // from an address to an address, until it is closed
	listeners map[string]*pipeListener    // by address
}

func newLossyNetwork() *lossyNetwork {
	return &lossyNetwork{lost: map[[2]string]chan struct{}{}, listeners: map[string]*pipeListener{}}
}

// lose has nothing arrive at to that from sends.
func (l *lossyNetwork) lose(from, to string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost[[2]string{from, to}] == nil {
		l.lost[[2]string{from, to}] = make(chan struct{})
	}
}

// cut loses both directions between two addresses.
func (l *lossyNetwork) cut(a, b string) {
	l.lose(a, b)
	l.lose(b, a)
}

// heal undoes all losses.
func (l *lossyNetwork) heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for direction, healed := range l.lost {
		close(healed)
		delete(l.lost, direction)
	}
}

// pass waits until what was sent then arrives, and reports false if done ends first.
// TCP doubles its pauses: what had to wait has to wait as long again.
func (l *lossyNetwork) pass(done <-chan struct{}, from, to string, sent time.Time) bool {
	arrives := sent.Add(l.delay)
	for {
		timer := time.NewTimer(time.Until(arrives))
		select {
		case <-done:
			timer.Stop()
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

// host is one node's access to the network. It gets its address when it listens.
type host struct {
	*lossyNetwork
	address string
}

func (h *host) listen(ctx context.Context, address string) (net.Listener, error) {
	if h.real {
		listener, err := tcp{}.listen(ctx, address)
		if err == nil {
			h.address = listener.Addr().String()
		}
		return listener, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.address = address
	h.listeners[address] = &pipeListener{address: address, conns: make(chan net.Conn), closed: make(chan struct{})}
	return h.listeners[address], nil
}

func (h *host) dial(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	now := time.Now()
	if !h.pass(ctx.Done(), h.address, address, now) || !h.pass(ctx.Done(), address, h.address, now.Add(h.delay)) {
		return nil, os.ErrDeadlineExceeded
	}
	conn, err := h.connect(ctx, address)
	if err != nil {
		return nil, err
	}
	c := &lossyConn{Conn: conn, in: make(chan chunk, 1<<12), out: make(chan chunk, 1<<12), ended: make(chan struct{})}
	c.arrives = func(at time.Time) bool { return h.pass(c.ended, address, h.address, at) }
	go c.read()
	go c.write(func(at time.Time) bool { return h.pass(c.ended, h.address, address, at) })
	return c, nil
}

func (h *host) connect(ctx context.Context, address string) (net.Conn, error) {
	if h.real {
		return tcp{}.dial(ctx, address)
	}
	h.mu.Lock()
	listener := h.listeners[address]
	h.mu.Unlock()
	if listener == nil {
		return nil, os.ErrNotExist
	}
	near, far := net.Pipe()
	select {
	case listener.conns <- far:
		return near, nil
	case <-listener.closed:
	case <-ctx.Done():
	}
	return nil, os.ErrDeadlineExceeded
}

// pipeListener accepts pipes within the process.
type pipeListener struct {
	address string
	conns   chan net.Conn
	end     sync.Once
	closed  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.end.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr  { return l }
func (l *pipeListener) Network() string { return "pipe" }
func (l *pipeListener) String() string  { return l.address }

// lossyConn is a connection through a lossyNetwork, at the end that made it.
type lossyConn struct {
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

func (c *lossyConn) read() {
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

func (c *lossyConn) write(arrives func(sent time.Time) bool) {
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

func (c *lossyConn) Read(b []byte) (int, error) {
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

func (c *lossyConn) Write(b []byte) (int, error) {
	select {
	case <-c.ended:
		return 0, net.ErrClosed
	case c.out <- chunk{slices.Clone(b), time.Now()}:
		return len(b), nil
	}
}

func (c *lossyConn) Close() error {
	c.end.Do(func() { close(c.ended) })
	return c.Conn.Close()
}

// Package pipelistener is a network of pipes within a process, for tests that run a
// server in a synctest bubble.
package pipelistener

import (
	"context"
	"net"
	"sync"
)

// Listener is a [net.Listener] whose connections Dial makes. Both ends are on
// 127.0.0.1.
type Listener struct {
	port   int
	conns  chan net.Conn
	closed chan struct{}
	close  func()
}

// New returns a listener that says it listens on port. The port need not be free.
func New(port int) *Listener {
	closed := make(chan struct{})
	return &Listener{port: port, conns: make(chan net.Conn), closed: closed, close: sync.OnceFunc(func() { close(closed) })}
}

// Dial connects to the listener and waits until it accepts. It returns
// [net.ErrClosed] if the listener is closed, or ctx's error.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- conn{server}:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for the next connection, or returns [net.ErrClosed].
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Dial. Connections stay open. It may be called repeatedly.
func (l *Listener) Close() error {
	l.close()
	return nil
}

// Addr returns the listener's port on 127.0.0.1.
func (l *Listener) Addr() net.Addr { return loopback(l.port) }

// conn is the server's end of a pipe, whose client is on 127.0.0.1.
type conn struct{ net.Conn }

func (conn) RemoteAddr() net.Addr { return loopback(40_000) }

func loopback(port int) net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }

package client

import (
	"context"
	"sync"
)

// moving is the opening of the next connection while the present one still works,
// which a server asks for that knows another one to be ready.
type moving struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
	next   *opened // set when done, if it came about
}

// moveOn opens the next connection, and ends the present one when the other is
// there.
func (l *connection) moveOn(ctx context.Context) *moving {
	ctx, cancel := context.WithCancel(ctx)
	m := &moving{cancel: cancel}
	m.done.Go(func() {
		conn, err := l.client.dial(ctx)
		if err != nil {
			return // the server will end the present one
		}
		stop := context.AfterFunc(ctx, conn.Close)
		first, err := conn.Read()
		if err != nil || !stop() {
			conn.Close()
			return
		}
		m.next = &opened{conn, append([]byte(nil), first...)}
		l.conn.Close()
	})
	return m
}

// next is the next connection, if it has come about by the end of this one.
func (l *connection) next() *opened {
	if l.moving == nil {
		return nil
	}
	l.moving.cancel()
	l.moving.done.Wait()
	return l.moving.next
}

// stay ends the opening of the next connection, wherever it is.
func (l *connection) stay() {
	if l.moving != nil {
		l.moving.cancel()
		l.moving.done.Wait()
	}
}

package boltstore

import (
	"context"
	"time"

	"example.com/pokey/store"
)

const (
	batchWindow = 3 * time.Millisecond // how long a call waits for others
	batchSize   = 256                  // calls in one transaction
)

// call is one call of a method on its way to the writer and back.
type call struct {
	ctx    context.Context
	write  bool
	do     func(*buckets) error
	result error // what do returned
	done   chan error
}

// queue hands calls to the writer.
type queue struct {
	calls   chan *call
	closing chan struct{} // closed by Close
}

func newQueue() *queue {
	return &queue{calls: make(chan *call), closing: make(chan struct{})}
}

// run has the writer run do within a transaction, and returns its result, or why the
// transaction failed. When the context ends, run returns, and do may still be run.
func (q *queue) run(ctx context.Context, write bool, do func(*buckets) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{ctx: ctx, write: write, do: do, done: make(chan error, 1)}
	select {
	case q.calls <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-q.closing:
		return store.ErrClosed
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// batch collects the calls for one transaction after the first one: all that are
// waiting and, while they are fewer than in the last batch, those that arrive within
// the window. So the callers of the last batch meet again in the next one, and a
// lone caller never waits.
func (q *queue) batch(first *call, last int) []*call {
	batch := []*call{first}
	var over <-chan time.Time
	for len(batch) < batchSize {
		select {
		case c := <-q.calls:
			batch = append(batch, c)
			continue
		default:
		}
		if len(batch) >= last {
			break
		}
		if over == nil {
			over = time.After(batchWindow)
		}
		select {
		case c := <-q.calls:
			batch = append(batch, c)
		case <-over:
			return batch
		}
	}
	return batch
}

// answer gives each caller its own result, or all of them the error of the
// transaction.
func answer(calls []*call, err error) {
	for _, c := range calls {
		if err != nil {
			c.done <- err
		} else {
			c.done <- c.result
		}
	}
}

package boltstore

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/pokey/store"
)

const (
	batchWindow = 2 * time.Millisecond // how long calls wait for others
	batchSize   = 256                  // calls in one transaction
)

// call is one call of a method on its way to the writer and back.
type call struct {
	write  bool
	do     func(*buckets) error
	result error // what do returned

	answered atomic.Bool
	answer   func(error) // called once
}

// reply gives the caller an outcome, unless there has been one.
func (c *call) reply(err error) {
	if !c.answered.Swap(true) {
		c.answer(err)
	}
}

// queue hands calls to the writer.
type queue struct {
	closing chan struct{} // closed by Close
	wake    chan struct{} // full when there may be calls

	mu      sync.Mutex
	waiting []*call
	closed  bool

	patience patience
}

func newQueue() *queue {
	return &queue{wake: make(chan struct{}, 1), closing: make(chan struct{})}
}

// run has the writer run do within a transaction, and returns its result, or why the
// transaction failed. When the context ends, run returns, and do may still be run.
func (q *queue) run(ctx context.Context, write bool, do func(*buckets) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	c := &call{write: write, do: do, answer: func(err error) { done <- err }}
	q.add(c)
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		c.reply(ctx.Err()) // the writer leaves it out, if it has not begun
		return <-done
	}
}

// start has the writer run do within a transaction that writes, and answer called with
// the result, or with an error that wraps context.DeadlineExceeded after a timeout.
func (q *queue) start(timeout time.Duration, do func(*buckets) error, answer func(error)) {
	c := &call{write: true, do: do, answer: answer}
	q.patience.watch(c, timeout)
	q.add(c)
}

func (q *queue) add(c *call) {
	q.mu.Lock()
	closed := q.closed
	if len(q.waiting) == cap(q.waiting) { // before it grows: many may have given up
		q.waiting = slices.DeleteFunc(q.waiting, func(c *call) bool { return c.answered.Load() })
	}
	if !closed {
		q.waiting = append(q.waiting, c)
	}
	q.mu.Unlock()
	if closed {
		c.reply(store.ErrClosed)
		return
	}
	q.rouse()
}

// rouse has the writer look for calls, if some wait.
func (q *queue) rouse() {
	if q.length() == 0 {
		return
	}
	select {
	case q.wake <- struct{}{}:
	default: // it is awake
	}
}

// take takes the calls that wait out of the queue, at most batchSize.
func (q *queue) take() []*call {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), batchSize)
	batch := slices.Clone(q.waiting[:n])
	left := copy(q.waiting, q.waiting[n:])
	clear(q.waiting[left:])
	q.waiting = q.waiting[:left]
	return batch
}

// batch collects the calls for one transaction: all that are waiting and, if the last
// batch had several, those that arrive within the window. A transaction costs the CPU and
// the disk about the same whatever is in it. A lone caller never waits.
func (q *queue) batch(last int) []*call {
	if n := q.length(); last > 1 && n > 0 && n < batchSize {
		select {
		case <-time.After(batchWindow):
		case <-q.closing:
		}
	}
	return q.take()
}

// length returns how many calls wait.
func (q *queue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// close refuses the calls that wait, and those that come.
func (q *queue) close() {
	q.mu.Lock()
	waiting := q.waiting
	q.waiting, q.closed = nil, true
	q.mu.Unlock()
	for _, c := range waiting {
		c.reply(store.ErrClosed)
	}
}

// answer gives each caller its own result, or all of them the error of the
// transaction.
func answer(calls []*call, err error) {
	for _, c := range calls {
		if err != nil {
			c.reply(err)
		} else {
			c.reply(c.result)
		}
	}
}

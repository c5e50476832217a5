package actors

import "sync/atomic"

// dispatcher runs a connection's actor on the goroutine that sends it a message
// while the actor is idle. A room that broadcasts therefore writes to the sockets
// itself, and a delivery neither starts a goroutine nor waits for one. Nobody is
// held up: a client's methods return at once, and the actor never waits.
//
// A client's own requests are the exception. The goroutine that reads a connection
// is all that an idle connection keeps running, and it would keep the stack that
// the actor needs.
type dispatcher struct {
	workers *workers
	async   atomic.Bool
}

// dispatchAsync runs a dispatch that send causes on another goroutine. If somebody
// else sends to the actor at the same moment, either dispatch may be the one.
func (d *dispatcher) dispatchAsync(send func()) {
	d.async.Store(true)
	send()
	d.async.Store(false)
}

// Schedule runs the actor. It makes dispatcher one of Proto.Actor's.
func (d *dispatcher) Schedule(run func()) {
	if d.async.Load() {
		d.workers.Schedule(run)
		return
	}
	run()
}

// Throughput is how many messages one dispatch handles before it yields.
func (*dispatcher) Throughput() int { return 300 }

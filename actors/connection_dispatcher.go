package actors

import "sync/atomic"

// turns says where a connection's actor runs: on the goroutine of whoever tells
// it something while it is idle. So a room that broadcasts writes to the sockets
// itself, and a delivery starts no goroutine and waits for none. A client's methods
// return at once, and the actor waits for nothing, so nobody is held up.
//
// What its own client says is the exception. The goroutine that reads a connection
// is all that an idle one keeps running, and it would keep the stack that its
// actor needs.
type dispatcher struct{ async atomic.Bool }

// aside has a turn that tell brings about run on a goroutine of its own. Where a
// room tells the actor something in the same moment it may be either's.
func (t *dispatcher) dispatchAsync(tell func()) {
	t.async.Store(true)
	tell()
	t.async.Store(false)
}

// Schedule makes turns the dispatcher of an actor.
func (t *dispatcher) Schedule(run func()) {
	if t.async.Load() {
		go run()
		return
	}
	run()
}

// Throughput is how many messages a turn handles before others may run.
func (*dispatcher) Throughput() int { return 300 }

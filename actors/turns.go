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
type turns struct{ apart atomic.Bool }

// aside has a turn that tell brings about run on a goroutine of its own. Where a
// room tells the actor something in the same moment it may be either's.
func (t *turns) aside(tell func()) {
	t.apart.Store(true)
	tell()
	t.apart.Store(false)
}

// Schedule makes turns the dispatcher of an actor.
func (t *turns) Schedule(run func()) {
	if t.apart.Load() {
		go run()
		return
	}
	run()
}

// Throughput is how many messages a turn handles before others may run.
func (*turns) Throughput() int { return 300 }

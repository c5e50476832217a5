package actors

// turns bounds how much a node asks of a shared store at a time. Whoever has to wait does
// so without a time limit, which begins with their turn: a call whose time is nearly up
// when its turn comes would cost the store as much as any other, and come to nothing.
//
// More at a time would not be answered any sooner. But thousands at once, as when many
// people leave or a node is lost, would keep the signs of life of nodes waiting, which are
// in the same store: then nodes are given up that are well, and what they had moves, which
// is more to ask of the store.
//
// A call that nobody waits for, such as that somebody has left, lets others go first.
type turns struct {
	all     chan struct{}
	patient chan struct{} // those of calls that nobody waits for
}

const (
	// maxTurns lets a store that takes 20 ms for a call answer 1600 calls a second.
	maxTurns = 32
	// maxPatientTurns leaves most of them to calls that somebody waits for.
	maxPatientTurns = 8
)

func newTurns() *turns {
	return &turns{all: make(chan struct{}, maxTurns), patient: make(chan struct{}, maxPatientTurns)}
}

// turn is one call's turn.
type turn struct {
	hurry <-chan struct{} // closed once somebody waits for the answer
	over  <-chan struct{} // closed once nobody wants it any more
}

// queue waits until the call may go for a turn, and reports false if it is over. The
// caller calls leave afterwards.
func (t *turns) queue(u turn) (leave func(), ok bool) {
	select {
	case <-u.hurry:
		return nothing, true
	default:
	}
	select {
	case <-u.hurry:
		return nothing, true
	case t.patient <- struct{}{}:
		return func() { <-t.patient }, true
	case <-u.over:
		return nothing, false
	}
}

// take waits for a turn, and reports false if the call is over. The caller gives it back.
func (t *turns) take(u turn) bool {
	select {
	case t.all <- struct{}{}:
		return true
	case <-u.over:
		return false
	}
}

func (t *turns) giveBack() { <-t.all }

package actors

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"example.com/pokey/protocol"
)

// arrivals bounds how many people a node of a cluster lets in at a time: those who
// connect until they are welcome, and those who join a room until they see it. Others wait
// for their turn, and whoever would wait for too long is told when to come back.
//
// More at a time would not be let in any sooner. But thousands at once, as when a proxy has
// been restarted or a node is lost, would keep everything else waiting that a node does,
// the signs of life among it, and answers would come so late that people ask again.
type arrivals struct {
	mu       sync.Mutex
	underWay int
	most     float64            // that may be under way
	waiting  [2][]chan struct{} // each is closed when its turn has come
}

// ErrBusy says that so many people arrive at the moment that nothing was looked up.
var ErrBusy = errors.New("actors: too many people arrive at the moment")

const (
	// A node lets in as many at a time as it can within promptArrival. It begins with
	// more than enough, unless many come at once.
	leastArriving, firstArriving, mostArriving = 2, 32, 64
	promptArrival                              = 500 * time.Millisecond
	// arrivalPatience is how long somebody may wait for a turn. Pages give up after 20 s
	// without a word.
	arrivalPatience = 15 * time.Second
	// maxArrival is how long a turn lasts at most.
	maxArrival = 3 * time.Second
	// Who has waited for too long is told to come back after a random time.
	leastAway, mostAway = time.Second, 10 * time.Second
)

// Whose turn comes first.
const (
	joining    = iota // who has been welcomed already
	connecting        // everybody else
)

func newArrivals() *arrivals { return &arrivals{most: firstArriving} }

// arrival is a turn.
type arrival struct {
	of    *arrivals
	begun time.Time
	late  *time.Timer // nil once it is over
}

// try takes a turn, and reports false if somebody would have to wait for it. Nobody ever
// waits without arrivals; then the turn is nil too.
func (a *arrivals) try() (turn *arrival, ok bool) {
	if a == nil {
		return nil, true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.takeLocked() {
		return nil, false
	}
	return a.beginLocked(), true
}

func (a *arrivals) takeLocked() bool {
	if float64(a.underWay+1) > a.most {
		return false
	}
	a.underWay++
	return true
}

// wait waits for a turn, and reports false if that takes too long.
func (a *arrivals) wait(who int) (turn *arrival, ok bool) {
	if a == nil {
		return nil, true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.takeLocked() {
		return a.beginLocked(), true
	}
	mine := make(chan struct{})
	a.waiting[who] = append(a.waiting[who], mine)
	a.mu.Unlock()
	patience := time.NewTimer(arrivalPatience)
	select {
	case <-mine:
	case <-patience.C:
	}
	patience.Stop()
	a.mu.Lock()
	i := slices.Index(a.waiting[who], mine)
	if i < 0 { // its turn has come, perhaps just now
		return a.beginLocked(), true
	}
	a.waiting[who] = slices.Delete(a.waiting[who], i, i+1)
	return nil, false
}

func (a *arrivals) beginLocked() *arrival {
	turn := &arrival{of: a, begun: time.Now()}
	turn.late = time.AfterFunc(maxArrival, turn.end)
	return turn
}

// end ends a turn, and lets the next ones have theirs. It may be called again, and of nil.
func (t *arrival) end() {
	if t == nil {
		return
	}
	a := t.of
	a.mu.Lock()
	defer a.mu.Unlock()
	if t.late == nil {
		return
	}
	t.late.Stop()
	t.late = nil
	a.underWay--
	if time.Since(t.begun) > promptArrival {
		a.most = max(0.9*a.most, leastArriving)
	} else {
		a.most = min(a.most+1/a.most, mostArriving)
	}
	for who := range a.waiting {
		for len(a.waiting[who]) > 0 && a.takeLocked() {
			close(a.waiting[who][0])
			a.waiting[who] = a.waiting[who][1:]
		}
	}
}

// sendAway tells a client when to come back.
func sendAway(c Client) {
	back := leastAway + rand.N(mostAway-leastAway)
	c.Send(protocol.Encode(protocol.Closing{Reason: "busy", RetryAfterMS: back.Milliseconds()}))
	c.Close(protocol.CloseRestart, "busy")
}

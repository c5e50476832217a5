package cluster

import (
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// A node that the source does not reach serves nobody, although the others can
// reach it: it can commit nothing, and does not see that it is given up. So a
// node says with each answer whether it hears the source. Those who do count who
// does not as one that cannot be reached; and who does not, but is told by others
// that they do, is cut off. With the source gone for everybody nobody is either.

// deafName stands in the answer of a node that does not hear the source, in the
// place of earName.
const deafName = earName + "/deaf"

// How long the source may be silent.
const (
	unsaid = 3 * time.Second // until this node says so
	deaf   = 5 * time.Second // until it believes that the others have given it up: as long as a sign of life lasts
)

// witness is what others say about the source.
type witness struct {
	mu    sync.Mutex
	since time.Time // the first of the answers of those who hear it that came without a gap
	last  time.Time
}

func (w *witness) heard(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.last) > gap {
		w.since = now
	}
	w.last = now
}

// sure reports whether others hear the source, and have for longer than it can
// take one after the other to hear a source that was silent for all.
func (w *witness) sure(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return now.Sub(w.last) <= gap && w.last.Sub(w.since) >= unheard
}

// silence is for how long this node has not heard the source.
func (n *Node) silence(now time.Time) time.Duration { return now.Sub(n.conf.Membership.LastContact()) }

// answer is who answers when another node asks whether it reaches this one.
func (n *Node) answer(now time.Time) *actor.PID {
	if n.silence(now) > unsaid {
		return actor.NewPID(n.Self(), deafName)
	}
	return n.earPID()
}

// answered takes in another node's answer.
func (n *Node) answered(who *actor.PID, now time.Time) {
	if who.GetId() != deafName {
		n.witness.heard(now)
	} else if n.silence(now) <= unsaid {
		return
	}
	n.hearing.answered(who.GetAddress(), now)
}

// feel finds out whether this node is cut off: it does not hear the source, and
// either nobody else or somebody who does.
func (n *Node) feel(missed int, now time.Time) {
	others := len(n.View().Members()) - 1
	is := others > 0 && n.silence(now) > deaf && (missed >= others || n.witness.sure(now))
	if was := n.cutOff.Swap(is); was == is {
		return
	}
	if is {
		n.conf.Log.Warn("this node is cut off from the source, and the others do without it", "address", n.Self())
	} else {
		n.conf.Log.Info("this node is cut off no more", "address", n.Self())
	}
	nudge(n.changed)
}
